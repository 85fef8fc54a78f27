// The levers: what can be moved, on which side and from when; all of it from the declarations.

import { createChanges } from "./changes.js";
import { make, write } from "./elements.js";
import { createEffect } from "./effect.js";
import { createLever } from "./lever.js";
import { createRights } from "./rights.js";
import { createTenLevers } from "./tenlevers.js";
import { SIDES, changesOf, moveAt, setFromStart, valueAt } from "./view.js";
import { say } from "./words.js";

const WRITING = "input[type=number], input[type=text], input[type=search], textarea";
const ORDER = ["mechanisms", "work", "authorities", "money", "pace", "changes", "pledge", "centre", "bodies", "users", "design", "hierarchy", "attention", "response", "population", "reference"];

/**
 * Makes the levers in `host`.
 *
 * @param {object} facts what is declared
 * @param {object} history the present view and its history
 * @param {{months: () => number, replay: () => void, changed: () => boolean, reset: () => void}} clock
 */
export function createLevers(host, facts, history, clock) {
  const groups = [];
  let month = 0;
  let wished = "now";
  const which = radios("which", ["a", "b", "both"], "a");
  const when = radios("when", ["now", "start"], "now");
  const buttons = {
    undo: button("undo", () => history.undo()),
    redo: button("redo", () => history.redo()),
    reset: button("reset", clock.reset),
    replay: button("replay", clock.replay),
  };
  const bar = make("div", { class: "lever-bar" }, which.set, when.set, make("div", { class: "lever-buttons" }, ...Object.values(buttons)));
  const differences = make("div", { class: "differences" });
  const changes = createChanges(differences, facts, (view) => history.change(view));
  const find = make("input", { type: "search", id: "find-lever", oninput: () => search(find.value.trim().toLowerCase()) });
  const finder = make("p", { class: "finder" }, make("label", { for: "find-lever" }, say("levers.find")), find);
  const list = make("div", { class: "lever-groups" });
  const expert = make("details", { class: "expert" }, make("summary", {}, say("levers.expert", { n: facts.parameters.size })), finder, list);
  const few = make("div", { class: "ten" });
  const beside = make("div", { class: "beside" });
  const power = group("power", true);
  const rights = createRights(power.body, facts, moved);
  host.append(make("div", { class: "lever-desk" }, make("div", { class: "lever-side" }, bar, few, power.details, differences, expert), beside));
  const ten = createTenLevers(few, facts, moved);
  const effect = createEffect(beside);
  list.append(...ORDER.map((name) => lazyGroup(name)));
  document.addEventListener("keydown", undoByKey);
  which.set.addEventListener("change", refresh);
  when.set.addEventListener("change", () => (wished = when.value()));

  function radios(name, values, first) {
    const inputs = values.map((value) => make("input", { type: "radio", name, value, checked: value === first, id: `${name}-${value}` }));
    const words = values.map((value) => make("span", {}, name === "which" && value !== "both" ? "" : say(`levers.${name}.${value}`)));
    const labels = inputs.map((input, k) => make("label", { class: "option" }, input, words[k]));
    const set = make("fieldset", {}, make("legend", {}, say(`levers.${name}`)), ...labels);
    return { set, inputs, words, value: () => inputs.find((input) => input.checked).value };
  }

  function button(name, act) {
    return make("button", { type: "button", class: `do-${name}`, onclick: act }, say(`levers.${name}`));
  }

  function group(name, open) {
    const body = make("div", { class: "lever-list" });
    const details = make("details", { class: "lever-group", open, "data-group": name }, make("summary", {}, say(`group.${name}`)), body);
    return { details, body };
  }

  // Two hundred levers are made when their group is opened, not before.
  function lazyGroup(name) {
    const entry = { name, levers: null, ...group(name, false) };
    groups.push(entry);
    entry.details.addEventListener("toggle", () => entry.details.open && fill(entry));
    return entry.details;
  }

  function fill(entry) {
    if (entry.levers) return;
    const parameters = [...facts.parameters.values()].filter((parameter) => parameter.group === entry.name);
    entry.levers = parameters.map((parameter) => {
      const lever = createLever(parameter, (value) => moved(parameter.key, value));
      const onOff = entry.name === "mechanisms" ? toggle(parameter, lever) : null;
      entry.body.append(lever.row);
      return { parameter, lever, onOff };
    });
    refresh();
  }

  // A mechanism is a switch with a strength: off is 0, on again is its default, or the middle if it is off by default.
  function toggle(parameter, lever) {
    const box = make("input", { type: "checkbox", role: "switch", "aria-label": say("levers.switch", { name: facts.labelOf(parameter.key) }) });
    box.addEventListener("change", () => moved(parameter.key, box.checked ? parameter.default || (parameter.low + parameter.high) / 2 : 0));
    lever.row.querySelector(".lever-words").prepend(box);
    return box;
  }

  // As everywhere: Ctrl+Z takes the last change back, with Shift it is done again; in a box the keys are the box's own.
  function undoByKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z" || event.target.closest?.(WRITING)) return;
    event.preventDefault();
    if (event.shiftKey) history.redo();
    else history.undo();
  }

  // Every word is looked for in the name, the key and the sentence.
  function search(text) {
    const wanted = text.split(/\s+/).filter(Boolean);
    for (const entry of groups) {
      if (text) fill(entry);
      const matches = (entry.levers ?? []).filter(({ parameter, lever }) => {
        const all = `${facts.labelOf(parameter.key)} ${parameter.key} ${parameter.sentence}`.toLowerCase();
        const there = wanted.every((word) => all.includes(word));
        lever.row.hidden = !there;
        return there;
      });
      entry.details.hidden = Boolean(text) && !matches.length;
      entry.details.open = text ? matches.length > 0 : entry.details.open && !text;
    }
  }

  // A side is called what it is now.
  function nameSides(run) {
    run.sides.forEach((side, k) => {
      const title = changesOf(history.view.sides[k]) ? say("levers.which.changed", { title: side.title }) : side.title;
      write(which.words[k], say("levers.which.side", { letter: side.letter, title }));
    });
  }

  function targets() {
    const chosen = which.value();
    return chosen === "both" ? history.view.sides.map((_, k) => k) : [SIDES.indexOf(chosen)].filter((k) => k < history.view.sides.length);
  }

  function moved(key, value) {
    const now = when.value() === "now" && facts.isLive(key) && month > 0 && month < clock.months();
    let view = history.view;
    for (const k of targets()) {
      view = now ? moveAt(view, k, month, key, value) : setFromStart(view, k, key, value, facts);
    }
    history.change(view, { key, from: now ? month : 0 });
  }

  function valueNow(key) {
    return valueAt(history.view.sides[targets()[0] ?? 0], key, month, facts);
  }

  function refresh() {
    rights.show(valueNow);
    ten.show(valueNow);
    for (const { levers, details } of groups) {
      if (!levers || !details.open) continue;
      for (const { parameter, lever, onOff } of levers) {
        const value = valueNow(parameter.key);
        lever.show(value, value === parameter.default);
        if (onOff) onOff.checked = value > 0;
      }
    }
    buttons.undo.disabled = !history.canUndo;
    buttons.redo.disabled = !history.canRedo;
    buttons.replay.disabled = !clock.changed();
  }

  return {
    load(run, before) {
      for (const each of host.querySelectorAll(".wrong")) each.remove();
      nameSides(run);
      effect.load(run, before);
      changes.load(run, history.view);
      refresh();
    },
    /** Says what was refused beside the lever that it is about. */
    refuse(problems) {
      for (const { key, wrong, value } of problems) {
        const rows = [...host.querySelectorAll(".lever")].filter(({ dataset }) => key && (dataset.key === key || dataset.ten === key));
        for (const row of rows) row.append(make("p", { class: "wrong", role: "alert" }, say("levers.wrong", { value, wrong })));
      }
    },
    /** The month that "now" means. */
    show(wanted) {
      month = wanted;
      const open = month > 0 && month < clock.months();
      write(when.words[0], open ? say("levers.when.month", { n: month }) : say("levers.when.now"));
      when.inputs[0].disabled = !open;
      when.inputs[open && wished === "now" ? 0 : 1].checked = true;
    },
    rest: refresh,
  };
}
