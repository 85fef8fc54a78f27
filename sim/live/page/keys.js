// Keys of the whole page, which stand back while a person types.

const TYPING = "input:not([type=range]):not([type=checkbox]):not([type=radio]), select, textarea";

/**
 * Acts on keys.
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
