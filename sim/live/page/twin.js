// The twin: two power structures side by side, the same random numbers, one clock.

import { make, write } from "./elements.js";
import { termButton } from "./glossary.js";
import { at } from "./run.js";
import { createThermometer } from "./thermometer.js";
import { createTiles } from "./tiles.js";
import { number, percent, say } from "./words.js";

/**
 * Makes one side in `host`.
 *
 * @param {{places: object[], scenarios: Map, scenarioOf: Function, live: boolean, choose: (place: number) => void, pick: (scenario: string) => void}} asked
 */
export function createSide(host, which, asked) {
  const kind = ["a", "b"][which];
  const options = [...asked.scenarios.values()].map((scenario) => make("option", { value: scenario.name }, scenario.title));
  const select = make("select", { id: `scenario-${kind}`, "aria-label": say("twin.scenario", { letter: say(`side.${kind}`) }), onchange: () => asked.pick(select.value) }, ...options);
  const title = make("span", { class: "side-title" });
  const badge = make("span", { class: `badge badge-${kind}`, "aria-hidden": "true" }, say(`side.${kind}`));
  const gap = make("output", { class: `gap-number ink-${kind}`, id: `gap-${kind}` });
  const words = termButton("lost");
  const question = make("p", { class: "side-question" });
  const changes = make("span", { class: "side-changes" });
  const thermometer = make("div", { class: "thermometer-place" });
  const tiles = make("div", { class: "tiles-place" });
  host.append(
    make("h2", { class: "side-head" }, badge, asked.live ? select : title),
    question,
    make("p", { class: "gap-line" }, gap, make("span", { class: "gap-words" }, words, changes)),
    thermometer,
    tiles,
  );
  const map = createTiles(tiles, asked.places, asked.choose);
  const tube = createThermometer(thermometer);
  let side = null;
  let due = "";

  return {
    load(run) {
      side = run.sides[which];
      due = percent(run.due, 0);
      host.setAttribute("aria-label", say("twin.side", { letter: side.letter, name: side.name }));
      select.value = asked.scenarioOf(side.scenario).name;
      write(title, side.title);
      write(question, side.question);
      write(changes, side.changes ? say("twin.changed", { n: side.changes }) : "");
      map.load(run, which);
      tube.load(side);
    },
    show(month) {
      const share = at(side, "gap", month);
      write(gap, share === null ? say("twin.start") : percent(share));
      write(words, share === null ? say("twin.unknown", { least: due }) : say("twin.gap", { n: number(Math.round(1000 * share) / 10, 0) }));
      map.show(month);
      tube.show(month);
    },
    mark: map.mark,
    follow: map.follow,
  };
}
