// Ten levers with plain names, those that a room argues about; all others stand under Expert.

import { positionOf } from "./facts.js";
import { createLever } from "./lever.js";
import { rebalanced } from "./view.js";
import { say } from "./words.js";

const TEN = [
  "power.distribution", "changes.arriving", "authorities.staff_hours", "attention.free", "pace.protected",
  "mechanisms.programme_support", "pace.pressure", "power.judged_on.reports", "mechanisms.citizen_data", "money.scale_up",
];

/**
 * Makes the levers in `host`.
 *
 * @param {object} facts what is declared
 * @param {(key: string, value: *) => void} moved called when a person has set one
 */
export function createTenLevers(host, facts, moved) {
  let rows = {};
  const levers = TEN.map((key) => {
    const parameter = { ...facts.parameters.get(key), name: say(`ten.${key}`) };
    const right = facts.rows.find((row) => key.startsWith(`${row.key}.`));
    const lever = createLever(parameter, right ? (value) => share(right, key, value) : (value) => value !== null && moved(key, value), "ten");
    host.append(lever.row);
    return { key, parameter, right, lever };
  });

  // One share of a row of rights: the others of the row give way.
  function share(right, key, value) {
    moved(right.key, rebalanced(rows[right.key], key.slice(right.key.length + 1), value));
  }

  return {
    /** Shows what holds: `valueOf(key)` gives each value. */
    show(valueOf) {
      rows = Object.fromEntries(facts.rows.map((row) => [row.key, { ...valueOf(row.key) }]));
      for (const { key, parameter, right, lever } of levers) {
        const value = key === facts.positionKey ? positionOf(facts.rows, rows) : right ? rows[right.key][key.slice(right.key.length + 1)] : valueOf(key);
        lever.show(value, key === facts.positionKey || value === parameter.default);
      }
    },
  };
}
