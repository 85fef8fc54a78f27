// The gap as a thermometer: how much of what was intended is missing, and how much reports admit to.

import { linesDown, scale } from "./axes.js";
import { draw, drawing, onWidth, set, write } from "./elements.js";
import { at } from "./run.js";
import { percent, say } from "./words.js";

const HEIGHT = 66;
const TUBE = { y: 22, height: 18 };
const BULB = 15;
const SAID = 52;
const MARKS = [0, 0.25, 0.5, 0.75, 1];

/** Makes a thermometer in `host`: the target, no gap, is at the bulb. */
export function createThermometer(host) {
  let side = null;
  let month = 0;
  let parts = null;
  onWidth(host, redraw);

  function redraw() {
    if (!side) return;
    const width = Math.max(200, host.clientWidth);
    const start = 2 * BULB + 2;
    const end = width - 22;
    const x = scale(0, 1, start, end);
    const middle = TUBE.y + TUBE.height / 2;
    const svg = drawing(width, HEIGHT, { class: "chart thermometer", role: "img" });
    svg.append(draw("rect", { class: "tube", x: BULB, y: TUBE.y, width: width - BULB - 8, height: TUBE.height, rx: TUBE.height / 2 }));
    svg.append(...linesDown(MARKS, x, TUBE.y + TUBE.height, TUBE.y + TUBE.height + 6, HEIGHT - 5, (value) => percent(value, 0)));
    const fill = draw("rect", { class: `fill-${side.kind}`, x: start - 6, y: TUBE.y + 3, height: TUBE.height - 6, width: 0 });
    const bulb = draw("circle", { class: `fill-${side.kind}`, cx: BULB + 1, cy: middle, r: BULB });
    const letter = draw("text", { class: `bulb on-${side.kind}`, x: BULB + 1, y: middle + 6, "text-anchor": "middle" }, side.letter);
    const mark = draw("path", { class: "said" });
    const said = draw("text", { class: "tick said-words", y: 13, "text-anchor": "middle" });
    svg.append(fill, bulb, letter, mark, said);
    parts = { svg, x, start, width, fill, mark, said };
    host.replaceChildren(svg);
    show(month);
  }

  function show(wanted) {
    month = wanted;
    if (!parts) return;
    const { svg, x, start, width, fill, mark, said } = parts;
    set(svg, "aria-label", say("thermometer.label", { name: `${side.letter} ${side.title}` }));
    const gap = at(side, "gap", month);
    const reported = at(side, "nominal_gap", month);
    const within = (value) => x(Math.min(1, Math.max(0, value)));
    set(fill, "width", gap === null ? 0 : (within(gap) - start + 6).toFixed(1));
    set(mark, "visibility", reported === null ? "hidden" : "visible");
    set(mark, "d", `M${within(reported ?? 0).toFixed(1)} ${TUBE.y - 6}v${TUBE.height + 12}`);
    set(said, "x", Math.min(width - SAID, Math.max(SAID, within(reported ?? 0))).toFixed(1));
    write(said, reported === null ? "" : say("thermometer.said", { gap: percent(reported, 0) }));
  }

  return {
    load(next) {
      side = next;
      if (parts) show(month);
      else redraw();
    },
    show,
  };
}
