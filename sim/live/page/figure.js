// A chart with what every chart needs: a title that states the finding, how it was made, a table, and a way out.

import { make, onWidth, write } from "./elements.js";
import { savePng, saveSvg } from "./pictures.js";
import { createFoldedTable } from "./tables.js";
import { say } from "./words.js";

/**
 * Makes an empty figure in `host`.
 *
 * @param {HTMLElement} host
 * @param {string} name names its words (`figure.NAME`) and its files
 * @param {object} chart
 * @param {(run) => {head: string[], rows: (string|number)[][]}} chart.numbers what the table under the chart says
 * @param {(run, width: number) => Element} chart.draw a new drawing of a run, or words in its place
 * @param {(month: number, run) => string} chart.show moves the drawing to a month and states what it shows then
 * @param {number} chart.least its least width in pixels
 */
export function createFigure(host, name, { numbers, draw, show, least = 280 }) {
  let run = null;
  let month = 0;
  const label = say(`figure.${name}`);
  const finding = make("h3", { class: "finding", id: `finding-${name}` });
  const plot = make("div", { class: "plot" });
  const made = make("p", { class: "made" });
  const picture = () => ({ svg: plot.querySelector("svg"), title: finding.textContent, made: made.textContent, name });
  const saver = (kind, save) => make("button", { type: "button", "aria-label": say(`figure.${kind}.label`, { name: label }), onclick: () => save(picture()) }, say(`figure.${kind}`));
  const save = make("span", { class: "save" }, saver("svg", saveSvg), saver("png", savePng));
  const content = () => run && { caption: `${label}. ${made.textContent}`, ...numbers(run) };
  const { details, refresh } = createFoldedTable({ class: "numbers" }, say("figure.table"), label, content, save);
  const figure = make("figure", { class: `figure figure-${name}` }, finding, plot, make("div", { class: "under" }, made, details));
  host.append(figure);
  onWidth(host, redraw);

  function redraw() {
    if (!run) return;
    const drawn = draw(run, Math.max(least, plot.clientWidth));
    if (drawn instanceof SVGElement) {
      drawn.setAttribute("role", "img");
      drawn.setAttribute("aria-labelledby", finding.id);
    }
    plot.replaceChildren(drawn);
    state();
  }

  function state() {
    if (run) write(finding, show(month, run));
  }

  return {
    figure,
    plot,
    refresh,
    redraw,
    /** Draws a run; `words` say how many runs there are, which seed and which version. */
    load(next, words = next.made) {
      run = next;
      write(made, words);
      redraw();
      refresh();
    },
    show(wanted) {
      month = wanted;
      state();
    },
  };
}
