// Tables: a caption, a row of headings, and rows whose first cell is a heading.

import { make } from "./elements.js";
import { say } from "./words.js";

/**
 * A table with attributes. Cells are texts, elements, or lists of both.
 *
 * @param {{caption: string|HTMLElement, head: string[], rows: Array[]}} content
 */
export function table(attributes, { caption, head, rows }) {
  const top = head.map((words) => make("th", { scope: "col" }, words));
  const body = rows.map((row) => make("tr", {}, ...row.map((cell, k) => make(k ? "td" : "th", k ? {} : { scope: "row" }, ...[cell].flat()))));
  const title = typeof caption === "string" ? make("caption", {}, caption) : caption;
  return make("table", attributes, title, make("thead", {}, make("tr", {}, ...top)), make("tbody", {}, ...body));
}

/** A part of the page that scrolls sideways by itself where it is too wide. */
export function scrolling(label, ...children) {
  return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": label }, ...children);
}

/**
 * A table that is closed until it is asked for, and filled only while it is open.
 *
 * @param {() => ?object} content what it holds now, as in `table`, or null
 */
export function createFoldedTable(attributes, summary, label, content, ...above) {
  const scroll = scrolling(label);
  const details = make("details", attributes, make("summary", {}, summary), ...above, scroll);
  function refresh() {
    const now = details.open && content();
    if (now) scroll.replaceChildren(table({}, now));
  }
  details.addEventListener("toggle", refresh);
  return { details, refresh };
}

/** The head and rows of a table of series: a row for each month, and for each side a column for each series, in words. */
export function byMonth(run, names, words, format) {
  const columns = run.sides.flatMap((side) => names.map((name) => ({ words: words(side, name), values: side.series[name] })));
  return {
    head: [say("month"), ...columns.map((column) => column.words)],
    rows: run.sides[0].series.month.map((month, k) => [month, ...columns.map(({ values }) => format(values[k]))]),
  };
}
