// Possible futures: the same settings with other random numbers. Twenty faint lines and a band, both sides on one scale.

import { band, frameOfMonths, reach } from "./axes.js";
import { differenceOf } from "./difference.js";
import { draw, drawing, make, write } from "./elements.js";
import { createFigure } from "./figure.js";
import { percent, points, say } from "./words.js";

const HEIGHT = 320;
const FUTURES = 20;
const ENDS = ["low", "mean", "high"];
const OUTSIDE = 0.1;

// Lines from the month on from which enough is due; the mean and the band from when that holds of every future.
function stated(side) {
  const all = Math.max(...side.stated);
  const since = (line, first) => line.map((value, m) => (m + 1 < first ? null : value));
  const gap = side.gap.map((line, k) => since(line, side.stated[k]));
  return { ...side, gap, middle: middle(side.gap.map((line) => since(line, all)), since(side.band.mean, all)) };
}

// The band that holds four in five futures, month by month, and their mean.
function middle(gaps, mean) {
  const months = gaps[0].map((_, k) => gaps.map((line) => line[k]).filter((v) => v !== null).sort((one, other) => one - other));
  const out = (values) => Math.floor(values.length * OUTSIDE);
  return { mean, low: months.map((values) => values[out(values)] ?? null), high: months.map((values) => values[values.length - 1 - out(values)] ?? null) };
}

/** Makes the section in `host`; `ask(futures)` gets futures, `another()` shows the next one everywhere. */
export function createSpread(host, { ask, another }) {
  let run = null;
  let answer = null;
  let about = "";
  const figure = createFigure(host, "spread", { numbers, draw: drawRun, show: finding });
  const show = make("button", { type: "button", class: "strong do-spread", onclick: fetchAll }, say("spread.show", { n: FUTURES }));
  const next = make("button", { type: "button", class: "do-another", onclick: another }, say("spread.another"));
  const which = make("span", { class: "hint" });
  const difference = make("p");
  host.prepend(make("div", { class: "row", "data-needs": "server" }, show, next, which));
  host.append(difference);

  function numbers() {
    return {
      head: [say("month"), ...run.sides.flatMap((side) => ENDS.map((end) => `${side.letter} ${say(`spread.${end}`)}`))],
      rows: answer ? run.sides[0].series.month.map((m, k) => [m, ...answer.sides.flatMap((side) => ENDS.map((end) => percent(side.middle[end][k])))]) : [],
    };
  }

  async function fetchAll() {
    show.disabled = true;
    const wanted = run;
    const found = await ask(FUTURES);
    show.disabled = false;
    if (wanted === run && found) take(found);
  }

  function take(found) {
    answer = { ...found, sides: found.sides.map(stated) };
    about = lasting(run);
    figure.load(run, made());
  }

  function made() {
    return answer ? say("spread.made", { n: answer.futures, seed: run.seed, version: run.version }) : "";
  }

  function drawRun(_, width) {
    write(difference, paired());
    if (!answer) return make("p", { class: "hint" }, say("spread.none"));
    const across = width < 620 ? 1 : answer.sides.length;
    const panel = width / across;
    const height = (HEIGHT * answer.sides.length) / across;
    const ends = reach(...answer.sides.flatMap((side) => side.gap));
    const svg = drawing(width, height, { class: "chart spread" });
    answer.sides.forEach((side, k) => {
      const place = { x: (k % across) * panel, y: Math.floor(k / across) * HEIGHT };
      svg.append(drawPanel(side, run.sides[k], panel, ends, place));
    });
    return svg;
  }

  function drawPanel(side, about, width, [low, high], place) {
    const margin = { top: 34, right: 92 };
    const frame = frameOfMonths({ width, height: HEIGHT, months: run.months, low, high, margin, format: (v) => percent(v, 0) });
    const line = (kind, values) => draw("path", { class: `${kind} line-${about.kind}`, d: frame.line(values) });
    const faint = side.gap.map((values) => line("faint", values));
    faint[run.replication]?.classList.add("now");
    const edge = (end) => side.middle[end].map((v) => (v === null ? NaN : frame.y(v)));
    const xs = side.band.mean.map((_, k) => frame.x(k + 1));
    const area = draw("path", { class: `band fill-${about.kind}`, d: band(xs, edge("low"), edge("high")) });
    const mean = line("line", side.middle.mean);
    const last = side.band.mean.at(-1);
    const label = draw("text", { class: `label ink-${about.kind}`, "font-size": 15, x: width - margin.right + 8, y: frame.y(last ?? 0) + 5 }, percent(last));
    const title = draw("text", { class: "name", x: frame.margin.left, y: 18 }, `${about.letter}  ${about.title}`);
    return draw("g", { transform: `translate(${place.x} ${place.y})` }, title, frame.group, area, ...faint, mean, label);
  }

  // Another future of the same settings is among those already there.
  function lasting(seen) {
    return JSON.stringify([seen.view.sides, seen.seed]);
  }

  function paired() {
    const band = answer?.paired?.band;
    if (!band) return "";
    const [low, , high] = ENDS.map((end) => points(band[end].at(-1)));
    const found = differenceOf(answer.sides.map((side) => side.band.mean.at(-1)), run.least);
    return found ? say("spread.paired", { mean: points(found.share), low, high }) : "";
  }

  function finding() {
    if (!answer || answer.sides.length < 2) return say("spread.before");
    const ends = answer.sides.map((side) => side.gap.map((line) => line.at(-1)));
    const less = ends[0].map((v, k) => differenceOf([v, ends[1][k]], run.least)?.less);
    const [a, b, same] = [0, 1, null].map((side) => less.filter((each) => each === side).length);
    if (a === b) return say("spread.even", { all: answer.futures, n: a, same });
    return say("spread.finding", { all: answer.futures, n: Math.max(a, b), other: Math.min(a, b), same, letter: run.sides[a > b ? 0 : 1].letter });
  }

  return {
    load(found, carried) {
      run = found;
      if (about !== lasting(run)) answer = null;
      which.textContent = say("spread.which", { n: run.replication + 1 });
      if (carried) take(carried);
      else figure.load(run, made());
    },
  };
}
