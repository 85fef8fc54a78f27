// The story so far: what happened on each side, a line for each event, the latest first; each leads to its month.

import { make } from "./elements.js";
import { say } from "./words.js";

/** Makes the log in `host`; `seek(month)` goes to the month of an event. */
export function createStory(host, seek) {
  let lines = [];
  let month = 0;
  const none = make("p", { class: "hint" }, say("story.none"));
  const list = make("ol", { class: "story", reversed: true });
  host.append(none, list);

  function show(wanted) {
    month = wanted;
    for (const { item, at } of lines) {
      item.hidden = at > month;
      item.classList.toggle("now", at === month);
    }
    none.hidden = lines.some(({ at }) => at <= month);
  }

  return {
    load(run) {
      const events = run.sides.flatMap((side) => (side.story ?? []).map((event) => ({ ...event, side })));
      events.sort((one, other) => other.month - one.month);
      lines = events.map((event) => {
        const link = make("button", { type: "button", class: "quiet month-link", onclick: () => seek(event.month) }, say("month.n", { n: event.month }));
        const side = make("span", { class: `badge badge-${event.side.kind}` }, event.side.letter);
        return { at: event.month, item: make("li", {}, link, side, make("span", { class: "event" }, event.text)) };
      });
      list.replaceChildren(...lines.map(({ item }) => item));
      show(month);
    },
    show,
  };
}
