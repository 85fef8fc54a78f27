// The facts declared about the model, indexed for the page. The page itself has no parameter values.

import { say, valueInWords } from "./words.js";

const POSITION = "power.distribution";

/** An index over the declarations that the server sent. */
export function readFacts(declared) {
  const parameters = new Map(declared.parameters.map((parameter) => [parameter.key, { ...parameter, sentence: plain(parameter.sentence) }]));
  const rows = declared.rights.map((right) => ({
    ...right,
    sentence: plain(right.sentence),
    ends: [right.tables.hierarchy, right.tables.distributed],
    usual: right.tables.status_quo,
  }));
  const scenarios = new Map(declared.scenarios.map((scenario) => [scenario.name, scenario]));
  const rowOf = new Map(rows.map((row) => [row.key, row]));
  return {
    ...declared,
    parameters,
    rows,
    rowOf,
    scenarios,
    scenarioOf: (name) => scenarios.get(declared.aliases[name] ?? name),
    positionKey: POSITION,
    defaultOf: (key) => rowOf.get(key)?.usual ?? parameters.get(key)?.default ?? null,
    isLive: (key) => rowOf.has(key) || Boolean(parameters.get(key)?.live),
    inWords: (key, value) => parameters.get(key)?.choice_names[parameters.get(key).choices.indexOf(value)] ?? valueInWords(value),
    labelOf: (key) => parameters.get(key)?.name ?? rowOf.get(key)?.name ?? say(`group.${key}`),
  };
}

// Declarations mark names as code or emphasis; here they are plain words.
function plain(sentence) {
  return sentence.replace(/[`*]/g, "");
}

/** Where a table of rights lies between its two ends, or null where it lies elsewhere. */
export function positionOf(rows, table) {
  let found = null;
  for (const row of rows) {
    for (const column of row.columns) {
      const [first, last] = row.ends.map((end) => end[column]);
      if (Math.abs(last - first) < 1e-9) {
        if (Math.abs(table[row.key][column] - first) > 1e-3) return null;
        continue;
      }
      const position = (table[row.key][column] - first) / (last - first);
      if (found !== null && Math.abs(position - found) > 1e-2) return null;
      found ??= position;
    }
  }
  return found !== null && found > -1e-2 && found < 1.01 ? Math.min(1, Math.max(0, found)) : null;
}
