// The table of decision rights: a grid one can edit; when one share moves, the others of its row give way.

import { make, numberInput } from "./elements.js";
import { positionOf } from "./facts.js";
import { createLever } from "./lever.js";
import { scrolling, table } from "./tables.js";
import { rebalanced } from "./view.js";
import { say } from "./words.js";

const STEP = 5;

/**
 * Makes the grid and the slider from hierarchy to distributed in `host`.
 *
 * @param {object} facts
 * @param {(key: string, value: object|number) => void} moved
 */
export function createRights(host, facts, moved) {
  const cells = new Map();
  const shares = {};
  let typing = null;
  const position = createLever(facts.parameters.get(facts.positionKey), (value) => value !== null && moved(facts.positionKey, value));
  position.row.classList.add("position");
  position.row.querySelector(".usual").remove();
  const ends = make("div", { class: "ends", "aria-hidden": "true" }, make("span", {}, say("rights.hierarchy")), make("span", {}, say("rights.distributed")));
  position.row.querySelector(".lever-inputs").prepend(ends);
  const mixed = make("p", { class: "hint" }, say("rights.mixed"));
  host.append(position.row, mixed, ...groups());

  // Rows that share the same columns stand in one table.
  function groups() {
    const kinds = new Map();
    for (const row of facts.rows) {
      const key = row.columns.join();
      kinds.set(key, [...(kinds.get(key) ?? []), row]);
    }
    return [...kinds.values()].map((rows) => {
      const head = [say("rights.right"), ...rows[0].columns.map((column) => say(`who.${column}`))];
      const caption = say(rows.length > 1 ? "rights.caption" : "rights.judged");
      return scrolling(caption, table({ class: "rights" }, { caption, head, rows: rows.map(gridRow) }));
    });
  }

  function gridRow(row) {
    const boxes = row.columns.map((column) => {
      const label = `${say(`right.${row.row}`)}: ${say(`who.${column}`)}, %`;
      const box = numberInput(
        { type: "number", min: "0", max: "100", step: String(STEP), "aria-label": label },
        (held) => (typing = held),
        (percent) => moved(row.key, rebalanced(shares[row.key], column, percent / 100)),
      );
      const bar = make("meter", { min: "0", max: "1", "aria-hidden": "true" });
      cells.set(`${row.key}.${column}`, { box, bar });
      return [make("span", { class: "cell" }, box, make("span", { "aria-hidden": "true" }, "%")), bar];
    });
    return [[say(`right.${row.row}`), make("span", { class: "help" }, row.sentence)], ...boxes];
  }

  return {
    /** Shows the table that holds: `valueOf(key)` gives each row. */
    show(valueOf) {
      for (const row of facts.rows) {
        shares[row.key] = { ...valueOf(row.key) };
        for (const column of row.columns) {
          const { box, bar } = cells.get(`${row.key}.${column}`);
          if (box !== typing) box.value = Number((100 * shares[row.key][column]).toFixed(2));
          bar.value = shares[row.key][column];
        }
      }
      const found = positionOf(facts.rows, shares);
      position.show(found, true);
      mixed.hidden = found !== null;
    },
  };
}
