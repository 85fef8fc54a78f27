// Links within the page: the address holds the view, so they leave it alone.

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
