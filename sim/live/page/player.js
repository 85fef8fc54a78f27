// The clock of the page: all months are there already, so playing is only choosing which one is shown.

/**
 * A player over months 0 to `months`; month 0 is before anything has happened.
 *
 * @param {(month: number) => void} show draws one month
 * @param {(playing: boolean) => void} told is called when playing starts or stops
 */
export function createPlayer(show, told) {
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
  function tick(now) {
    const due = Math.min(months, began.month + Math.floor(((now - began.at) / 1000) * speed));
    if (due > month) {
      month = due;
      show(month);
    }
    if (month >= months) pause();
    else ticking = requestAnimationFrame(tick);
  }

  function play() {
    if (ticking !== null) return;
    if (month >= months) {
      month = 0;
      show(month);
    }
    began = { at: performance.now(), month };
    ticking = requestAnimationFrame(tick);
    told(true);
  }

  function pause() {
    if (ticking === null) return;
    cancelAnimationFrame(ticking);
    ticking = null;
    told(false);
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
