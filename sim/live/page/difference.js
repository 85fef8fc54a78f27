// One rule for a difference, everywhere: it is that of the numbers shown, and below the smallest that matters the sides are the same.

import { number } from "./words.js";

const SHOWN = 10;

// A share in tenths of a percentage point, as shown.
function tenths(share) {
  return Math.round(100 * share * SHOWN);
}

/**
 * How much less is lost on one side than on the other, or null where either is unknown.
 *
 * @param {number} least the smallest difference that matters
 * @returns {?{less: ?number, points: string, share: number}} the side that loses less, or null where they are the same; the size in points
 */
export function differenceOf([a, b], least) {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return null;
  const apart = tenths(a) - tenths(b);
  const same = Math.abs(apart) < tenths(least);
  return { less: same ? null : apart < 0 ? 0 : 1, points: number(Math.abs(apart) / SHOWN), share: apart / (100 * SHOWN) };
}
