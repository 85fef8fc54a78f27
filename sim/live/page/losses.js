// Where the benefit was lost, growing month by month: both sides on one scale, in an order that does not jump.
// A share of what was intended so far shrinks as more is intended; of what the whole run intends, losses only grow.

import { extent, linesDown, scale, ticks } from "./axes.js";
import { draw, drawing, set, write } from "./elements.js";
import { createFigure } from "./figure.js";
import { at } from "./run.js";
import { points, say } from "./words.js";

const ROW = 33;
const BAR = 13;
const SHOWN = 0.005;

/** Makes the chart in `host`. `causes` are [{name, label, sentence}] in the order of the account. */
export function createLosses(host, causes) {
  let month = 0;
  let bars = [];
  let part = new Map();
  const figure = createFigure(host, "losses", { numbers, draw: drawRun, show });

  function numbers({ sides }) {
    return {
      head: [say("cause"), ...sides.map((side) => say("losses.column", { name: `${side.letter} ${side.name}`, month }))],
      rows: [
        ...causes.map((cause) => [cause.label, ...sides.map((side) => points(lost(side, `loss.${cause.name}`, month), 2))]),
        [say("losses.sum"), ...sides.map((side) => points(lost(side, "gap", month), 2))],
      ],
    };
  }

  function lost(side, column, by) {
    const share = at(side, column, by);
    return share === null ? null : share * part.get(side)[Math.min(by, side.months) - 1];
  }

  // How much of what the whole run intends has been intended by each month.
  function parts(side) {
    let sum = 0;
    const sums = side.series.intended.map((benefit) => (sum += benefit));
    return sums.map((benefit) => benefit / (sum || 1));
  }

  function greatest(cause, run) {
    const [low, high] = extent(...run.sides.map((side) => side.series[`loss.${cause.name}`].map((_, k) => lost(side, `loss.${cause.name}`, k + 1))));
    return Math.max(Math.abs(low), Math.abs(high));
  }

  function drawRun(run, width) {
    const order = causes.map((cause) => ({ cause, size: greatest(cause, run) })).sort((one, other) => other.size - one.size);
    const large = order.filter(({ size }) => size >= SHOWN).map(({ cause }) => cause);
    const small = order.filter(({ size }) => size < SHOWN).map(({ cause }) => cause);
    const left = Math.min(250, Math.max(112, width * 0.24));
    const right = width - 62;
    const height = 30 + ROW * (large.length + (small.length ? 1 : 0));
    const top = Math.max(0.01, order[0].size) * 1.04;
    const x = scale(0, top, left, right);
    const grid = linesDown(ticks(0, top, width < 500 ? 3 : 6), x, 20, height, 13, (value) => points(value, 0));
    const svg = drawing(width, height, { class: "chart losses" }, ...grid);
    const rows = large.map((cause) => ({ label: cause.label, sentence: cause.sentence, causes: [cause] }));
    if (small.length) rows.push({ label: say("losses.others"), sentence: small.map((cause) => cause.label).join(", "), causes: small });
    bars = [];
    rows.forEach((row, k) => {
      const y = 24 + k * ROW;
      svg.append(label(row, left - 10, y + ROW / 2, left - 14));
      run.sides.forEach((side, n) => {
        const rect = draw("rect", { class: `fill-${side.kind}`, x: left, y: y + 3 + n * (BAR + 2), width: 0, height: BAR });
        const text = draw("text", { class: "amount", y: y + 3 + n * (BAR + 2) + BAR - 2 });
        svg.append(rect, text);
        bars.push({ rect, text, side, causes: row.causes, x, left, right, top });
      });
    });
    return svg;
  }

  // Long names stand in two lines.
  function label(row, x, y, room) {
    const letters = Math.floor(room / 7.4);
    const lines = [""];
    for (const word of row.label.split(" ")) {
      const last = lines[lines.length - 1];
      if (last && last.length + 1 + word.length > letters && lines.length < 2) lines.push(word);
      else lines[lines.length - 1] = last ? `${last} ${word}` : word;
    }
    const spans = lines.map((words, k) => draw("tspan", { x, y: y + 5 + (k - (lines.length - 1) / 2) * 16 }, words));
    return draw("text", { class: "name", "text-anchor": "end", "data-term": row.causes.length === 1 ? `cause.${row.causes[0].name}` : null }, draw("title", {}, row.sentence), ...spans);
  }

  function show(wanted, run) {
    month = wanted;
    for (const bar of bars) {
      const share = bar.causes.reduce((sum, cause) => sum + (lost(bar.side, `loss.${cause.name}`, month) ?? 0), 0);
      const end = bar.x(Math.max(0, Math.min(share, bar.top)));
      set(bar.rect, "width", (end - bar.left).toFixed(1));
      set(bar.text, "x", Math.min(end, bar.right) + 6);
      write(bar.text, month ? `${bar.side.letter} ${points(share)}` : "");
    }
    if (!month) figure.refresh();
    return finding(run);
  }

  function finding(run) {
    if (!month) return say("losses.before");
    const most = run.sides.map((side) => {
      const shares = causes.map((each) => lost(side, `loss.${each.name}`, month) ?? 0);
      const share = Math.max(...shares);
      return { letter: side.letter, cause: causes[shares.indexOf(share)].label, points: points(share) };
    });
    if (most.length > 1 && most[0].cause === most[1].cause) return say("losses.same", { cause: most[0].cause, a: most[0].points, b: most[1].points });
    const worded = most.map((each) => say("losses.most", each));
    return say("losses.finding", { a: worded[0], b: worded[1] });
  }

  return {
    load(run) {
      part = new Map(run.sides.map((side) => [side, parts(side)]));
      figure.load(run);
    },
    show: figure.show,
    rest: figure.refresh,
  };
}
