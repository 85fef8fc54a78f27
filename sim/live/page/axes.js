// Axes of charts: scales, lines and bands, grid lines, labels that do not cover each other, and the frame of charts over months.

import { draw, set } from "./elements.js";
import { duration, say } from "./words.js";

const MARGIN = { top: 14, right: 12, bottom: 34, left: 46 };

/** A function from [low, high] to [start, end]. */
export function scale(low, high, start, end) {
  const span = high - low || 1;
  return (value) => start + ((value - low) / span) * (end - start);
}

/** The path of a line through points; a point that is unknown breaks it. */
export function path(xs, ys) {
  let pen = "M";
  let text = "";
  for (let k = 0; k < xs.length; k += 1) {
    if (ys[k] === null || !Number.isFinite(ys[k])) {
      pen = "M";
      continue;
    }
    text += `${pen}${xs[k].toFixed(1)} ${ys[k].toFixed(1)}`;
    pen = "L";
  }
  return text;
}

/** The path of a band between two lines. */
export function band(xs, lows, highs) {
  const there = xs.map((_, k) => k).filter((k) => Number.isFinite(lows[k]) && Number.isFinite(highs[k]));
  if (!there.length) return "";
  const up = there.map((k) => `${xs[k].toFixed(1)} ${highs[k].toFixed(1)}`);
  const down = there.reverse().map((k) => `${xs[k].toFixed(1)} ${lows[k].toFixed(1)}`);
  return `M${up.join("L")}L${down.join("L")}Z`;
}

/** Round numbers that divide [low, high] into about `wanted` parts. */
export function ticks(low, high, wanted = 5) {
  const rough = (high - low || 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(k * step);
  return found;
}

/** Positions as near as may be to those wanted, at least a gap apart, and within bounds where there is room. */
export function spreadApart(wanted, gap, low, high) {
  const clusters = [];
  const order = wanted.map((_, k) => k).sort((a, b) => wanted[a] - wanted[b]);
  for (const k of order) {
    let members = [k];
    let centre = Math.min(Math.max(wanted[k], low), high);
    while (clusters.length) {
      const last = clusters[clusters.length - 1];
      if (last.centre + (gap * (last.members.length + members.length)) / 2 <= centre) break;
      members = clusters.pop().members.concat(members);
      const half = (gap * (members.length - 1)) / 2;
      centre = members.reduce((sum, m) => sum + wanted[m], 0) / members.length;
      centre = Math.max(Math.min(centre, high - half), low + half);
    }
    clusters.push({ members, centre });
  }
  const given = new Array(wanted.length);
  for (const { members, centre } of clusters) {
    members.forEach((k, j) => {
      given[k] = centre + gap * (j - (members.length - 1) / 2);
    });
  }
  return given;
}

/** The smallest and largest known number of some lists. */
export function extent(...lists) {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (value === null || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** The ends of an axis of shares: from nothing to all, and further where a line goes further. */
export function reach(...lists) {
  const [low, high] = extent([0, 1], ...lists);
  return [low < 0 ? Math.floor(low * 10) / 10 : 0, high > 1 ? Math.ceil(high * 10) / 10 : 1];
}

/** Light lines across a chart from `left` to `right`, with the value of each before it. */
export function linesAcross(values, y, left, right, format) {
  return values.flatMap((value) => [
    draw("line", { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value) }),
    draw("text", { class: "tick", x: left - 6, y: y(value) + 4, "text-anchor": "end" }, format(value)),
  ]);
}

/** Light lines down a chart from `top` to `bottom`, with the value of each written at the height `at`. */
export function linesDown(values, x, top, bottom, at, format) {
  return values.flatMap((value) => [
    draw("line", { class: "grid", x1: x(value), x2: x(value), y1: top, y2: bottom }),
    draw("text", { class: "tick", x: x(value), y: at, "text-anchor": "middle" }, format(value)),
  ]);
}

/** Months to write under a chart: years, as many as there is room for. */
function years(months, width) {
  const step = [12, 24, 36, 60, 120, 240, 600, 1200].find((size) => (months / size) * 62 <= width) ?? months;
  return Array.from({ length: Math.floor(months / step) + 1 }, (_, k) => k * step);
}

/**
 * The frame of a chart over months.
 *
 * @param {{width: number, height: number, months: number, low: number, high: number, margin?: object,
 *   format: (value: number) => string, wanted?: number, bare?: boolean, drop?: number}} asked `drop` is how far
 *   below the plot its months are written
 * @returns {{group: SVGGElement, x: Function, y: Function, margin: object, line: Function, reveal: Function}} `line(values)` is the path
 *   of a value for each month; `reveal(id, y, height)` gives lines that `to(month)` shows up to a month
 */
export function frameOfMonths(asked) {
  const margin = { ...MARGIN, ...asked.margin };
  const right = asked.width - margin.right;
  const bottom = asked.height - margin.bottom;
  const x = scale(0, asked.months, margin.left, right);
  const y = scale(asked.low, asked.high, bottom, margin.top);
  const foot = bottom + (asked.drop ?? 0);
  const below = (at, height, words) => draw("text", { class: "tick", x: at, y: foot + height, "text-anchor": "middle" }, words);
  const group = draw(
    "g",
    { class: "axes" },
    ...linesAcross(ticks(asked.low, asked.high, asked.wanted ?? 5), y, margin.left, right, asked.format),
    ...years(asked.months, right - margin.left).flatMap((month) => [
      below(x(month), 16, String(month)),
      !asked.bare && month > 0 && below(x(month), 30, duration(month)),
    ]),
    !asked.bare && below(margin.left, 30, say("axis.months")),
  );
  return {
    group, x, y, margin,
    line: (values) => path(values.map((_, k) => x(k + 1)), values.map((value) => (value === null ? null : y(value)))),
    reveal(id, top = 0, height = asked.height) {
      const mask = draw("rect", { x: 0, y: top, width: 0, height });
      const lines = draw("g", { "clip-path": `url(#${id})` });
      return { clip: draw("clipPath", { id }, mask), lines, to: (month) => set(mask, "width", x(month) + 2) };
    },
  };
}
