// The clock of the page: all months are loaded already, so playing only selects the month that is shown.

/** Part of a month that is added because a timer may fire slightly early. */
const EARLY = 1e-6;

/**
 * A player over months 0 to `months`; month 0 is before anything has happened.
 *
 * @param {(month: number) => void} show draws one month
 * @param {(playing: boolean) => void} notify is called when playing starts or stops
 */
export function createPlayer(show, notify) {
  let months = 1;
  let month = 0;
  let speed = 5;
  let ticking = null;
  let began = { at: 0, month: 0 };

  function seek(wanted) {
    const next = Math.max(0, Math.min(months, Math.round(wanted)));
    if (ticking !== null) began = { at: performance.now(), month: next };
    if (next === month) return;
    month = next;
    show(month);
  }

  // The month follows the clock on the wall: on a slow machine frames are left out, and Pause still acts at once.
  function tick() {
    const due = Math.min(months, began.month + Math.floor(((performance.now() - began.at) / 1000) * speed + EARLY));
    if (due > month) {
      month = due;
      show(month);
    }
    if (month >= months) pause();
    else wait();
  }

  // Woken when the next month is due, and not at every frame of the screen, which a slow machine would pay for.
  function wait() {
    const next = began.at + ((month + 1 - began.month) / speed) * 1000;
    ticking = setTimeout(tick, Math.max(0, next - performance.now()));
  }

  function play() {
    if (ticking !== null) return;
    if (month >= months) {
      month = 0;
      show(month);
    }
    began = { at: performance.now(), month };
    wait();
    notify(true);
  }

  function pause() {
    if (ticking === null) return;
    clearTimeout(ticking);
    ticking = null;
    notify(false);
  }

  return {
    play,
    pause,
    seek,
    toggle: () => (ticking === null ? play() : pause()),
    step(by) {
      pause();
      seek(month + by);
    },
    setSpeed(perSecond) {
      speed = perSecond;
      began = { at: performance.now(), month };
      if (ticking === null) return;
      clearTimeout(ticking);
      wait();
    },
    setMonths(count) {
      months = count;
      if (month > months) seek(months);
    },
    get month() {
      return month;
    },
    get months() {
      return months;
    },
    get playing() {
      return ticking !== null;
    },
  };
}
