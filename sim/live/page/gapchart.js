// The gap over time on both sides, with the run before the last change as a ghost, and the target kept in sight.

import { extent, frameOfMonths, reach, scale, spreadApart } from "./axes.js";
import { differenceOf } from "./difference.js";
import { draw, drawing, make, set, write } from "./elements.js";
import { createFigure } from "./figure.js";
import { at } from "./run.js";
import { byMonth } from "./tables.js";
import { percent, say } from "./words.js";

const HEIGHT = 228;
const LETTER = 15;
const BREAK = 26;
const IN_TABLE = { gap: "gap.of", nominal_gap: "reported.of" };

/** Makes the chart in `host`; `seek(month)` is called when somebody points at a month. */
export function createGapChart(host, seek) {
  let ghost = null;
  let parts = null;
  const figure = createFigure(host, "gap", {
    numbers: (run) => byMonth(run, Object.keys(IN_TABLE), (side, column) => say(IN_TABLE[column], { name: `${side.letter} ${side.name}` }), percent),
    draw: drawRun,
    show,
    least: 260,
  });
  const zoom = make("input", { type: "checkbox", id: "zoom", onchange: figure.redraw });
  const reported = make("input", { type: "checkbox", id: "reported", onchange: figure.redraw });
  figure.figure.insertBefore(
    make("div", { class: "choices" }, option(zoom, "gap.zoom"), option(reported, "gap.reported")),
    figure.plot,
  );

  function drawRun(run, width) {
    const right = Math.min(150, Math.max(92, width * 0.26));
    const [low, high] = zoom.checked ? zoomed(run) : reach(...drawn(run));
    const broken = low > 0;
    const asked = { width, height: HEIGHT, months: run.months, low, high, format: (v) => percent(v, high - low < 0.1 ? 1 : 0) };
    const drop = broken ? BREAK : 0;
    const frame = frameOfMonths({ ...asked, drop, margin: { right, bottom: 34 + drop } });
    const svg = drawing(width, HEIGHT, { class: "chart gap-chart" }, withheld(run, frame), frame.group, target(frame, width - right, broken));
    const line = (kind, side, column) => draw("path", { class: `${kind} line-${side.kind}`, d: frame.line(side.series[column]) });
    const shown = frame.reveal("so-far", frame.margin.top - 4, HEIGHT - frame.margin.bottom - frame.margin.top + 8);
    for (const side of run.sides) {
      if (reported.checked) shown.lines.append(line("thin", side, "nominal_gap"));
      shown.lines.append(line("line", side, "gap"));
    }
    const cursor = draw("line", { class: "cursor", y1: frame.margin.top, y2: HEIGHT - frame.margin.bottom });
    const sides = run.sides.map((side) => ({
      side,
      dot: draw("circle", { class: `dot fill-${side.kind}`, r: 5 }),
      label: draw("text", { class: `label ink-${side.kind}`, "font-size": LETTER }),
    }));
    const before = (ghost?.sides ?? []).map((side) => line("ghost", side, "gap"));
    svg.append(...before, shown.clip, shown.lines, ...marks(run, frame), cursor, ...sides.flatMap(({ dot, label }) => [dot, label]));
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect();
      const back = scale(frame.margin.left, width - right, 0, run.months);
      seek(back(((event.clientX - box.left) / box.width) * width));
    });
    parts = { frame, shown, cursor, sides, low, high, right: width - right };
    return svg;
  }

  // Every line that the chart holds.
  function drawn(run) {
    const named = (sides, column) => sides.map((side) => side.series[column]);
    return [...named([...run.sides, ...(ghost?.sides ?? [])], "gap"), ...(reported.checked ? named(run.sides, "nominal_gap") : [])];
  }

  function zoomed(run) {
    const [low, high] = extent(...drawn(run));
    const room = Math.max(0.01, (high - low) * 0.12);
    return [low < 0 ? low - room : Math.max(0, low - room), high + room];
  }

  // The months before enough is due, so that an empty chart says why.
  function withheld(run, frame) {
    const from = frame.margin.left;
    const to = Math.min(frame.x(run.months), frame.x(Math.min(...run.sides.map((side) => side.stated)) - 1));
    const height = HEIGHT - frame.margin.bottom - frame.margin.top;
    const words = say("gap.withheld", { least: percent(run.due, 0) });
    const middle = { x: (from + to) / 2, y: frame.margin.top + 18, "text-anchor": "middle" };
    return draw(
      "g",
      { class: "withheld" },
      draw("title", {}, say("twin.unknown", { least: percent(run.due, 0) })),
      draw("rect", { x: from, y: frame.margin.top, width: Math.max(0, to - from), height }),
      to - from > 7 * words.length && draw("text", { class: "tick", ...middle }, words),
    );
  }

  // Where the axis starts above 0, the target stands below a break, so that nobody loses sight of it.
  function target(frame, right, broken) {
    const y = broken ? HEIGHT - 34 : frame.y(0);
    const { left } = frame.margin;
    return draw(
      "g",
      { class: "target" },
      draw("line", { x1: left, x2: right, y1: y, y2: y }),
      draw("text", { class: "tick", x: right + 8, y: y + 4 }, say("gap.target")),
      broken && draw("path", { class: "zigzag", d: `M${left - 5} ${y - 6}l10 -4l-10 -4l10 -4` }),
      broken && draw("text", { class: "tick", x: left - 6, y: y + 4, "text-anchor": "end" }, percent(0, 0)),
    );
  }

  // Dated moves, on the axis of months.
  function marks(run, frame) {
    const y = HEIGHT - frame.margin.bottom;
    return run.view.sides.flatMap((side, k) =>
      side.moves.map((move) => {
        const x = frame.x(move.month);
        return draw("path", { class: `mark fill-${run.sides[k].kind}`, d: `M${x} ${y - 11}l6 11h-12z` });
      }),
    );
  }

  function show(month, run) {
    const { frame, shown, cursor, low, high } = parts;
    const x = frame.x(month);
    shown.to(month);
    set(cursor, "x1", x);
    set(cursor, "x2", x);
    const values = run.sides.map((side) => at(side, "gap", month));
    const heights = values.map((v) => frame.y(Math.min(high, Math.max(low, v ?? high))));
    const given = spreadApart(heights, LETTER * 1.25, frame.margin.top + 4, HEIGHT - frame.margin.bottom - 6);
    parts.sides.forEach(({ side, dot, label }, k) => {
      const there = values[k] !== null;
      set(dot, "cx", x);
      set(dot, "cy", heights[k]);
      set(dot, "visibility", there && values[k] >= low && values[k] <= high ? "visible" : "hidden");
      set(label, "x", Math.min(x, parts.right) + 10);
      set(label, "y", given[k] + 5);
      write(label, there ? `${side.letter}  ${percent(values[k])}` : "");
    });
    return finding(values, run);
  }

  function finding(values, run) {
    const found = differenceOf(values, run.least);
    if (!found) return say("gap.before", { least: percent(run.due, 0) });
    if (found.less === null) return say("gap.same", { points: found.points });
    return say("gap.differs", { less: run.sides[found.less].letter, points: found.points });
  }

  return {
    load(run, before) {
      ghost = before;
      figure.load(run);
    },
    show: figure.show,
  };
}

function option(input, key) {
  return make("label", { class: "option" }, input, say(key));
}
