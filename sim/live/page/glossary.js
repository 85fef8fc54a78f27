// Words in plain language: what each term on the page means, beside it on demand and all together in the glossary.

import { STEPS } from "./chain.js";
import { make, write } from "./elements.js";
import { percent, points, say } from "./words.js";

const OWN = ["lost", "due", "change", "stages", "future", "points", "will", "ability", "capacity", "bodies", "trust", "limits", "influence", "lever", "scenario"];

// All terms by key: {word, term, meaning}; `term` is the model's own word where it differs.
function readGlossary(facts) {
  const rules = { least: percent(facts.due, 0), same: points(facts.meaningful) };
  const found = new Map(OWN.map((key) => [key, { word: say(`glossary.${key}`), meaning: say(`glossary.${key}.help`, rules) }]));
  for (const step of STEPS) found.set(`chain.${step}`, { word: say(`chain.${step}`), meaning: say(`chain.${step}.help`) });
  const declared = { stage: facts.stages, cause: facts.causes, kind: facts.kinds };
  for (const [kind, entries] of Object.entries(declared)) {
    for (const { name, label, term, sentence } of entries) found.set(`${kind}.${name}`, { word: label, term: label.includes(term) ? null : term, meaning: sentence });
  }
  return found;
}

/** A word of the page that can be asked for its meaning. */
export function termButton(key, ...words) {
  return make("button", { type: "button", class: "term", "data-term": key }, ...words);
}

/**
 * Fills the glossary in `host`, and lets every element with `data-term` open the meaning of its term.
 *
 * @param {() => void} all goes to the glossary
 */
export function createGlossary(host, facts, all) {
  const terms = readGlossary(facts);
  const entries = [...terms].flatMap(([key, { word, term, meaning }]) => [
    make("dt", { id: `term-${key}` }, word, term && make("span", { class: "hint" }, ` ${say("glossary.term", { term })}`)),
    make("dd", {}, meaning),
  ]);
  host.append(make("dl", { class: "glossary" }, ...entries));

  const word = make("strong");
  const meaning = make("p");
  const close = make("button", { type: "button", onclick: () => leave() }, say("problem.close"));
  const more = make("button", { type: "button", class: "quiet", onclick: () => leave(all) }, say("glossary.all"));
  const dialog = make("dialog", { class: "term-help", "aria-labelledby": "term-word" }, make("h2", { id: "term-word", class: "finding" }, word), meaning, make("p", { class: "row" }, close, more));
  document.body.append(dialog);
  let asked = null;

  function leave(then) {
    dialog.close();
    if (then) then();
    else asked?.focus?.();
  }

  function open(element) {
    const found = terms.get(element.dataset.term);
    if (!found) return;
    asked = element;
    write(word, found.term ? `${found.word} ${say("glossary.term", { term: found.term })}` : found.word);
    write(meaning, found.meaning);
    if (!dialog.open) dialog.show();
    close.focus();
  }

  document.addEventListener("click", (event) => {
    const term = event.target.closest?.("[data-term]");
    if (term) open(term);
    else if (dialog.open && !dialog.contains(event.target)) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
}
