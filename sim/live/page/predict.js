// Prediction: the audience gives its expectation as a curve and as votes before the run is played.

import { frameOfMonths, path, reach, scale, spreadApart } from "./axes.js";
import { differenceOf } from "./difference.js";
import { draw, drawing, make, set, write } from "./elements.js";
import { createFigure } from "./figure.js";
import { at } from "./run.js";
import { count, percent, points, say } from "./words.js";

const HEIGHT = 252;
const RIGHT = 96;
const LETTER = 15;
const KNOTS = 11;
const VOTES = ["a", "same", "b"];
// Shapes to pick from, in shares of the way from all lost (1) to nothing lost (0): pictures, not values of the model.
const SHAPES = {
  steady: (t) => 1 - 0.5 * t,
  late: (t) => 1 - 0.5 * t ** 3,
  early: (t) => 1 - 0.5 * Math.sqrt(t),
  back: (t) => 1 - 1.6 * t * (1 - t),
  flat: () => 0.9,
};

/** Makes the section in `host`. `start()` goes to month 0, `play()` plays; `noted()` is called when a guess changes; `least` is the smallest difference that matters. */
export function createPredict(host, { start, play, noted, least }) {
  let run = null;
  let month = 0;
  let guess = null;
  let about = 0;
  let votes = VOTES.map(() => 0);
  let parts = null;
  const figure = createFigure(host, "predict", { numbers, draw: drawRun, show });
  const sides = ["a", "b"].map((name, k) => make("button", { type: "button", "aria-pressed": String(k === 0), onclick: () => choose(k) }, say(`side.${name}`)));
  const shapes = row("predict.shapes", ...Object.entries(SHAPES).map(([name, shape]) => make("button", { type: "button", "data-shape": name, onclick: () => take(shape) }, say(`predict.shape.${name}`))));
  const boxes = Array.from({ length: KNOTS }, (_, k) => numberBox(k));
  const byNumbers = make("details", { class: "by-numbers" }, make("summary", {}, say("predict.numbers")), make("div", { class: "knots" }, ...boxes.map(({ label }) => label)));
  const tally = VOTES.map((name, k) => counter(name, k));
  const ballot = row("predict.votes", ...tally.map(({ group }) => group));
  ballot.classList.add("votes");
  const reveal = make("button", { type: "button", class: "strong do-reveal", onclick: () => { start(); play(); } }, say("predict.reveal"));
  const again = make("button", { type: "button", onclick: clear }, say("predict.clear"));
  const result = make("p", { class: "result", role: "status" });
  const side = row("predict.about", ...sides, make("span", { class: "go" }, reveal, again));
  host.prepend(make("div", { class: "predict-choices" }, side, shapes, ballot), result);
  host.append(byNumbers);

  function numbers() {
    return {
      head: [say("month"), say("predict.guess"), ...run.sides.map((each) => say("gap.of", { name: each.letter }))],
      rows: knotMonths().map((m, k) => [m, percent(guess?.[k] ?? null, 0), ...run.sides.map((each) => percent(m <= month ? at(each, "gap", m) : null))]),
    };
  }

  function choose(k) {
    about = k;
    sides.forEach((button, n) => button.setAttribute("aria-pressed", String(n === k)));
    figure.redraw();
    noted();
  }

  function row(key, ...children) {
    return make("div", { class: "row", role: "group", "aria-label": say(key) }, make("span", { class: "row-name" }, say(key)), ...children);
  }

  function numberBox(k) {
    const box = make("input", { type: "number", min: "0", max: "120", step: "1", onchange: () => box.value !== "" && change(k, Number(box.value) / 100) });
    const name = make("span");
    return { box, name, label: make("label", { class: "knot" }, name, box) };
  }

  function counter(name, k) {
    const shown = make("output", {}, "0");
    const words = voted(name);
    const step = (by) => {
      votes[k] = Math.max(0, Math.min(9999, votes[k] + by));
      write(shown, String(votes[k]));
      figure.redraw();
      noted();
    };
    const button = (key, by, sign) => make("button", { type: "button", "aria-label": say(`predict.vote.${key}`, { what: words }), onclick: () => step(by) }, sign);
    const parts = [make("span", {}, say(`predict.tally.${name}`, { least: points(least) })), button("less", -1, "−"), shown, button("more", 1, "+")];
    return { shown, group: make("span", { class: "counter" }, ...parts) };
  }

  function voted(name) {
    return say(`predict.vote.${name}`, { least: points(least) });
  }

  function knotMonths() {
    return Array.from({ length: KNOTS }, (_, k) => Math.round((run.months * k) / (KNOTS - 1)));
  }

  function expected() {
    return guess !== null || votes.some(Boolean);
  }

  function take(shape) {
    guess = Array.from({ length: KNOTS }, (_, k) => shape(k / (KNOTS - 1)));
    start();
    changed();
  }

  function change(k, value) {
    guess ??= new Array(KNOTS).fill(null);
    guess[k] = Math.max(0, Math.min(1.2, value));
    changed();
  }

  function clear() {
    guess = null;
    votes = VOTES.map(() => 0);
    tally.forEach(({ shown }) => write(shown, "0"));
    start();
    changed();
  }

  function changed() {
    fillBoxes();
    figure.redraw();
    noted();
  }

  function fillBoxes() {
    boxes.forEach(({ box }, k) => (box.value = Number.isFinite(guess?.[k]) ? Math.round(100 * guess[k]) : ""));
  }

  function drawRun(_, width) {
    knotMonths().forEach((m, k) => write(boxes[k].name, say("month.n", { n: m })));
    const [low, high] = reach(...run.sides.map((each) => each.series.gap), guess ?? []);
    const frame = frameOfMonths({ width, height: HEIGHT, months: run.months, low, high, margin: { right: RIGHT }, format: (v) => percent(v, 0) });
    const svg = drawing(width, HEIGHT, { class: "chart predict" }, frame.group);
    const shown = frame.reveal("revealed");
    // What happened is shown only to those who have said what they expect.
    for (const each of expected() ? run.sides : []) {
      shown.lines.append(draw("path", { class: `${each === run.sides[about] ? "line" : "thin"} line-${each.kind}`, d: frame.line(each.series.gap) }));
    }
    const xs = knotMonths().map(frame.x);
    const drawn = draw("path", { class: "guess", d: guess ? path(xs, guess.map((v) => (v === null ? null : frame.y(v)))) : "" });
    const dots = (guess ?? []).map((v, k) => (v === null ? null : draw("circle", { class: "guess-dot", cx: xs[k], cy: frame.y(v), r: 5 })));
    const labels = run.sides.map((each) => draw("text", { class: `label ink-${each.kind}`, "font-size": LETTER }));
    const ended = lastGuess();
    const room = draw("text", { class: "label guess-label", "font-size": LETTER }, ended === null ? "" : say("predict.room", { gap: percent(ended, 0) }));
    const hint = guess ? null : draw("text", { class: "hint", x: frame.x(run.months / 2), y: frame.y(0.5), "text-anchor": "middle" }, say("predict.hint"));
    svg.append(shown.clip, shown.lines, drawn, ...[...dots, hint].filter(Boolean), ...labels, room);
    listen(svg, frame, width);
    parts = { frame, shown, labels, room, right: width - RIGHT };
    return svg;
  }

  // One stroke sets every knot that it passes.
  function listen(svg, frame, width) {
    const knotAt = scale(frame.margin.left, width - RIGHT, 0, KNOTS - 1);
    const share = scale(frame.y(0), frame.y(1), 0, 1);
    const plot = figure.plot;
    const point = (event) => {
      const box = plot.getBoundingClientRect();
      const k = Math.round(knotAt(((event.clientX - box.left) / box.width) * width));
      if (k >= 0 && k < KNOTS) change(k, share(((event.clientY - box.top) / box.height) * HEIGHT));
    };
    // The drawing is made again while the pen is down; the plot around it stays.
    svg.addEventListener("pointerdown", (event) => {
      start();
      point(event);
      plot.setPointerCapture(event.pointerId);
      plot.onpointermove = point;
      plot.onpointerup = () => {
        plot.onpointermove = null;
      };
    });
  }

  function show(wanted) {
    month = wanted;
    const { frame, shown, labels, room, right } = parts;
    const x = frame.x(month);
    shown.to(month);
    const values = run.sides.map((each) => (expected() ? at(each, "gap", month) : null));
    const ended = lastGuess();
    const meets = ended !== null && x > right - RIGHT;
    const heights = [...values, ended].map((v) => frame.y(v ?? 0));
    const there = heights.map((_, k) => k).filter((k) => (k < values.length ? values[k] !== null : meets));
    const given = spreadApart(there.map((k) => heights[k]), LETTER * 1.25, frame.margin.top + 4, HEIGHT - frame.margin.bottom - 6);
    there.forEach((k, n) => (heights[k] = given[n]));
    labels.forEach((label, k) => {
      set(label, "x", Math.min(x, right) + 8);
      set(label, "y", heights[k] + 5);
      write(label, values[k] === null ? "" : `${run.sides[k].letter}  ${percent(values[k])}`);
    });
    set(room, "x", right + 8);
    set(room, "y", heights[values.length] + 5);
    const done = month >= run.months && expected();
    write(result, done ? judgement() : "");
    if (done) return finding();
    return say(guess ? "predict.title.ready" : "predict.title", { letter: run.sides[about].letter });
  }

  function lastGuess() {
    return guess?.[KNOTS - 1] ?? null;
  }

  function guessAt(m) {
    const at1 = (m / run.months) * (KNOTS - 1);
    const k = Math.min(KNOTS - 2, Math.floor(at1));
    const [one, other] = [guess[k], guess[k + 1]];
    return one === null || other === null ? null : one + (other - one) * (at1 - k);
  }

  // Nothing is said before all is played: the room should look first.
  function judgement() {
    const said = [];
    const missed = guess ? run.sides[about].series.gap.map((v, k) => [guessAt(k + 1), v]).filter(([one, other]) => one !== null && other !== null) : [];
    if (missed.length) said.push(say("predict.missed", { points: points(missed.reduce((sum, [one, other]) => sum + Math.abs(one - other), 0) / missed.length) }));
    const all = votes.reduce((sum, n) => sum + n, 0);
    const found = differenceOf(run.sides.map((each) => at(each, "gap", run.months)), least);
    if (all && found) {
      const right = [0, 2][found.less] ?? 1;
      said.push(count("predict.voted", votes[right], { all, what: voted(VOTES[right]), points: found.points }));
    }
    return said.join(" ");
  }

  function finding() {
    const [a, b] = run.sides.map((each) => percent(at(each, "gap", run.months)));
    const ended = lastGuess();
    if (ended === null) return say("predict.title.voted", { a, b });
    return say("predict.title.done", { letter: run.sides[about].letter, gap: [a, b][about], expected: percent(ended, 0) });
  }

  return {
    load(next) {
      run = next;
      fillBoxes();
      figure.load(run);
      noted();
    },
    show: figure.show,
    /** The guess as text for the address, and back. */
    look: () => ({
      guess: guess ? guess.map((v) => (v === null ? "" : Math.round(100 * v))).join(".") : null,
      about: about ? "b" : null,
      votes: votes.some(Boolean) ? votes.join(".") : null,
    }),
    forget: clear,
    recall(look) {
      const list = (look.guess ?? "").split(".");
      if (list.length === KNOTS) guess = list.map((text) => (/^\d{1,3}$/.test(text) ? Number(text) / 100 : null));
      const counts = (look.votes ?? "").split(".");
      if (counts.length === VOTES.length && counts.every((text) => /^\d{1,4}$/.test(text))) votes = counts.map(Number);
      tally.forEach(({ shown }, k) => write(shown, String(votes[k])));
      if (look.about === "b") choose(1);
    },
  };
}
