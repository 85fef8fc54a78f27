// The player's bar, and the keys: Space plays and pauses, arrows step, Home and End go to the ends.

import { make, onKeys, set, write } from "./elements.js";
import { duration, say } from "./words.js";

const PRESSED = "button, summary, a, [role=button], input[type=checkbox], input[type=radio]";
const SLIDING = "input[type=range], [role=button]";

/** Connects the bar under `root` with a player. */
export function connectControls(root, player) {
  const button = (name) => root.querySelector(`[data-do=${name}]`);
  const [slider, month, months, years, speed] = ["scrub", "month", "months", "years", "speed"].map((id) => root.querySelector(`#${id}`));
  const steps = { first: () => -player.months, back: () => -1, next: () => 1, last: () => player.months };
  for (const [name, step] of Object.entries(steps)) button(name).addEventListener("click", () => player.step(step()));
  button("play").addEventListener("click", player.toggle);
  slider.addEventListener("input", () => {
    player.pause();
    player.seek(Number(slider.value));
  });
  speed.append(...[2, 5, 10, 20].map((n) => make("option", { value: n }, say("player.speed", { n }))));
  speed.value = "5";
  speed.addEventListener("change", () => player.setSpeed(Number(speed.value)));
  const unlessSliding = (step) => (on) => !on(SLIDING) && player.step(step());
  onKeys({
    " ": (on) => !on(PRESSED) && player.toggle(),
    ArrowLeft: unlessSliding(steps.back),
    ArrowRight: unlessSliding(steps.next),
    Home: unlessSliding(steps.first),
    End: unlessSliding(steps.last),
  });

  let last = 0;
  return {
    load(count) {
      last = count;
      slider.max = String(count);
      write(months, say("player.of", { n: count }));
    },
    show(now) {
      write(month, say("month.n", { n: now }));
      write(years, say("player.years", { years: duration(now || last) }));
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
