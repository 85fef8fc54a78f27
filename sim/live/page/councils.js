// All councils in the month that is shown, both sides, as a table: what the maps say, in words and numbers.

import { atPlace, stageAt } from "./run.js";
import { createFoldedTable } from "./tables.js";
import { number, percent, say } from "./words.js";

const LEVELS = ["will", "ability", "capacity"];

/** Makes the table in `host`, closed until it is asked for. */
export function createCouncils(host, places) {
  let run = null;
  let month = 0;
  const title = say("councils.title");
  const { details, refresh } = createFoldedTable({ class: "numbers all-councils" }, title, title, () => run && {
    caption: `${say("month.n", { n: month })}. ${run.made}`,
    head: [say("councils.place"), ...run.sides.flatMap((side) => ["stage", "gap", ...LEVELS].map((name) => `${side.letter} ${say(`council.${name}`)}`))],
    rows: places.map((place, k) => [place.name, ...run.sides.flatMap((side) => cells(side, k))]),
  });
  host.append(details);

  function cells(side, k) {
    return [
      say(`stage.${stageAt(side, month, k)}`),
      percent(atPlace(side, "gap", month, k)),
      ...LEVELS.map((level) => number(atPlace(side, level, month, k), 2)),
    ];
  }

  return {
    load(next) {
      run = next;
      refresh();
    },
    show(wanted) {
      month = wanted;
    },
    rest: refresh,
  };
}
