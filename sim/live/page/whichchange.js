// What the maps show: where most of a council's open work stands, or how far each council is with one change.

import { make } from "./elements.js";
import { say } from "./words.js";

/**
 * Fills the list `select`; changes are numbered from 1, as in the address.
 *
 * @param {{follow: (change: ?number) => void, chosen: () => void}} asked receives the position of the change to show, or null for all; and
 *   when somebody has chosen
 */
export function createWhichChange(select, { follow, chosen }) {
  let many = 0;
  select.addEventListener("change", () => {
    tell();
    chosen();
  });

  function tell() {
    follow(select.value === "" ? null : Number(select.value) - 1);
  }

  function words(change, k) {
    const n = k + 1;
    return change.announced < 0 ? say("map.begun", { n }) : say("map.change", { n, month: change.announced + 1 });
  }

  return {
    load(run) {
      const stream = run.sides.map((side) => side.stream ?? []).sort((one, other) => other.length - one.length)[0];
      const kept = Number(select.value) <= stream.length ? select.value : "";
      many = stream.length;
      const each = stream.map((change, k) => make("option", { value: k + 1 }, words(change, k)));
      select.replaceChildren(make("option", { value: "" }, say("map.all")), ...each);
      select.value = kept;
      tell();
    },
    show() {},
    /** The choice as it stands in the address. */
    look: () => ({ change: select.value || null }),
    /** Takes the choice from an address; says whether there is such a change. */
    recall({ change = "" }) {
      const known = change === "" || (/^\d{1,4}$/.test(change) && change >= 1 && change <= many);
      select.value = known ? change : "";
      tell();
      return known;
    },
  };
}
