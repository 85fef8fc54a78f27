// The player's bar, and the keys: Space plays and pauses, arrows step, Home and End go to the ends.

import { set, write } from "./elements.js";
import { say } from "./words.js";

const TYPING = "input:not([type=range]):not([type=checkbox]):not([type=radio]), select, textarea";
const PRESSED = "button, summary, a, [role=button], input[type=checkbox], input[type=radio]";
const SLIDING = "input[type=range], [role=button]";

/** Connects the bar under `root` with a player. */
export function connectControls(root, player) {
  const button = (name) => root.querySelector(`[data-do=${name}]`);
  const slider = root.querySelector("#scrub");
  const month = root.querySelector("#month");
  const months = root.querySelector("#months");
  const speed = root.querySelector("#speed");
  button("first").addEventListener("click", () => player.step(-player.months));
  button("back").addEventListener("click", () => player.step(-1));
  button("play").addEventListener("click", player.toggle);
  button("next").addEventListener("click", () => player.step(1));
  button("last").addEventListener("click", () => player.step(player.months));
  slider.addEventListener("input", () => {
    player.pause();
    player.seek(Number(slider.value));
  });
  for (const perSecond of [2, 5, 10, 20]) {
    const option = document.createElement("option");
    option.value = String(perSecond);
    option.textContent = say("player.speed", { n: perSecond });
    speed.append(option);
  }
  speed.value = "5";
  speed.addEventListener("change", () => player.setSpeed(Number(speed.value)));
  document.addEventListener("keydown", pressed);

  function pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
    const slides = event.target.closest?.(SLIDING);
    const actions = {
      " ": () => !event.target.closest?.(PRESSED) && player.toggle(),
      ArrowLeft: () => !slides && player.step(-1),
      ArrowRight: () => !slides && player.step(1),
      Home: () => !slides && player.step(-player.months),
      End: () => !slides && player.step(player.months),
    };
    if (!(event.key in actions) || actions[event.key]() === false) return;
    event.preventDefault();
  }

  return {
    load(count) {
      slider.max = String(count);
      write(months, say("player.of", { n: count }));
    },
    show(now) {
      write(month, say("month.n", { n: now }));
      slider.value = String(now);
      set(slider, "aria-valuetext", say("month.n", { n: now }));
    },
    playing(on) {
      const play = button("play");
      write(play.querySelector(".words"), say(on ? "player.pause" : "player.play"));
      play.classList.toggle("playing", on);
    },
  };
}
