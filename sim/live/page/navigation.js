// Ways about the page: links to its parts, and what stands between the maps.

import { set } from "./elements.js";

// The address holds the view, so that links leave it alone.
function goTo(section) {
  section.setAttribute("tabindex", "-1");
  section.focus({ preventScroll: true });
  section.scrollIntoView();
}

/** Lets every link to a part of the page under `root` bring it into view; gives a way to go to a part by its name. `unfold(id)` opens a part that may be closed. */
export function connectLinks(root, unfold) {
  const follow = (link) => {
    unfold(link.getAttribute("href").slice(1));
    goTo(root.querySelector(link.getAttribute("href")));
  };
  for (const link of root.querySelectorAll("a[href^='#']")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      follow(link);
    });
  }
  // Parts are called as in the navigation.
  const named = (part) => [...root.querySelectorAll("nav a")].find((link) => link.dataset.say === `nav.${part}`);
  return (part) => follow(named(part));
}

/** Connects the buttons under `root` between the chart over time, the chain and one council; `leave()` is called when the council is left, `chosen()` when another is looked at. Gives a way to look at one, and its name. */
export function connectMiddle(root, { leave, chosen }) {
  const shown = { story: root.querySelector("#gap-and-story"), chain: root.querySelector("#chain"), council: root.querySelector("#council") };
  const buttons = Object.fromEntries(Object.keys(shown).map((name) => [name, root.querySelector(`#look-${name}`)]));
  let now = "story";

  function look(at) {
    now = at;
    for (const name of Object.keys(shown)) {
      shown[name].hidden = name !== at;
      set(buttons[name], "aria-pressed", name === at);
    }
  }
  buttons.story.addEventListener("click", leave);
  for (const name of ["chain", "council"]) {
    buttons[name].addEventListener("click", () => {
      look(name);
      chosen();
    });
  }
  return { look, at: () => now };
}
