// Named problems: the key, its value, the allowed values and the nearest name; and the form for the access code.

import { make } from "./elements.js";
import { SIDES } from "./view.js";
import { say } from "./words.js";

/** One problem in words. */
function problemInWords(problem) {
  const value = problem.value ? ` = ${problem.value}` : "";
  const side = /^side ([12])$/.exec(problem.where ?? "");
  const where = side ? `${say(`side.${SIDES[side[1] - 1]}`)}: ` : "";
  const nearest = problem.nearest ? say("problem.nearest", { nearest: problem.nearest }) : "";
  return `${where}${problem.key}${value}: ${problem.wrong}${nearest}`;
}

/** Makes the notice in `host`. */
export function createProblems(host) {
  return {
    clear: () => host.replaceChildren(),
    /** Shows problems, and what the page shows instead. */
    show(problems, instead) {
      const items = problems.map((problem) => make("li", {}, problemInWords(problem)));
      const close = make("button", { type: "button", onclick: () => host.replaceChildren() }, say("problem.close"));
      const heading = make("h2", {}, say("problem.title"));
      host.replaceChildren(make("div", { class: "problems", role: "alert" }, heading, make("ul", {}, ...items), make("p", {}, instead), close));
    },
    /** Asks for the code that the terminal shows; `enter(code)` may refuse it. */
    askCode(enter) {
      const box = make("input", { id: "code", type: "text", autocomplete: "off", autocapitalize: "characters", required: true, size: "12" });
      const alert = make("p", { role: "alert" });
      const submitted = async (event) => {
        event.preventDefault();
        try {
          await enter(box.value);
        } catch (error) {
          alert.textContent = (error.problems ?? []).map(problemInWords).join(" ") || say("problem.offline");
          box.select();
        }
      };
      const form = make("form", { class: "enter", onsubmit: submitted }, make("h2", {}, say("enter.title")), make("label", { for: "code" }, say("enter.code")), box, make("button", { type: "submit", class: "strong" }, say("enter.go")), alert);
      host.replaceChildren(form);
      box.focus();
    },
  };
}
