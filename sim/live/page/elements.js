// Elements of the page and of its drawings, made by hand: no library, no inline style, no mark-up from text.

const SVG = "http://www.w3.org/2000/svg";
const TYPING = "input:not([type=range]):not([type=checkbox]):not([type=radio]), select, textarea";

function give(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" && "value" in element) element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element with attributes, listeners (onclick, …) and children. */
export function make(name, attributes = {}, ...children) {
  return give(document.createElement(name), attributes, children);
}

/** A box or slider for a number: `hold` gets it while a person sets it and null after that, `changed` the number that was set. */
export function numberInput(attributes, hold, changed) {
  const input = make("input", {
    ...attributes,
    oninput: () => hold(input),
    onblur: () => hold(null),
    onchange: () => {
      hold(null);
      if (input.value !== "") changed(Number(input.value));
    },
  });
  return input;
}

/** An SVG element with attributes, listeners and children. */
export function draw(name, attributes = {}, ...children) {
  return give(document.createElementNS(SVG, name), attributes, children);
}

/** A drawing of a size in pixels that shrinks to fit where there is less room. */
export function drawing(width, height, attributes = {}, ...children) {
  const size = { viewBox: `0 0 ${width} ${height}`, width, height };
  return draw("svg", { ...size, ...attributes }, ...children);
}

/** Sets an attribute only when it changes: most of a frame is what the last one was. */
export function set(element, name, value) {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Sets the text of an element only when it changes. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Calls `redraw` whenever the width of an element changes. */
export function onWidth(element, redraw) {
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth === width || element.clientWidth === 0) return;
    width = element.clientWidth;
    redraw();
  }).observe(element);
}

/**
 * Acts on keys of the whole page, unless a person is typing.
 *
 * @param {Object<string, (on: (selector: string) => boolean) => *>} actions by key; `on` says whether the focus is on such an element,
 *   and an action that gives false leaves the key to the browser
 */
export function onKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const on = (selector) => Boolean(event.target.closest?.(selector));
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || on(TYPING)) return;
    if (event.key in actions && actions[event.key](on) !== false) event.preventDefault();
  });
}
