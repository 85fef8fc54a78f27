// A chart with what every chart needs: a title that states the finding, how it was made, a table, and a way out.

import { make, write } from "./elements.js";
import { savePng, saveSvg } from "./pictures.js";
import { say } from "./words.js";

/**
 * Makes an empty figure in `host`.
 *
 * @param {HTMLElement} host
 * @param {string} name names its words (`figure.NAME`) and its files
 * @param {() => {head: string[], rows: (string|number)[][]}} numbers what the table under the chart says
 */
export function createFigure(host, name, numbers) {
  const finding = make("h3", { class: "finding", id: `finding-${name}` });
  const plot = make("div", { class: "plot" });
  const made = make("p", { class: "made" });
  const scroll = make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": say(`figure.${name}`) });
  const picture = () => ({ svg: plot.querySelector("svg"), title: finding.textContent, made: made.textContent, name });
  const save = make(
    "span",
    { class: "save" },
    make("button", { type: "button", "aria-label": say("figure.svg.label", { name: say(`figure.${name}`) }), onclick: () => saveSvg(picture()) }, say("figure.svg")),
    make("button", { type: "button", "aria-label": say("figure.png.label", { name: say(`figure.${name}`) }), onclick: () => savePng(picture()) }, say("figure.png")),
  );
  const details = make("details", { class: "numbers" }, make("summary", {}, say("figure.table")), save, scroll);
  const figure = make("figure", { class: `figure figure-${name}` }, finding, plot, make("div", { class: "under" }, made, details));
  host.append(figure);

  function refresh() {
    if (!details.open) return;
    const { head, rows } = numbers();
    const top = make("tr", {}, ...head.map((words) => make("th", { scope: "col" }, words)));
    const body = rows.map((row) =>
      make("tr", {}, ...row.map((cell, k) => make(k ? "td" : "th", k ? {} : { scope: "row" }, String(cell)))),
    );
    const caption = make("caption", {}, `${say(`figure.${name}`)}. ${made.textContent}`);
    scroll.replaceChildren(make("table", {}, caption, make("thead", {}, top), make("tbody", {}, ...body)));
  }
  details.addEventListener("toggle", refresh);

  return {
    figure,
    plot,
    refresh,
    /** Puts a new drawing in place of the old one. */
    draw(svg) {
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-labelledby", finding.id);
      plot.replaceChildren(svg);
    },
    /** States what the chart shows now. */
    state: (text) => write(finding, text),
    /** Says how many runs there are, which seed and which version. */
    madeBy: (text) => write(made, text),
  };
}
