// The stage columns: how many of each side's changes have got to see, spark, shape and shift.

import { linesAcross, scale, ticks } from "./axes.js";
import { draw, drawing, set, write } from "./elements.js";
import { createFigure } from "./figure.js";
import { STAGE_CODES, at } from "./run.js";
import { byMonth } from "./tables.js";
import { percent, say } from "./words.js";

const HEIGHT = 300;
const BOTTOM = 58;

/** Makes the chart in `host`. */
export function createStages(host) {
  let columns = [];
  const shares = STAGE_CODES.map((stage) => `stage.${stage}`);
  const numbers = (run) => byMonth(run, shares, (side, column) => `${side.letter} ${say(`plain.${column}`)}`, (share) => percent(share, 0));

  function drawRun(run, width) {
    const y = scale(0, 1, HEIGHT - BOTTOM, 16);
    const left = 44;
    const step = (width - left) / STAGE_CODES.length;
    const bar = Math.min(54, step * 0.36);
    const grid = linesAcross(ticks(0, 1, 4), y, left, width, (value) => percent(value, 0));
    const svg = drawing(width, HEIGHT, { class: "chart stages" }, ...grid);
    columns = [];
    STAGE_CODES.forEach((stage, k) => {
      const middle = left + (k + 0.5) * step;
      run.sides.forEach((side, n) => {
        const x = middle + (n ? 2 : -2 - bar);
        const rect = draw("rect", { class: `stage-bar stage-${stage}`, x, y: y(0), width: bar, height: 0 });
        const text = draw("text", { class: "amount", x: x + bar / 2, "text-anchor": "middle" });
        const letter = draw("text", { class: "tick", x: x + bar / 2, y: HEIGHT - BOTTOM + 16, "text-anchor": "middle" }, side.letter);
        svg.append(rect, text, letter);
        columns.push({ rect, text, side, stage, y, narrow: bar < 34 });
      });
      const words = step < 76 ? say(`stage.${stage}.letter`) : say(`plain.stage.${stage}`);
      svg.append(draw("text", { class: "name", "data-term": `stage.${stage}`, x: middle, y: HEIGHT - BOTTOM + 38, "text-anchor": "middle" }, words));
    });
    return svg;
  }

  function show(month, run) {
    for (const { rect, text, side, stage, y, narrow } of columns) {
      const share = at(side, `stage.${stage}`, month) ?? 0;
      set(rect, "y", y(share).toFixed(1));
      set(rect, "height", (y(0) - y(share)).toFixed(1));
      set(text, "y", (y(share) - 5).toFixed(1));
      write(text, month ? (narrow ? String(Math.round(100 * share)) : percent(share, 0)) : "");
    }
    if (!month) return say("stages.before");
    const [a, b] = run.sides.map((side) => percent(at(side, "stage.shift", month), 0));
    return say("stages.finding", { a, b });
  }

  return createFigure(host, "stages", { numbers, draw: drawRun, show });
}
