// One lever: a slider with a number box, from its declaration: unit, range, default, help.

import { make, numberInput } from "./elements.js";
import { say, short } from "./words.js";

const NOTCHES = 200;
const CROWDED = 0.15;

// Where a default lies close to one end of a wide range, the slider is bent so that it lies well inside.
function bend(parameter) {
  const { low, high } = parameter;
  const share = ((parameter.default ?? (low + high) / 2) - low) / (high - low);
  return share > 0 && share < CROWDED ? Math.log(share) / Math.log(0.35) : 1;
}

function rounded(value, parameter) {
  return parameter.whole ? Math.round(value) : Number(value.toPrecision(3));
}

/**
 * Makes one lever.
 *
 * @param {object} parameter its declaration
 * @param {(value: number|string|null) => void} moved called when a person has set it
 * @param {string} kind begins the names of its elements: one parameter may have a lever in two places
 * @returns {{row: HTMLElement, show: (value, isDefault: boolean) => void}}
 */
export function createLever(parameter, moved, kind = "lever") {
  const id = `${kind}-${parameter.key.replaceAll(".", "-")}`;
  const { name } = parameter;
  const help = make("p", { class: "help", id: `${id}-help` }, parameter.sentence);
  const badge = parameter.live ? null : make("span", { class: "restart", title: say("lever.restart.help") }, say("lever.restart"));
  const back = make("button", { type: "button", class: "quiet back", "aria-label": say("lever.back.label", { name }), onclick: () => moved(parameter.default) }, say("lever.back"));
  const usual = make("span", { class: "usual" }, say("lever.default", { value: parameter.choice_names[parameter.choices.indexOf(parameter.default)] ?? short(parameter.default) }));
  const label = make("label", { for: id, class: "lever-name" }, name);
  const { inputs, set } = parameter.choices.length ? choice(parameter, id, moved) : numbers(parameter, id, name, moved);
  const row = make(
    "div",
    { class: "lever", [`data-${kind === "lever" ? "key" : kind}`]: parameter.key },
    make("div", { class: "lever-words" }, label, badge, usual, back, help),
    make("div", { class: "lever-inputs" }, ...inputs),
  );
  return {
    row,
    show(value, isDefault) {
      set(value);
      back.hidden = isDefault;
      row.classList.toggle("changed", !isDefault);
    },
  };
}

function choice(parameter, id, moved) {
  const options = parameter.choices.map((value, k) => make("option", { value }, parameter.choice_names[k]));
  const select = make("select", { id, "aria-describedby": `${id}-help`, onchange: () => moved(select.value) }, ...options);
  return { inputs: [select], set: (value) => (select.value = value) };
}

function numbers(parameter, id, name, moved) {
  const { low, high } = parameter;
  const ranged = low !== null && high !== null;
  const power = ranged ? bend(parameter) : 1;
  const toValue = (notch) => rounded(low + (high - low) * (notch / NOTCHES) ** power, parameter);
  const toNotch = (value) => NOTCHES * Math.max(0, (value - low) / (high - low)) ** (1 / power);
  // What is being typed or dragged is not overwritten by what holds.
  let held = null;
  const box = numberInput(
    { id, type: "number", min: low, max: high, step: parameter.whole ? "1" : "any", "aria-describedby": `${id}-help`, inputmode: "decimal" },
    (input) => (held = input),
    moved,
  );
  const dragged = (input) => {
    held = input;
    if (input) write(toValue(Number(input.value)));
  };
  const range = { type: "range", min: "0", max: String(NOTCHES), step: "1", "aria-label": name };
  const slider = ranged ? numberInput(range, dragged, (notch) => moved(toValue(notch))) : null;

  function write(value) {
    box.value = value === null ? "" : Number(value.toPrecision(6));
    slider?.setAttribute("aria-valuetext", `${short(value)} ${parameter.unit}`);
  }

  return {
    inputs: [slider, box, make("span", { class: "unit" }, parameter.unit)],
    set(value) {
      if (held) return;
      write(value);
      if (slider) slider.value = String(value === null ? NOTCHES / 2 : toNotch(value));
    },
  };
}
