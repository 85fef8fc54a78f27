// A run as the page reads it: two sides, month by month. Month 0 is before the first month; month m is index m − 1.

import { SIDES, changesOf } from "./view.js";
import { count, say } from "./words.js";

export const STAGE_CODES = ["not_started", "see", "spark", "shape", "shift", "abandoned"];
export const KINDS = ["centre", "authorities", "third_sector", "users"];
export const STATES = ["will", "ability", "capacity"];

/**
 * The two sides of an answer of the model, with names that tell them apart.
 *
 * @param {{meaningful: number, due: number}} rules the smallest difference that matters, and the share of benefit that must be due
 * @returns {{view, sides: object[], months: number, opening: string, sentences: string[], least: number, due: number, seed, replication, fingerprint: string}}
 */
export function readRun(answer, { meaningful, due }) {
  const { view, opening, sentences } = answer;
  const titles = answer.sides.map((side) => side.title);
  const sides = answer.sides.map(withheld).map((side, k) => ({
    ...side,
    letter: say(`side.${SIDES[k]}`),
    kind: SIDES[k],
    changes: changesOf(view.sides[k]),
    name: named(titles, view, k),
  }));
  const months = Math.max(...sides.map((side) => side.months));
  return { view, sides, months, opening, sentences, least: meaningful, due, seed: view.seed, replication: view.replication, fingerprint: answer.fingerprint };
}

// A share of next to nothing says nothing: the gap is withheld until the server states it.
function withheld(side) {
  const since = (column, none = null) => column.map((value, k) => (k + 1 < side.stated ? none : value));
  const { gap, nominal_gap: nominal } = side.series;
  const nowhere = side.users.map(() => null);
  return {
    ...side,
    series: { ...side.series, gap: since(gap), nominal_gap: since(nominal) },
    places: { ...side.places, gap: since(side.places.gap, nowhere) },
  };
}

// Two sides may show the same scenario; then what was changed by hand tells them apart.
function named(titles, view, k) {
  const changes = changesOf(view.sides[k]);
  if (!changes) return titles[k];
  return say("side.changed", { title: titles[k], changes: count("changes", changes) });
}

/** A column of a side in a month; null before the first. */
export function at(side, column, month) {
  return month > 0 ? (side.series[column]?.[Math.min(month, side.months) - 1] ?? null) : null;
}

/** What is known of a place in a month; null before the first. */
export function atPlace(side, column, month, place) {
  return month > 0 ? (side.places[column]?.[Math.min(month, side.months) - 1]?.[place] ?? null) : null;
}

/**
 * The stage that most of a place's changes are in, or that one change is in, as a code; nothing has been begun before the first month.
 *
 * @param {?number} change position of one change in the stream, or null for all
 */
export function stageAt(side, month, place, change = null) {
  const code = change === null ? atPlace(side, "stage", month, place) : stageOfOne(side, month, place, change);
  return STAGE_CODES[Math.max(0, code ?? 0)];
}

function stageOfOne(side, month, place, change) {
  const one = side.stream?.[change];
  const since = Math.min(month, side.months) - 1 - (one?.first ?? 0);
  return one && month > 0 && since >= 0 ? Number(one.stages[since * side.users.length + place]) : null;
}

/** Whether a run differs from another by a change alone, which a ghost then shows; a swap of sides or another replication is no such change. */
export function comparable(one, other) {
  const same = one.seed === other.seed && one.replication === other.replication && one.months === other.months;
  return same && one.view.sides.every((side, k) => side.scenario === other.view.sides[k].scenario);
}
