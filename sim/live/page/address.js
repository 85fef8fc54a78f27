// The state of the page in its address: everything after `#`, readable, and nothing but what differs.
//
// #a=hierarchy&a.work.load=1.5&a@36.mechanisms.pace=0.9&b=distributed&seed=2026&r=0&m=61
// A row is written centre:0.9,authorities:0.1,third_sector:0,users:0; a move in named places ends in @code+code.
// Ranges are checked where they are declared, by the model; here only what cannot be read is refused.

import { SIDES } from "./view.js";
import { say } from "./words.js";

function written(value) {
  if (value === null) return "null";
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([who, share]) => `${who}:${share}`)
    .join(",");
}

function read(text) {
  if (text === "null") return null;
  if (/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER) {
    return Number(text);
  }
  if (!text.includes(":")) return text;
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [who, share = ""] = part.split(":");
      return [who, share.trim() === "" || Number.isNaN(Number(share)) ? share : Number(share)];
    }),
  );
}

// What an address may hold unescaped in its fragment; the rest is escaped by rule.
function escaped(text) {
  return encodeURIComponent(text).replace(/%(3A|2C|40|2B)/g, decodeURIComponent);
}

/** The fragment for a view and for what is looked at: {month, place, guess, votes, …}. */
export function toFragment(view, look = {}) {
  const parts = [];
  view.sides.forEach((side, k) => {
    const name = SIDES[k];
    parts.push([name, side.scenario]);
    for (const [key, value] of Object.entries(side.set)) parts.push([`${name}.${key}`, written(value)]);
    for (const move of side.moves) {
      const where = move.places ? `@${move.places.join("+")}` : "";
      parts.push([`${name}@${move.month}.${move.key}`, written(move.value) + where]);
    }
  });
  parts.push(["seed", view.seed], ["r", view.replication]);
  for (const [key, value] of Object.entries(look)) {
    if (value !== null && value !== undefined && value !== "") parts.push([key, value]);
  }
  return parts.map(([key, value]) => `${escaped(key)}=${escaped(String(value))}`).join("&");
}

const LOOKS = ["m", "place", "guess", "about", "votes", "step", "change", "map", "see"];

/**
 * The view and the look that a fragment names, laid over a first view. A part without `=` names a section of the page.
 *
 * @returns {{view: object, look: object, problems: {key: string, value: string, wrong: string}[]}}
 */
export function fromFragment(fragment, first) {
  const view = { ...first, sides: first.sides.map((side) => ({ ...side, set: {}, moves: [] })) };
  const look = {};
  const problems = [];
  for (const part of fragment.replace(/^#/, "").split("&").filter((each) => each.includes("="))) {
    const [key, text] = unescaped(part);
    const set = /^([ab])\.(.+)$/.exec(key);
    const move = /^([ab])@([^.]*)\.(.+)$/.exec(key);
    if (SIDES.includes(key)) view.sides[SIDES.indexOf(key)].scenario = text;
    else if (set) view.sides[SIDES.indexOf(set[1])].set[set[2]] = read(text);
    else if (move) {
      const [value, places] = text.split("@");
      const dated = { month: read(move[2]), key: move[3], value: read(value), places: places ? places.split("+") : null };
      view.sides[SIDES.indexOf(move[1])].moves.push(dated);
    } else if (key === "seed" || key === "r") view[key === "r" ? "replication" : "seed"] = read(text);
    else if (LOOKS.includes(key)) look[key] = text;
    else problems.push({ key, value: text, wrong: say("address.unknown") });
  }
  if (look.m !== undefined && !/^\d{1,5}$/.test(look.m)) {
    problems.push({ key: "m", value: look.m, wrong: say("address.month") });
    delete look.m;
  }
  return { view, look, problems };
}

function unescaped(part) {
  const cut = part.includes("=") ? part.indexOf("=") : part.length;
  return [part.slice(0, cut), part.slice(cut + 1)].map((text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  });
}
