// Between the maps stand the gap and the story, or one council.

import { set } from "./elements.js";

/** Connects the two buttons under `root`; `leave()` is called when the council is left. Gives a way to look at either. */
export function connectMiddle(root, leave) {
  const shown = { story: root.querySelector("#gap-and-story"), council: root.querySelector("#council") };
  const buttons = { story: root.querySelector("#look-story"), council: root.querySelector("#look-council") };

  function look(at) {
    for (const name of Object.keys(shown)) {
      shown[name].hidden = name !== at;
      set(buttons[name], "aria-pressed", name === at);
    }
  }
  buttons.story.addEventListener("click", leave);
  buttons.council.addEventListener("click", () => look("council"));
  return look;
}
