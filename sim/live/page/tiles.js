// The map: a tile for each council with its short name and a value, coloured by what the maps show: what is lost, by how much less than on
// the other side, or the stage of its changes.

import { differenceOf } from "./difference.js";
import { draw, drawing, onWidth, set, write } from "./elements.js";
import { atPlace, stageAt } from "./run.js";
import { number, percent, points, say } from "./words.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const COLUMNS_WITHOUT_MAP = 8;
// Shades of the map: of ten parts of all benefit, and of points of difference.
const SHADES = 10;
const MORE = [0.05, 0.15];

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
  const show = { gap: showGap, difference: showDifference, stage: showStage };
  let run = null;
  let side = null;
  let other = null;
  let month = 0;
  let tiles = [];
  let map = null;
  let current = 0;
  let chosen = null;
  let shown = { map: "gap", change: null };
  let size = { width: 40, height: 29 };

  function redraw() {
    if (!side) return;
    const width = Math.max(180, Math.min(host.clientWidth, 520));
    size = { width: Math.floor(width / columns), height: 29 };
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
    showAll(month);
  }

  function tile(place, k) {
    const x = 1 + placed[k].column * size.width;
    const y = 1 + placed[k].row * size.height;
    const width = size.width - 2;
    const height = size.height - 2;
    const middle = { x: x + width / 2, "text-anchor": "middle" };
    const rect = draw("rect", { class: "face", x, y, width, height, rx: 3 });
    const name = draw("text", { ...middle, class: "short", y: y + 10 }, place.short);
    const value = draw("text", { ...middle, class: "value", y: y + 23 });
    const sized = (text, most, part) => draw("g", { "font-size": Math.min(most, width / part).toFixed(1) }, text);
    const group = draw(
      "g",
      { class: "tile", role: "button", tabindex: k === current ? "0" : "-1", onclick: () => choose(k), onfocus: () => roam(k) },
      draw("title", {}, place.name), rect, sized(name, 11, 4.5), sized(value, 13, 3),
    );
    return { group, face: rect, value, shade: "none", marks: "" };
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

  // The chosen council, and those that influence it: the wider their ring, the more.
  function mark() {
    const ties = new Map(chosen === null ? [] : (side.ties?.[chosen] ?? []));
    tiles.forEach((parts, k) => {
      parts.marks = k === chosen ? " chosen" : ties.has(k) ? " tied" : "";
      set(parts.group, "aria-pressed", k === chosen);
      set(parts.face, "stroke-width", ties.has(k) ? (1.5 + 8 * ties.get(k)).toFixed(1) : 2);
      set(parts.group, "class", `tile ${parts.shade}${parts.marks}`);
    });
  }

  function showAll(wanted) {
    month = wanted;
    tiles.forEach((parts, k) => {
      const { shade, value, words } = show[shown.map](k);
      parts.shade = shade;
      set(parts.group, "class", `tile ${shade}${parts.marks}`);
      write(parts.value, value);
      set(parts.group, "aria-label", `${places[k].name}: ${words}`);
    });
  }

  function showGap(k) {
    const lost = atPlace(side, "gap", month, k);
    if (lost === null) return { shade: "none", value: say("twin.start"), words: say("unknown") };
    const shade = `lost-${Math.max(0, Math.min(SHADES - 1, Math.floor(lost * SHADES)))}`;
    return { shade, value: points(lost), words: say("tiles.lost", { gap: percent(lost) }) };
  }

  function showDifference(k) {
    const found = differenceOf([side, other].map((each) => atPlace(each, "gap", month, k)), run.least);
    if (!found) return { shade: "none", value: say("twin.start"), words: say("unknown") };
    if (found.less === null) return { shade: "none", value: say("tiles.equal"), words: say("tiles.same") };
    const deep = MORE.filter((least) => Math.abs(found.share) >= least).length;
    const shade = found.less === 0 ? `less-${side.kind}-${deep}` : "none";
    const words = say(found.less === 0 ? "tiles.less" : "tiles.more", { points: found.points });
    return { shade, value: number(100 * found.share), words };
  }

  function showStage(k) {
    const stage = stageAt(side, month, k, shown.change);
    const words = `${say(`stage.${stage}.letter`)} ${say(`plain.stage.${stage}`)}`;
    const letter = say(`stage.${stage}.letter`);
    if (shown.change !== null) return { shade: `stage-${stage}`, value: letter, words };
    const share = atPlace(side, "most", month, k);
    if (share === null) return { shade: `stage-${stage}`, value: letter, words };
    return { shade: `stage-${stage}`, value: `${letter} · ${number(100 * share, 0)}`, words: say("tiles.stage", { words, share: percent(share, 0) }) };
  }

  return {
    load(next, k) {
      run = next;
      [side, other] = [run.sides[k], run.sides[1 - k]];
      if (map) fill();
      else redraw();
    },
    show: (wanted) => tiles.length && showAll(wanted),
    /** Shows something else: what is lost, the difference, or the stage of all changes or of one. */
    follow(wanted) {
      shown = wanted;
      if (side) showAll(month);
    },
    mark(place) {
      chosen = place;
      mark();
    },
  };
}
