// The chain: where £100 of intended benefit goes, step by step, on both sides; the pale end of a bar is lost at that step.

import { linesDown, reach, scale, ticks } from "./axes.js";
import { draw, drawing, make, set, write } from "./elements.js";
import { createFigure } from "./figure.js";
import { number, say } from "./words.js";

/** The steps in their order, as the server names them. */
export const STEPS = ["announced", "begun", "reported", "meant", "fits", "taken_up", "benefit"];
const ROW = 38;
const BAR = 14;
const TOP = 20;
const AMOUNTS = 104;

/** Makes the chart in `host`. */
export function createChain(host) {
  let month = 0;
  let bars = [];
  const figure = createFigure(host, "chain", { numbers, draw: drawRun, show, least: 260 });
  figure.figure.insertBefore(make("p", { class: "hint" }, say("chain.lead")), figure.plot);

  // In tenths of a pound, so that what is lost at a step is the difference of what is shown.
  function left(side, step) {
    const share = month ? side.chain[STEPS[step]][Math.min(month, side.months) - 1] : 0;
    return Math.round(1000 * (share ?? 0)) / 10;
  }

  function lost(side, step) {
    return step ? left(side, step - 1) - left(side, step) : 0;
  }

  function numbers({ sides }) {
    return {
      head: [say("chain.step"), ...sides.flatMap((side) => [say("chain.left", { name: `${side.letter} ${side.name}` }), say("chain.lost", { name: side.letter })])],
      rows: STEPS.map((step, k) => [say(`chain.${step}`), ...sides.flatMap((side) => [number(left(side, k)), number(lost(side, k))])]),
    };
  }

  function drawRun(run, width) {
    const start = Math.max(114, Math.min(150, width * 0.27));
    const right = width - AMOUNTS;
    const [low, high] = reach(...run.sides.flatMap((side) => Object.values(side.chain)));
    const x = scale(low, high, start, right);
    const height = TOP + ROW * STEPS.length;
    const grid = linesDown(ticks(low, high, width < 420 ? 2 : 4), x, TOP - 4, height, 12, (share) => say("chain.pounds", { n: number(100 * share, 0) }));
    const svg = drawing(width, height, { class: "chart chain" }, ...grid);
    bars = [];
    STEPS.forEach((step, k) => {
      const y = TOP + k * ROW;
      svg.append(name(step, start - 8, y + BAR + 6));
      run.sides.forEach((side, n) => {
        const at = { y: y + 3 + n * (BAR + 3), height: BAR };
        const gone = draw("rect", { ...at, class: `gone fill-${side.kind}` });
        const there = draw("rect", { ...at, class: `fill-${side.kind}`, x: x(0) });
        const amount = draw("text", { class: "amount", x: right + 58, y: at.y + BAR - 3, "text-anchor": "end" });
        const less = draw("text", { class: "amount minus", x: width - 2, y: at.y + BAR - 3, "text-anchor": "end" });
        svg.append(gone, there, amount, less);
        bars.push({ side, step: k, x, gone, there, amount, less });
      });
    });
    return svg;
  }

  // Long names stand in two lines.
  function name(step, x, y) {
    const lines = say(`chain.${step}`).split(", ");
    const spans = lines.map((words, k) => draw("tspan", { x, y: y + (k - (lines.length - 1) / 2) * 15 }, words));
    return draw("text", { class: "step", "text-anchor": "end", "data-term": `chain.${step}` }, draw("title", {}, say(`chain.${step}.help`)), ...spans);
  }

  function show(wanted, run) {
    month = wanted;
    for (const { side, step, x, gone, there, amount, less } of bars) {
      const [now, missing] = [left(side, step), lost(side, step)];
      const end = x(Math.max(0, now) / 100);
      set(there, "width", (end - x(0)).toFixed(1));
      set(gone, "x", end.toFixed(1));
      set(gone, "width", Math.max(0, x((now + missing) / 100) - end).toFixed(1));
      write(amount, month ? `${side.letter} ${say("chain.pounds", { n: number(now) })}` : "");
      write(less, month && step ? number(-missing) : "");
    }
    if (!month) return say("chain.before");
    const of = (step) => run.sides.map((side) => number(left(side, STEPS.indexOf(step))));
    const [[dueA, dueB], [saidA, saidB], [a, b]] = ["announced", "reported", "benefit"].map(of);
    if (dueA === dueB) return say("chain.finding", { due: dueA, said_a: saidA, said_b: saidB, a, b });
    return say("chain.finding.unlike", { due_a: dueA, due_b: dueB, a, b });
  }

  return { load: (run) => figure.load(run), show: figure.show, rest: figure.refresh };
}
