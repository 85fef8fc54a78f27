// Before and after the last change: how much each side loses by the end of the run. It stays beside the levers.

import { linesDown, reach, scale, ticks } from "./axes.js";
import { differenceOf } from "./difference.js";
import { draw, drawing } from "./elements.js";
import { createFigure } from "./figure.js";
import { at } from "./run.js";
import { percent, say } from "./words.js";

const ROW = 46;
const TOP = 20;
const NUMBERS = 142;

/** Makes the chart in `host`. */
export function createEffect(host) {
  let earlier = null;
  const figure = createFigure(host, "effect", { numbers, draw: drawRun, show: finding, least: 260 });
  const ended = (run, k) => (run ? at(run.sides[k], "gap", run.months) : null);

  function numbers(run) {
    return {
      head: [say("effect.side"), say("effect.before"), say("effect.after")],
      rows: run.sides.map((side, k) => [`${side.letter} ${side.name}`, percent(ended(earlier, k)), percent(ended(run, k))]),
    };
  }

  function drawRun(run, width) {
    const right = width - NUMBERS;
    const lost = run.sides.flatMap((_, k) => [ended(run, k), ended(earlier, k)]);
    const [low, high] = reach(lost);
    const x = scale(low, high, 26, right);
    const height = TOP + ROW * run.sides.length;
    const grid = linesDown(ticks(low, high, 2), x, TOP - 4, height, 12, (share) => percent(share, 0));
    const rows = run.sides.flatMap((side, k) => {
      const y = TOP + k * ROW;
      const [was, now] = [ended(earlier, k), ended(run, k)];
      const bar = (kind, top, size, share) => draw("rect", { class: `${kind} fill-${side.kind}`, x: x(0), y: top, height: size, width: Math.max(0, x(share ?? 0) - x(0)).toFixed(1) });
      const words = was === null ? percent(now) : say("effect.numbers", { before: percent(was), after: percent(now) });
      return [
        draw("text", { class: "name", x: 6, y: y + 27 }, side.letter),
        earlier && bar("gone", y + 4, 13, was),
        bar("now", y + (earlier ? 19 : 8), earlier ? 18 : 24, now),
        draw("text", { class: "amount", x: right + 8, y: y + 27 }, words),
      ].filter(Boolean);
    });
    return drawing(width, height, { class: "chart effect" }, ...grid, ...rows);
  }

  function finding(_, run) {
    const found = earlier && run.sides.map((side, k) => ({ side, change: differenceOf([ended(run, k), ended(earlier, k)], run.least) })).filter(({ change }) => change);
    if (!found?.length) return say("effect.none");
    const moved = found.filter(({ change }) => change.less !== null);
    if (!moved.length) return say("effect.same");
    const worded = moved.map(({ side, change }) => say(change.less === 0 ? "effect.less" : "effect.more", { letter: side.letter, points: change.points }));
    return worded.join("; ");
  }

  return {
    load(run, before) {
      earlier = before;
      figure.load(run);
    },
  };
}
