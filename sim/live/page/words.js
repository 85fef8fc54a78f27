// All texts of the page come from one table, so that the page can be translated.

let table = {};

/** Takes the table of words: {key: text}, with {name} where a value goes. */
export function learn(strings) {
  table = strings;
}

/** The words for a key, with values put in; a key without words shows itself, so that it is noticed. */
export function say(key, values = {}) {
  const text = table[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The words for a number of things: `key.one` for one, `key.many` otherwise. */
export function count(key, number, values = {}) {
  return say(`${key}.${number === 1 ? "one" : "many"}`, { n: number, ...values });
}

/** Puts words into every element under `root` that names them in data-say, data-say-label or data-say-title. */
export function fillWords(root) {
  for (const element of root.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of root.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", say(element.dataset.sayLabel));
  }
  for (const element of root.querySelectorAll("[data-say-title]")) element.title = say(element.dataset.sayTitle);
}

/** Items in a row, as in "a, b and c". */
export function listed(items) {
  if (items.length < 2) return items.join("");
  return say("listing", { most: items.slice(0, -1).join(", "), last: items[items.length - 1] });
}

function isKnown(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** A number with a true minus sign, or the word for unknown. */
export function number(value, digits = 1) {
  if (!isKnown(value)) return say("unknown");
  // Halves go up, as the server rounds them.
  const text = (Math.round(value * 10 ** digits) / 10 ** digits).toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** A share in percentage points, without its sign of per cent. */
export function points(share, digits = 1) {
  return isKnown(share) ? number(100 * share, digits) : say("unknown");
}

/** A share as a percentage. */
export function percent(share, digits = 1) {
  return isKnown(share) ? say("percent", { n: points(share, digits) }) : say("unknown");
}

/** A time in years and months; months alone below a year. */
export function duration(months) {
  const parts = [["years", Math.floor(months / 12)], ["months", months % 12]];
  return parts.filter(([, n]) => n).map(([unit, n]) => count(`time.${unit}`, n)).join(" ");
}

/** A number as short as it can be without losing what a person set. */
export function short(value) {
  if (value === null || value === undefined) return say("unset");
  if (typeof value !== "number") return String(value);
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

/** A value of a parameter in words: a number, a choice, or the shares of a row. */
export function valueInWords(value) {
  if (value === null || typeof value !== "object") return short(value);
  return Object.entries(value)
    .map(([who, share]) => `${say(`holder.${who}`)} ${points(share, 0)}`)
    .join(", ");
}
