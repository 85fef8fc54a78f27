// The frame of charts over months: light lines across, months below, and a cursor.

import { draw } from "./elements.js";
import { scale, ticks } from "./scales.js";
import { say } from "./words.js";

const MARGIN = { top: 14, right: 12, bottom: 34, left: 46 };

/** Months to write under a chart: years, as many as there is room for. */
function years(months, width) {
  const step = [12, 24, 36, 60, 120, 240, 600, 1200].find((size) => (months / size) * 42 <= width) ?? months;
  const found = [];
  for (let month = 0; month <= months; month += step) found.push(month);
  return found;
}

/**
 * The frame of a chart over months.
 *
 * @param {{width: number, height: number, months: number, low: number, high: number, margin?: object,
 *   format: (value: number) => string, wanted?: number, bare?: boolean, drop?: number}} asked `drop` is how far
 *   below the plot its months are written
 * @returns {{group: SVGGElement, x: Function, y: Function, margin: object}}
 */
export function frameOfMonths(asked) {
  const margin = { ...MARGIN, ...asked.margin };
  const right = asked.width - margin.right;
  const bottom = asked.height - margin.bottom;
  const x = scale(0, asked.months, margin.left, right);
  const y = scale(asked.low, asked.high, bottom, margin.top);
  const group = draw("g", { class: "axes" });
  for (const value of ticks(asked.low, asked.high, asked.wanted ?? 5)) {
    group.append(
      draw("line", { class: "grid", x1: margin.left, x2: right, y1: y(value), y2: y(value) }),
      draw("text", { class: "tick", x: margin.left - 6, y: y(value) + 4, "text-anchor": "end" }, asked.format(value)),
    );
  }
  const shown = years(asked.months, right - margin.left);
  const foot = bottom + (asked.drop ?? 0);
  for (const month of shown) {
    group.append(draw("text", { class: "tick", x: x(month), y: foot + 16, "text-anchor": "middle" }, String(month)));
  }
  if (!asked.bare) {
    const middle = (margin.left + right) / 2;
    group.append(draw("text", { class: "tick", x: middle, y: foot + 30, "text-anchor": "middle" }, say("axis.months")));
  }
  return { group, x, y, margin };
}
