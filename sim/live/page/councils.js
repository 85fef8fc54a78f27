// All councils in the month that is shown, both sides, as a table: what the maps say, in words and numbers.

import { make } from "./elements.js";
import { atPlace, stageAt } from "./run.js";
import { number, percent, say } from "./words.js";

const LEVELS = ["will", "ability", "capacity"];

/** Makes the table in `host`, closed until it is asked for. */
export function createCouncils(host, places) {
  let run = null;
  let month = 0;
  const scroll = make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": say("councils.title") });
  const details = make("details", { class: "numbers all-councils" }, make("summary", {}, say("councils.title")), scroll);
  details.addEventListener("toggle", refresh);
  host.append(details);

  function refresh() {
    if (!details.open || !run) return;
    const of = (side, key) => `${side.letter} ${say(key)}`;
    const head = [say("councils.place"), ...run.sides.flatMap((side) => ["stage", "gap", ...LEVELS].map((name) => of(side, `council.${name}`)))];
    const rows = places.map((place, k) => [
      place.name,
      ...run.sides.flatMap((side) => [
        say(`stage.${stageAt(side, month, k)}`),
        percent(atPlace(side, "gap", month, k)),
        ...LEVELS.map((level) => number(atPlace(side, level, month, k), 2)),
      ]),
    ]);
    const caption = make("caption", {}, `${say("month.n", { n: month })}. ${run.made}`);
    const top = make("tr", {}, ...head.map((words) => make("th", { scope: "col" }, words)));
    const body = rows.map((row) => make("tr", {}, ...row.map((cell, k) => make(k ? "td" : "th", k ? {} : { scope: "row" }, cell))));
    scroll.replaceChildren(make("table", {}, caption, make("thead", {}, top), make("tbody", {}, ...body)));
  }

  return {
    load(next) {
      run = next;
      refresh();
    },
    show(wanted) {
      month = wanted;
    },
    rest: refresh,
  };
}
