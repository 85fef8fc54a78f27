// A deck: the steps of a session in order. Each step shows its own view and asks the audience its question.

import { make, onKeys, write } from "./elements.js";
import { say } from "./words.js";

/**
 * Fills the bar in `host` with the steps of a deck.
 *
 * @param {(fragment: string) => void} lay shows the view of an address
 * @param {(part: string) => void} goTo brings a part of the page into view
 */
export function createDeck(host, deck, { lay, goTo }) {
  let at = 0;
  const step = make("p", { class: "deck-step" });
  const ask = make("p", { class: "deck-ask" });
  const notes = make("p");
  const folded = make("details", { class: "deck-notes" }, make("summary", {}, say("deck.notes")), notes);
  const previous = make("button", { type: "button", class: "do-previous-step", onclick: () => go(at - 1) }, say("deck.previous"));
  const next = make("button", { type: "button", class: "do-next-step", onclick: () => go(at + 1) }, say("deck.next"));
  const again = make("button", { type: "button", class: "do-same-step", onclick: () => go(at) }, say("deck.again"));
  host.append(make("div", { class: "deck-words", "aria-live": "polite" }, step, ask), make("div", { class: "deck-go" }, previous, next, again), folded);
  host.hidden = false;
  document.body.classList.add("with-deck");
  // What presenters' remote controls send.
  onKeys({ PageDown: () => go(at + 1), PageUp: () => go(at - 1) });
  show();

  function go(wanted) {
    if (wanted < 0 || wanted >= deck.steps.length) return;
    at = wanted;
    show();
    lay(deck.steps[at].show);
  }

  function show() {
    const now = deck.steps[at];
    write(step, say("deck.step", { n: at + 1, of: deck.steps.length, title: now.title }));
    write(ask, now.ask);
    write(notes, now.say);
    folded.hidden = !now.say;
    previous.disabled = at === 0;
    next.disabled = at === deck.steps.length - 1;
  }

  return {
    begin: () => go(0),
    /** Goes to the step that an address names, counted from 1; false if there is no such step. */
    name(text) {
      const wanted = /^\d{1,3}$/.test(text) ? Number(text) - 1 : -1;
      if (!(wanted in deck.steps)) return false;
      at = wanted;
      show();
      return true;
    },
    /** Brings what the step is about into view. */
    arrive: () => goTo(deck.steps[at].part),
    get step() {
      return at + 1;
    },
  };
}
