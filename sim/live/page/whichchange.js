// What the maps show: what is lost in each council, the difference between the sides, or the stage of all changes or of one.

import { make } from "./elements.js";
import { say } from "./words.js";

const MAPS = ["gap", "difference", "stage"];

/**
 * Fills the list `select` and shows the key of what was chosen; changes are numbered from 1, as in the address.
 *
 * @param {HTMLElement[]} keys one for each kind of map, named in `data-map`
 * @param {{follow: (shown: {map: string, change: ?number}) => void, chosen: () => void}} asked receives what to show, with the position
 *   of one change or null for all; and when somebody has chosen
 */
export function createWhichChange(select, keys, { follow, chosen }) {
  let many = 0;
  select.addEventListener("change", () => {
    tell();
    chosen();
  });

  function tell() {
    const shown = MAPS.includes(select.value) ? { map: select.value, change: null } : { map: "stage", change: Number(select.value) - 1 };
    for (const key of keys) key.hidden = key.dataset.map !== shown.map;
    follow(shown);
  }

  function words(change, k) {
    const n = k + 1;
    return change.announced < 0 ? say("map.begun", { n }) : say("map.change", { n, month: change.announced + 1 });
  }

  return {
    load(run) {
      const stream = run.sides.map((side) => side.stream ?? []).sort((one, other) => other.length - one.length)[0];
      const kept = MAPS.includes(select.value) || Number(select.value) <= stream.length ? select.value : "stage";
      many = stream.length;
      const maps = MAPS.map((map) => make("option", { value: map }, say(`map.${map}`)));
      const each = stream.map((change, k) => make("option", { value: k + 1 }, words(change, k)));
      select.replaceChildren(...maps, ...each);
      select.value = kept || MAPS[0];
      tell();
    },
    show() {},
    /** The choice as it stands in the address. */
    look: () => (MAPS.includes(select.value) ? { map: select.value === MAPS[0] ? null : select.value } : { change: select.value || null }),
    /** Takes the choice from an address; says which part of it there is not, or null. */
    recall({ map, change }) {
      const wrong = map !== undefined && !MAPS.includes(map) ? "map" : change !== undefined && !(/^\d{1,4}$/.test(change) && change >= 1 && change <= many) ? "change" : null;
      select.value = wrong ? MAPS[0] : (change ?? map ?? MAPS[0]);
      tell();
      return wrong;
    },
  };
}
