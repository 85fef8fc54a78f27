// The state of a view is one value, and moves are data: what differs from the scenarios, and from which month.
//
// view = {v, sides: [{scenario, set: {key: value}, moves: [{month, key, value, places}]}, …], seed, replication}
// All functions here are pure: they take a view and give another.

export const SIDES = ["a", "b"];

function withSide(view, number, change) {
  return { ...view, sides: view.sides.map((side, k) => (k === number ? change(side) : side)) };
}

function without(map, keys) {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

/** Sets a parameter from the start of the run; later moves of the same parameter on that side stay. */
export function setFromStart(view, number, key, value, facts) {
  // The position between the two ends stands for every row.
  const covered = key === facts.positionKey ? facts.rows.map((row) => row.key) : [];
  return withSide(view, number, (side) => ({ ...side, set: { ...without(side.set, covered), [key]: value } }));
}

/** Sets a live parameter from a month on; a move of the same parameter in the same month is replaced. */
export function moveAt(view, number, month, key, value) {
  return withSide(view, number, (side) => {
    const others = side.moves.filter((move) => move.month !== month || move.key !== key || move.places);
    const moves = [...others, { month, key, value, places: null }];
    return { ...side, moves: moves.sort((one, other) => one.month - other.month) };
  });
}

/** Takes one setting back. */
export function unset(view, number, key) {
  return withSide(view, number, (side) => ({ ...side, set: without(side.set, [key]) }));
}

/** Takes one move back. */
export function unmove(view, number, position) {
  return withSide(view, number, (side) => ({ ...side, moves: side.moves.filter((_, k) => k !== position) }));
}

/** Chooses another scenario for a side; what was moved by hand stays. */
export function withScenario(view, number, scenario) {
  return withSide(view, number, (side) => ({ ...side, scenario }));
}

/** How many things were changed by hand on a side. */
export function changesOf(side) {
  return Object.keys(side.set).length + side.moves.length;
}

/** The value that a parameter, or a row of rights, has on a side in a month. */
export function valueAt(side, key, month, facts) {
  const scenario = facts.scenarioOf(side.scenario);
  let value = facts.defaultOf(key);
  const layers = [scenario?.set ?? {}, side.set];
  for (const layer of layers) value = laid(value, layer, key, facts);
  const standing = (move) => move.month <= month && (move.until ?? Infinity) > month;
  const dated = [...(scenario?.moves ?? []), ...side.moves].filter((move) => standing(move) && !move.places);
  dated.sort((one, other) => one.month - other.month);
  for (const move of dated) value = laid(value, { [move.key]: move.value }, key, facts);
  return value;
}

function laid(value, layer, key, facts) {
  const row = facts.rowOf.get(key);
  if (row && layer[facts.positionKey] !== undefined && layer[facts.positionKey] !== null) {
    value = between(row, layer[facts.positionKey]);
  }
  if (key in layer) value = layer[key];
  if (row) {
    const cells = row.columns.filter((column) => `${key}.${column}` in layer);
    if (cells.length) value = { ...value };
    for (const column of cells) value[column] = layer[`${key}.${column}`];
  }
  return value;
}

/** A row that lies a share of the way from one end of the table to the other. */
function between(row, position) {
  return Object.fromEntries(
    row.columns.map((column) => [column, (1 - position) * row.ends[0][column] + position * row.ends[1][column]]),
  );
}

/** A row after one share was moved: the others give way in proportion, so that the sum stays 1. */
export function rebalanced(row, column, share) {
  const wanted = Math.min(1, Math.max(0, share));
  const others = Object.keys(row).filter((name) => name !== column);
  const held = others.reduce((sum, name) => sum + row[name], 0);
  const result = { ...row, [column]: wanted };
  for (const name of others) {
    result[name] = held > 0 ? (row[name] / held) * (1 - wanted) : (1 - wanted) / others.length;
  }
  return exact(result, column);
}

// Shares to four decimals that sum to 1 exactly: the largest other share takes what rounding left over.
function exact(row, kept) {
  const names = Object.keys(row);
  const whole = Object.fromEntries(names.map((name) => [name, Math.round(row[name] * 1e4)]));
  const over = 1e4 - names.reduce((sum, name) => sum + whole[name], 0);
  const others = names.filter((name) => name !== kept).sort((one, other) => whole[other] - whole[one]);
  whole[others[0]] += over;
  return Object.fromEntries(names.map((name) => [name, whole[name] / 1e4]));
}
