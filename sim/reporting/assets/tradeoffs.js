// Parallel coordinates drawn as SVG: a line a policy, an axis a lever or objective. Dragging along an axis keeps the
// lines that pass there; a click on the axis lets all pass again. Plain SVG, since pages forbid what WebGL libraries need.
(() => {
  const box = document.getElementById("trade-offs-lines");
  if (!box) return;
  const { axes, colours } = JSON.parse(document.getElementById("trade-offs-data").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const HEIGHT = 450, TOP = 140, BOTTOM = 24, WIDTH = Math.max(640, axes.length * 92), SIDE = 66;
  const make = (name, attributes, parent, words) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (words !== undefined) node.textContent = words;
    return parent.appendChild(node);
  };
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img", "aria-label": box.dataset.title }, box);
  const across = (k) => SIDE + (k * (WIDTH - 2 * SIDE)) / Math.max(1, axes.length - 1);
  const spans = axes.map(({ values }) => {
    const low = Math.min(...values), high = Math.max(...values);
    return low === high ? [low - 0.5, high + 0.5] : [low, high];
  });
  const upwards = (k, value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - spans[k][0]) / (spans[k][1] - spans[k][0]));
  const lines = make("g", { fill: "none", "stroke-width": 2 }, svg);
  const paths = colours.map((colour, n) =>
    make("path", { d: axes.map(({ values }, k) => `${k ? "L" : "M"}${across(k)} ${upwards(k, values[n])}`).join(""), stroke: colour }, lines));
  const kept = axes.map(() => null);
  const said = box.querySelector("p");
  const refresh = () => {
    let count = 0;
    paths.forEach((path, n) => {
      const passes = kept.every((range, k) => !range || (axes[k].values[n] >= range[0] && axes[k].values[n] <= range[1]));
      path.setAttribute("opacity", passes ? 0.85 : 0.07);
      count += passes;
    });
    said.textContent = `${count} of ${paths.length} policies pass.`;
  };
  axes.forEach(({ label, ticks, suffix }, k) => {
    const group = make("g", {}, svg);
    make("line", { x1: across(k), x2: across(k), y1: TOP, y2: HEIGHT - BOTTOM, stroke: "#1d2630" }, group);
    make("text", { x: across(k), y: TOP - 14, transform: `rotate(-25 ${across(k)} ${TOP - 14})`, "font-size": 13, fill: "#1d2630" }, group, label);
    const marks = ticks ?? spans[k].map((value) => [value, `${+value.toPrecision(3)}${suffix}`]);
    for (const [value, words] of marks) make("text", { x: across(k) - 5, y: upwards(k, value) + 4, "font-size": 11, "text-anchor": "end", fill: "#56616d" }, group, words);
    const shade = make("rect", { x: across(k) - 9, width: 18, y: TOP, height: 0, fill: "#e5682a", opacity: 0.35 }, group);
    const grip = make("rect", { x: across(k) - 16, width: 32, y: TOP - 6, height: HEIGHT - TOP - BOTTOM + 12, fill: "transparent", style: "cursor:ns-resize;touch-action:none" }, group);
    const at = (event) => {
      const place = svg.getBoundingClientRect();
      const y = ((event.clientY - place.top) * HEIGHT) / place.height;
      return Math.min(HEIGHT - BOTTOM, Math.max(TOP, y));
    };
    let from = null;
    const value = (y) => spans[k][0] + (1 - (y - TOP) / (HEIGHT - TOP - BOTTOM)) * (spans[k][1] - spans[k][0]);
    const drag = (event) => {
      if (from === null) return;
      const to = at(event), wide = Math.abs(to - from);
      kept[k] = wide < 4 ? null : [value(Math.max(from, to)) - 1e-12, value(Math.min(from, to)) + 1e-12];
      shade.setAttribute("y", Math.min(from, to));
      shade.setAttribute("height", wide < 4 ? 0 : wide);
      refresh();
    };
    grip.addEventListener("pointerdown", (event) => { from = at(event); grip.setPointerCapture(event.pointerId); drag(event); });
    grip.addEventListener("pointermove", drag);
    grip.addEventListener("pointerup", () => { from = null; });
  });
  refresh();
})();
