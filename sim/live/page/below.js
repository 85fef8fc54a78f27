// The parts below the first screen: during playback only the visible part is updated.

/**
 * The parts below, as one.
 *
 * @param {Object<string, {load: Function, show: Function}>} named parts by the id of the element they stand in
 * @param {() => number | null} month the month that is shown, or null before the first run
 */
export function createBelow(named, month) {
  const parts = new Map(Object.entries(named).map(([id, part]) => [document.getElementById(id), part]));
  const onScreen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) onScreen.delete(target);
      else if (!onScreen.has(target)) {
        onScreen.add(target);
        if (month() !== null) parts.get(target).show(month());
      }
    }
  });
  for (const element of parts.keys()) watch.observe(element);

  return {
    load: (run) => parts.forEach((part) => part.load(run)),
    show: (now) => onScreen.forEach((element) => parts.get(element).show(now)),
    /** All of them, seen or not, once the clock stands still. */
    rest: (now) => parts.forEach((part) => part.show(now)),
  };
}
