// The map: a tile for each council, its stage by colour and letter, its third-sector bodies as dots, users' trust as a bar.

import { draw, drawing, onWidth, set, write } from "./elements.js";
import { atPlace, stageAt } from "./run.js";
import { say } from "./words.js";

const DOTS = 5;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const COLUMNS_WITHOUT_MAP = 8;

/** Where tiles stand; places that have no tile fill rows from the left. */
function layout(places) {
  const mapped = places.every((place) => Number.isFinite(place.tile_row) && Number.isFinite(place.tile_col));
  const spots = places.map((place, k) =>
    mapped
      ? { column: place.tile_col, row: place.tile_row }
      : { column: k % COLUMNS_WITHOUT_MAP, row: Math.floor(k / COLUMNS_WITHOUT_MAP) },
  );
  const left = Math.min(...spots.map((spot) => spot.column));
  const top = Math.min(...spots.map((spot) => spot.row));
  const placed = spots.map((spot) => ({ column: spot.column - left, row: spot.row - top }));
  const columns = 1 + Math.max(...placed.map((spot) => spot.column));
  return { placed, columns, rows: 1 + Math.max(...placed.map((spot) => spot.row)) };
}

/** Makes the map of one side in `host`; `choose(place)` is called when a council is picked. */
export function createTiles(host, places, choose) {
  const { placed, columns, rows } = layout(places);
  let side = null;
  let month = 0;
  let tiles = [];
  let map = null;
  let current = 0;
  let chosen = null;
  let change = null;
  let size = { width: 40, height: 29 };

  function redraw() {
    if (!side) return;
    const width = Math.max(180, Math.min(host.clientWidth, 520));
    size = { width: Math.floor(width / columns), height: Math.min(29, Math.max(26, Math.floor((width / columns) * 0.72))) };
    map = drawing(size.width * columns + 2, size.height * rows + 2, { class: "chart tiles", role: "group" });
    tiles = places.map((place, k) => tile(place, k));
    map.append(...tiles.map((parts) => parts.group));
    map.addEventListener("keydown", moved);
    host.replaceChildren(map);
    fill();
  }
  onWidth(host, redraw);

  // The tiles stay where they are, whatever runs on them: a moved lever is seen the sooner.
  function fill() {
    set(map, "aria-label", say("tiles.label", { name: `${side.letter} ${side.title}` }));
    mark();
    show(month);
  }

  function tile(place, k) {
    const x = 1 + placed[k].column * size.width;
    const y = 1 + placed[k].row * size.height;
    const width = size.width - 2;
    const height = size.height - 2;
    const rect = draw("rect", { class: "face", x, y, width, height, rx: 3 });
    const letter = draw("text", { class: "letter", x: x + width * 0.27, y: y + height / 2 + 6, "text-anchor": "middle" });
    const start = x + width * 0.52;
    const gap = (width * 0.4) / (DOTS - 1);
    const dots = Array.from({ length: DOTS }, (_, d) =>
      draw("circle", { class: "body", cx: start + d * gap, cy: y + height * 0.34, r: Math.min(1.9, gap * 0.4) }),
    );
    const rail = draw("rect", { class: "rail", x: start - 1, y: y + height * 0.58, width: width * 0.4 + 2, height: 4 });
    const bar = draw("rect", { class: "trust", x: start - 1, y: y + height * 0.58, width: 0, height: 4 });
    const title = draw("title", {}, place.name);
    const group = draw(
      "g",
      { class: "tile", role: "button", tabindex: k === current ? "0" : "-1", onclick: () => choose(k), onfocus: () => roam(k) },
      title, rect, letter, ...dots, rail, bar,
    );
    return { group, face: rect, letter, dots, bar, full: width * 0.4 + 2, stage: null, ready: null, marks: "" };
  }

  function roam(k) {
    if (k === current) return;
    tiles[current].group.setAttribute("tabindex", "-1");
    tiles[k].group.setAttribute("tabindex", "0");
    current = k;
  }

  // Arrows go to the nearest tile in their direction; Enter and Space choose.
  function moved(event) {
    const step = ARROWS[event.key];
    if (event.key === "Enter" || event.key === " ") choose(current);
    else if (step) nearest(step)?.group.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function nearest([right, down]) {
    let best = null;
    placed.forEach((spot, k) => {
      const along = (spot.column - placed[current].column) * right + (spot.row - placed[current].row) * down;
      const aside = Math.abs((spot.column - placed[current].column) * down) + Math.abs((spot.row - placed[current].row) * right);
      const cost = along + 2 * aside;
      if (along > 0 && (best === null || cost < best.cost)) best = { cost, k };
    });
    return best && tiles[best.k];
  }

  // The chosen council, and those it looks to: the wider their ring, the more.
  function mark() {
    const ties = new Map(chosen === null ? [] : (side.ties?.[chosen] ?? []));
    tiles.forEach((parts, k) => {
      parts.marks = k === chosen ? " chosen" : ties.has(k) ? " tied" : "";
      set(parts.group, "aria-pressed", k === chosen);
      set(parts.face, "stroke-width", ties.has(k) ? (1.5 + 8 * ties.get(k)).toFixed(1) : 2);
      dress(parts);
    });
  }

  function dress(parts) {
    set(parts.group, "class", `tile stage-${parts.stage}${parts.marks}`);
  }

  function show(wanted) {
    month = wanted;
    if (!tiles.length) return;
    tiles.forEach((parts, k) => {
      const stage = stageAt(side, month, k, change);
      if (stage !== parts.stage) {
        parts.stage = stage;
        dress(parts);
        write(parts.letter, say(`stage.${stage}.letter`));
        parts.group.setAttribute("aria-label", `${places[k].name}: ${say(`stage.${stage}`)}`);
      }
      const ready = Math.round(DOTS * (atPlace(side, "bodies", month, k) ?? 0));
      if (ready !== parts.ready) parts.dots.forEach((dot, d) => set(dot, "class", d < ready ? "body ready" : "body"));
      parts.ready = ready;
      set(parts.bar, "width", (parts.full * (atPlace(side, "trust", month, k) ?? 0)).toFixed(1));
    });
  }

  return {
    load(next) {
      side = next;
      if (map) fill();
      else redraw();
    },
    show,
    follow(wanted) {
      change = wanted;
      if (side) show(month);
    },
    mark(place) {
      chosen = place;
      mark();
    },
  };
}
