// Downloads: the page as one file, the numbers, the scenario as YAML, and a Python program that prints the numbers.

import { make, write } from "./elements.js";
import { offer } from "./pictures.js";
import { say } from "./words.js";

// What is offered, and of which side where each has its own.
const FILES = [
  { kind: "html", side: 0 },
  { kind: "csv", side: 0 },
  { kind: "yaml", side: 0, of: "a" },
  { kind: "yaml", side: 1, of: "b" },
  { kind: "python", side: 0 },
];

/** Makes the section in `host`; `get(kind, side)` gives {blob, name}, and `refused(error)` says what went wrong. */
export function createTakeaway(host, get, refused) {
  const status = make("p", { role: "status", class: "hint" });
  const cards = FILES.map(({ kind, side, of }) => {
    const words = say(`take.${kind}`, { letter: of ? say(`side.${of}`) : "" });
    const button = make("button", { type: "button", class: `do-${kind}`, onclick: () => take(kind, side, button) }, words);
    return make("div", { class: "take" }, button, make("p", { class: "help" }, say(`take.${kind}.help`)));
  });
  host.append(make("div", { class: "takes" }, ...cards), make("p", { class: "hint" }, say("take.charts")), status);

  async function take(kind, side, button) {
    button.disabled = true;
    try {
      const { blob, name } = await get(kind, side);
      offer(name, blob);
      write(status, say("take.done", { name }));
    } catch (error) {
      refused(error);
    }
    button.disabled = false;
  }
}
