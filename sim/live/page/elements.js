// Elements of the page and of its drawings, made by hand: no library, no inline style, no mark-up from text.

const SVG = "http://www.w3.org/2000/svg";

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
