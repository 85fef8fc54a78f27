// What differs from the default, side by side: what the scenario sets, what was set or moved by hand, each to be taken back.

import { make } from "./elements.js";
import { unmove, unset } from "./view.js";
import { listed, say } from "./words.js";

/** Makes the list in `host`; `change(view)` is called when something is taken back. */
export function createChanges(host, facts, change) {
  const heading = make("h3", {}, say("changes.title"));
  const body = make("div", { class: "change-lists" });
  host.append(heading, body);

  function line(words, takeBack) {
    const label = say("changes.back.label", { what: words });
    const button = takeBack ? make("button", { type: "button", class: "quiet", "aria-label": label, onclick: takeBack }, say("changes.back")) : null;
    return make("li", {}, make("span", {}, words), button);
  }

  function fromStart(key, value) {
    return say("changes.start", { name: facts.labelOf(key), before: facts.inWords(key, facts.defaultOf(key)), value: facts.inWords(key, value) });
  }

  function dated(move) {
    const worded = begun(move);
    return (move.until ?? null) === null ? worded : say("changes.move.until", { move: worded, until: move.until });
  }

  function begun(move) {
    const worded = { name: facts.labelOf(move.key), value: facts.inWords(move.key, move.value), month: move.month };
    if (!move.places) return say("changes.move", worded);
    const names = move.places.map((code) => facts.places.find((place) => place.code === code)?.name ?? code);
    return say("changes.move.there", { ...worded, places: listed(names) });
  }

  function column(run, view, k) {
    const side = view.sides[k];
    const scenario = facts.scenarioOf(side.scenario);
    const own = [
      ...Object.entries(side.set).map(([key, value]) => line(fromStart(key, value), () => change(unset(view, k, key)))),
      ...side.moves.map((move, n) => line(dated(move), () => change(unmove(view, k, n)))),
    ];
    const given = [...Object.entries(scenario?.set ?? {}).map(([key, value]) => line(fromStart(key, value))), ...(scenario?.moves ?? []).map((move) => line(dated(move)))];
    const of = make("h4", {}, make("span", { class: `badge badge-${run.sides[k].kind}` }, run.sides[k].letter), run.sides[k].title);
    const mine = own.length ? make("ul", { class: "changed-list" }, ...own) : make("p", { class: "hint" }, say("changes.none"));
    const theirs = given.length ? make("details", {}, make("summary", {}, say("changes.scenario", { n: given.length })), make("ul", {}, ...given)) : null;
    return make("div", {}, of, mine, theirs);
  }

  return {
    load(run, view) {
      body.replaceChildren(...view.sides.map((_, k) => column(run, view, k)));
    },
  };
}
