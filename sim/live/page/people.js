// Will, ability and capacity of each kind of agent, month by month: three panels for each side, on one scale.

import { frameOfMonths, spreadApart } from "./axes.js";
import { draw, drawing, set, write } from "./elements.js";
import { createFigure } from "./figure.js";
import { KINDS, STATES, at } from "./run.js";
import { byMonth } from "./tables.js";
import { number, say } from "./words.js";

const PANEL = 210;
const LETTER = 13;
const LABELS = 112;

/** Makes the chart in `host`. */
export function createPeople(host) {
  let panels = [];
  const columns = STATES.flatMap((state) => KINDS.map((kind) => `${state}.${kind}`));
  const numbers = (run) => byMonth(run, columns, inWords, (value) => number(value, 2));

  function inWords(side, column) {
    const [state, kind] = column.split(".");
    return `${side.letter} ${say(`kind.${kind}`)}: ${say(`state.${state}`)}`;
  }

  function drawRun(run, width) {
    const across = width < 620 ? 1 : STATES.length;
    const rows = (run.sides.length * STATES.length) / across;
    const panel = width / across;
    const svg = drawing(width, rows * PANEL, { class: "chart people" });
    panels = [];
    run.sides.forEach((side, n) => {
      STATES.forEach((state, k) => {
        const order = n * STATES.length + k;
        const place = { x: (order % across) * panel, y: Math.floor(order / across) * PANEL };
        svg.append(drawPanel(side, state, run.months, panel, place));
      });
    });
    return svg;
  }

  function drawPanel(side, state, months, width, place) {
    const margin = { top: 30, right: LABELS, left: 34, bottom: 24 };
    const frame = frameOfMonths({ width, height: PANEL, months, low: 0, high: 1, margin, wanted: 2, bare: true, format: (v) => number(v, 1) });
    const shown = frame.reveal(`people-${side.kind}-${state}`);
    shown.lines.append(...KINDS.map((kind) => draw("path", { class: `line kind-${kind}`, d: frame.line(side.series[`${state}.${kind}`]) })));
    const labels = KINDS.map((kind) => draw("text", { class: `label kind-ink-${kind}`, "font-size": LETTER }));
    const title = draw("text", { class: "name", x: margin.left, y: 17 }, `${side.letter}  ${say(`state.${state}`)}`);
    panels.push({ side, state, frame, shown, labels, end: width - LABELS });
    return draw("g", { transform: `translate(${place.x} ${place.y})` }, title, frame.group, shown.clip, shown.lines, ...labels);
  }

  function show(month, run) {
    for (const { side, state, frame, shown, labels, end } of panels) {
      const x = frame.x(month);
      shown.to(month);
      const values = KINDS.map((kind) => at(side, `${state}.${kind}`, month));
      const given = spreadApart(values.map((v) => frame.y(v ?? 0)), LETTER * 1.2, frame.margin.top, PANEL - frame.margin.bottom);
      labels.forEach((label, k) => {
        set(label, "x", Math.min(x, end) + 6);
        set(label, "y", (given[k] + 4).toFixed(1));
        write(label, values[k] === null ? "" : `${say(`kind.${KINDS[k]}.short`)} ${number(values[k], 2)}`);
      });
    }
    if (!month) return say("people.before");
    const [a, b] = run.sides.map((side) => number(at(side, "will.authorities", month), 2));
    return say("people.finding", { a, b });
  }

  return createFigure(host, "people", { numbers, draw: drawRun, show });
}
