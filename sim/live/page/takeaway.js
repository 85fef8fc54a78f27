// Take away: one file that plays without Python, the numbers, the scenario as YAML, and a snippet that gives them again.

import { make, write } from "./elements.js";
import { offer } from "./pictures.js";
import { say } from "./words.js";

const KINDS = ["html", "csv", "yaml", "python"];

/** Makes the section in `host`; `get(kind)` gives {blob, name}, and `refused(error)` says what went wrong. */
export function createTakeaway(host, get, refused) {
  const told = make("p", { role: "status", class: "hint" });
  const cards = KINDS.map((kind) => {
    const button = make("button", { type: "button", class: `do-${kind}`, onclick: () => take(kind, button) }, say(`take.${kind}`));
    return make("div", { class: "take" }, button, make("p", { class: "help" }, say(`take.${kind}.help`)));
  });
  host.append(make("div", { class: "takes" }, ...cards), make("p", { class: "hint" }, say("take.charts")), told);

  async function take(kind, button) {
    button.disabled = true;
    try {
      const { blob, name } = await get(kind);
      offer(name, blob);
      write(told, say("take.done", { name }));
    } catch (error) {
      refused(error);
    }
    button.disabled = false;
  }
}
