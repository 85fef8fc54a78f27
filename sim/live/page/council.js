// What is known of councils, both sides: of one its will, ability, capacity, bodies and users, what limits it now, and the councils it
// looks to; of all in the month that is shown, as a table, what the maps say in words and numbers.

import { make, write } from "./elements.js";
import { termButton } from "./glossary.js";
import { atPlace, stageAt } from "./run.js";
import { createFoldedTable, table } from "./tables.js";
import { number, percent, say } from "./words.js";

const LEVELS = ["will", "ability", "capacity", "bodies", "trust"];
const IN_TABLE = ["will", "ability", "capacity"];
const MOST_TIES = 5;
// Rows whose term has another name in the glossary.
const TERMS = { gap: "lost", stage: "stages" };

/** Makes the panel of one council in `host`; `choose(place)` goes to another council. */
export function createCouncil(host, places, causes, choose) {
  let run = null;
  let month = 0;
  let place = null;
  let updates = [];

  function redraw() {
    updates = [];
    if (place === null || !run) {
      host.replaceChildren(make("p", { class: "hint" }, say("council.none")));
      return;
    }
    const about = places[place];
    const heading = make("h3", { tabindex: "-1", class: "finding" }, about.name);
    const people = make("span", { class: "hint" }, say("council.people", {
      n: about.population.toLocaleString(document.documentElement.lang),
      bodies: run.sides[0].bodies[place],
      users: run.sides[0].users[place],
    }));
    const head = [say("council.what"), ...run.sides.map((side) => `${side.letter} ${side.name}`)];
    const rows = [
      row("stage", (side) => words(() => say(`plain.stage.${stageAt(side, month, place)}`))),
      row("gap", (side) => words(() => percent(atPlace(side, "gap", month, place)))),
      ...LEVELS.map((name) => row(name, (side) => level(name, side))),
      row("limits", (side) => words(() => limit(side))),
    ];
    const caption = make("caption", { class: "hidden-words" }, about.name);
    host.replaceChildren(
      make("div", { class: "council-head" }, heading, people),
      table({ class: "council-table" }, { caption, head, rows }),
      influences(),
    );
    show(month);
  }

  function row(name, cell) {
    return [termButton(TERMS[name] ?? name, say(`council.${name}`)), ...run.sides.map(cell)];
  }

  // Words that follow the month.
  function words(read) {
    const text = make("span");
    updates.push(() => write(text, read()));
    return text;
  }

  function level(name, side) {
    const meter = make("meter", { min: "0", max: "1", "aria-label": `${say(`council.${name}`)}, ${side.letter}` });
    const value = () => atPlace(side, name, month, place);
    updates.push(() => (meter.value = value() ?? 0));
    return make("span", { class: `level level-${side.kind}` }, meter, words(() => number(value(), 2)));
  }

  function limit(side) {
    const code = atPlace(side, "limits", month, place);
    return code === null || code < 0 ? say("council.nothing") : say(`reason.${causes[code].name}`);
  }

  function influences() {
    const ties = [...(run.sides[0].ties?.[place] ?? [])].sort((one, other) => other[1] - one[1]).slice(0, MOST_TIES);
    const items = ties.map(([other, weight]) =>
      make("li", {}, make("button", { type: "button", class: "quiet", onclick: () => choose(other) }, places[other].name), ` ${percent(weight, 0)}`),
    );
    return make("div", {}, make("h4", {}, termButton("influence", say("council.ties"))), make("ul", { class: "ties" }, ...items));
  }

  function show(wanted) {
    month = wanted;
    for (const update of updates) update();
  }

  return {
    load(next) {
      run = next;
      redraw();
    },
    show,
    /** Shows another council, or none, and says whether the reader should be taken there. */
    choose(next, go) {
      place = next;
      redraw();
      if (go) host.querySelector("h3")?.focus();
    },
  };
}

/** Makes the table of all councils in `host`, closed until it is asked for. */
export function createCouncils(host, places) {
  let run = null;
  let month = 0;
  const title = say("councils.title");
  const { details, refresh } = createFoldedTable({ class: "numbers all-councils" }, title, title, () => run && {
    caption: `${say("month.n", { n: month })}. ${run.made}`,
    head: [say("councils.place"), ...run.sides.flatMap((side) => ["stage", "gap", ...IN_TABLE].map((name) => `${side.letter} ${say(`council.${name}`)}`))],
    rows: places.map((place, k) => [place.name, ...run.sides.flatMap((side) => cells(side, k))]),
  });
  host.append(details);

  function cells(side, k) {
    return [
      say(`plain.stage.${stageAt(side, month, k)}`),
      percent(atPlace(side, "gap", month, k)),
      ...IN_TABLE.map((level) => number(atPlace(side, level, month, k), 2)),
    ];
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
