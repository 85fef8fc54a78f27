// Ways about the page: links to its parts, and what stands between the maps.

import { set } from "./elements.js";

// The address holds the view, so that links leave it alone.
function goTo(section) {
  section.setAttribute("tabindex", "-1");
  section.focus({ preventScroll: true });
  section.scrollIntoView();
}

/** Lets every link to a part of the page under `root` bring it into view; gives a way to go to a part by its name. */
export function connectLinks(root) {
  for (const link of root.querySelectorAll("a[href^='#']")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(root.querySelector(link.getAttribute("href")));
    });
  }
  // Parts are called as in the navigation.
  const named = (part) => [...root.querySelectorAll("nav a")].find((link) => link.dataset.say === `nav.${part}`);
  return (part) => goTo(root.querySelector(named(part).getAttribute("href")));
}

/** Connects the two buttons under `root` between the gap with the story and one council; `leave()` is called when the council is left. Gives a way to look at either. */
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
