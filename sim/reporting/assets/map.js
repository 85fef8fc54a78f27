// The regime map over any two factors, chosen on the page. Everything it draws stands in the page.
const sweep = JSON.parse(document.getElementById("map-data").textContent);
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", SAME = "=", OPEN = "?", SHARED = "+", MOST_LEVELS = 12;
const INK = { "+": "#c9d6ea", "=": "#aab2ba", "?": "#e3e7eb", " ": "#ffffff" };
const chosen = (id) => document.getElementById(id).value;
const percent = (part) => (part > 0 && part < 0.005 ? "<1" : part < 1 && part > 0.995 ? ">99" : Math.round(100 * part)) + "\u00a0%";
const plain = (v) => String(Number(v.toPrecision(3))).replace("-", "\u2212");
const safe = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const clipped = (text, letters) => (text.length > letters ? text.slice(0, letters - 1) + "\u2026" : text);

function binned(factor) {
  if (!factor) return { labels: [""], of: () => 0 };
  if (factor.levels) return { labels: factor.levels, of: (p) => factor.values[p] };
  const known = [...new Set(factor.values)].sort((a, b) => a - b);
  if (known.length <= MOST_LEVELS) {
    const place = new Map(known.map((v, k) => [v, k]));
    return { labels: known.map(plain), of: (p) => place.get(factor.values[p]) };
  }
  const count = Math.max(3, Math.min(10, Math.round(Math.sqrt(factor.values.length / 6))));
  const first = known[0], last = known[known.length - 1];
  // The declared range, where the sample fills it, gives round edges.
  const declared = factor.low !== null && factor.high !== null && factor.low <= first && last <= factor.high
    && last - first > 0.8 * (factor.high - factor.low);
  const low = declared ? factor.low : first, high = declared ? factor.high : last, width = (high - low) / count;
  const labels = Array.from({ length: count }, (_, k) => plain(low + k * width) + " to " + plain(low + (k + 1) * width));
  return { labels, of: (p) => Math.min(count - 1, Math.floor((factor.values[p] - low) / width)) };
}

function cells(across, up, calls, values, shared) {
  const grid = across.labels.map(() => up.labels.map(() => ({ n: 0, calls: {}, groups: {}, sum: 0, known: 0 })));
  for (let p = 0; p < sweep.points; p++) {
    const cell = grid[across.of(p)][up.of(p)];
    cell.n++;
    if (calls) cell.calls[calls[p]] = (cell.calls[calls[p]] || 0) + 1;
    if (calls && calls[p] === SHARED) cell.groups[shared[p]] = (cell.groups[shared[p]] || 0) + 1;
    if (values && values[p] !== null) { cell.sum += values[p]; cell.known++; }
  }
  return grid;
}

const nameOf = (call) => LETTERS.includes(call) ? sweep.structures[LETTERS.indexOf(call)].name
  : call === SHARED ? "several share the lead" : call === SAME ? "practically the same" : call === OPEN ? "not significantly different" : "too few runs";
const together = (letters) => {
  const names = [...letters].map(nameOf);
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}` : names.join("");
};
const inkOf = (call) => LETTERS.includes(call) ? sweep.structures[LETTERS.indexOf(call)].colour : INK[call];
const ranked = (cell) => Object.entries(cell.calls).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
const nobodyIn = (cell) => (cell.calls[SHARED] || 0) + (cell.calls[SAME] || 0) + (cell.calls[OPEN] || 0) + (cell.calls[" "] || 0);

// Who leads a cell: the structure with most of its points, unless nobody has more; then those who share most of the leads.
function leader(cell) {
  const first = ranked(cell).find(([call]) => LETTERS.includes(call));
  const nobody = nobodyIn(cell);
  if (!first || nobody > first[1]) {
    const [group, count] = Object.entries(cell.groups).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0] || ["", 0];
    if (2 * count > nobody && group.length <= 3) return [[...group].join(SHARED), count];
    if (2 * (cell.calls[SHARED] || 0) > nobody) return [SHARED, cell.calls[SHARED]];
    return [(cell.calls[SHARED] ? SHARED : "") + (cell.calls[SAME] ? SAME : "") + (cell.calls[OPEN] ? OPEN : "") || " ", nobody];
  }
  return first;
}

// How a number is written: shares in points, and with its sign where the sign is the finding.
const rounded = (about, value) => (about.share ? Number((100 * value).toFixed(1)) : Number(value.toPrecision(3)));
const written = (about, value) => (about.signed && rounded(about, value) > 0 ? "+" : "")
  + (about.share ? Math.abs(rounded(about, value)) === 0 ? "0.0" : (100 * value).toFixed(1) : plain(value)).replace("-", "\u2212");

// Colours by value: what has a sign is pale at 0 and equally deep at both ends, everything else goes from pale to deep.
function scaleOf(about, values) {
  const reach = Math.max(...values.map(Math.abs), 0);
  const [low, high] = about.signed ? [-reach, reach] : [Math.min(...values), Math.max(...values)];
  const stops = about.signed ? sweep.scales.diverging : sweep.scales.sequential;
  const parts = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
  const shade = (value) => {
    const at = high > low ? (value - low) / (high - low) : 0.5;
    const k = Math.max(1, stops.findIndex(([end]) => end >= at)), [from, to] = [stops[k - 1], stops[k]];
    const [a, b] = [parts(from[1]), parts(to[1])], along = (at - from[0]) / (to[0] - from[0]);
    return `rgb(${a.map((v, c) => Math.round(v + (b[c] - v) * along)).join(",")})`;
  };
  return { low, high, stops, shade, known: values.length > 0 };
}

function drawScale(scale, show) {
  const place = document.getElementById("map-scale");
  place.hidden = scale === null || !scale.known;
  if (place.hidden) return;
  const about = sweep.numbers[show], [first, last] = place.querySelectorAll("span"), [a, b] = sweep.structures;
  first.textContent = written(about, scale.low) + (about.signed ? ` (smaller in ${a.name})` : "");
  last.textContent = written(about, scale.high)
    + (about.signed ? ` (smaller in ${b.name}); pale: 0. Means alone: \u201cwho wins\u201d shows where they are significantly different.` : "");
  place.querySelector("i").style.background = `linear-gradient(to right, ${scale.stops.map(([at, ink]) => `${ink} ${100 * at}%`)})`;
}

function drawMap() {
  const byKey = (id) => sweep.factors.find((f) => f.key === chosen(id));
  const fx = byKey("map-x"), fy = chosen("map-x") === chosen("map-y") ? undefined : byKey("map-y");
  const across = binned(fx), up = binned(fy), show = chosen("map-show");
  const outcome = document.getElementById("map-outcome") ? chosen("map-outcome") : sweep.response;
  const compare = document.getElementById("map-compare") ? chosen("map-compare") : "all";
  const winners = show === "winner";
  for (const id of ["map-outcome", "map-compare"]) {
    const select = document.getElementById(id);
    if (select) select.disabled = !winners;
  }
  const calls = sweep.calls[outcome] && sweep.calls[outcome][compare];
  const grid = cells(across, up, calls, winners ? null : sweep.numbers[show].values,
    sweep.shared[outcome]);
  const flat = grid.flatMap((column, i) => column.map((cell, j) => ({ ...cell, i, j }))).filter((c) => c.n);
  const shapes = [], notes = [], hover = { x: [], y: [], text: [] };
  const rows = [];
  const values = flat.filter((c) => c.known).map((c) => c.sum / c.known);
  const scale = winners ? null : scaleOf(sweep.numbers[show], values);
  const present = winners ? [...new Set(calls)].sort() : [];
  for (const cell of flat) {
    const { i, j } = cell;
    const where = [fx && `${fx.key}: ${across.labels[i]}`, fy && `${fy.key}: ${up.labels[j]}`].filter(Boolean).map(safe);
    let said, pill;
    if (winners) {
      let left = i - 0.48;
      for (const call of [...LETTERS, SHARED, SAME, OPEN, " "]) {
        const part = (cell.calls[call] || 0) / cell.n;
        if (!part) continue;
        shapes.push({ type: "rect", x0: left, x1: left + 0.96 * part, y0: j - 0.47, y1: j + 0.47,
          fillcolor: inkOf(call), line: { width: 0 }, layer: "below" });
        left += 0.96 * part;
      }
      const [call, count] = leader(cell);
      pill = `<b>${call}</b> ${Math.round(100 * count / cell.n)}`;
      said = ranked(cell).map(([c, k]) => `${c} ${safe(nameOf(c))}: ${percent(k / cell.n)}`);
      said.push(...Object.entries(cell.groups).sort((a, b) => b[1] - a[1]).slice(0, 3).map(([group, k]) =>
        `\u2003${safe(together(group))}: ${percent(k / cell.n)}`));
      rows.push([across.labels[i], up.labels[j], cell.n, ...present.map((c) => percent((cell.calls[c] || 0) / cell.n))]);
    } else {
      const mean = cell.known ? cell.sum / cell.known : null;
      shapes.push({ type: "rect", x0: i - 0.48, x1: i + 0.48, y0: j - 0.47, y1: j + 0.47, line: { width: 0 }, layer: "below",
        fillcolor: mean === null ? "#ffffff" : scale.shade(mean) });
      pill = mean === null ? "" : written(sweep.numbers[show], mean);
      said = [`${safe(sweep.numbers[show].name)}: ${pill || "unknown"}`];
      rows.push([across.labels[i], up.labels[j], cell.n, pill]);
    }
    if (across.labels.length <= 12) {
      notes.push({ x: i, y: j, text: pill, showarrow: false, font: { size: 14, color: "#1d2630" },
        bgcolor: winners ? "rgba(255,255,255,0.88)" : "rgba(0,0,0,0)", borderpad: 2 });
    }
    hover.x.push(i); hover.y.push(j);
    hover.text.push([...where, ...said, `${cell.n} point${cell.n === 1 ? "" : "s"}`].join("<br>"));
  }
  const title = finding(winners, flat, fx, fy, show, outcome);
  document.getElementById("map-title").textContent = title;
  const longest = Math.max(...up.labels.map((l) => Math.min(l.length, 26)));
  const tick = (labels, letters) => ({ tickvals: labels.map((_, k) => k), ticktext: labels.map((l) => safe(clipped(l, letters))) });
  const crowded = across.labels.length > 4 && Math.max(...across.labels.map((l) => l.length)) > 7;
  const axis = { showgrid: false, zeroline: false, fixedrange: true, tickfont: { size: 13, color: "#56616d" }, title: { font: { size: 14 }, standoff: 8 } };
  const height = 142 + (crowded ? 60 : 0) + Math.max(130, 52 * up.labels.length);
  const place = document.getElementById("map");
  place.style.height = height + "px";
  place.setAttribute("aria-label", title + " The numbers stand in the table below.");
  Plotly.react(place, [{ type: "scatter", mode: "markers", x: hover.x, y: hover.y, text: hover.text, hoverinfo: "text",
    marker: { size: 34, symbol: "square", color: "rgba(0,0,0,0)" } }], {
    height, margin: { l: fy ? 46 + 8 * longest : 24, r: 16, t: 34, b: 92 + (crowded ? 60 : 0) }, shapes,
    font: { family: "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif", color: "#1d2630" },
    annotations: [...notes, { x: 0, y: 0, xref: "paper", yref: "paper", xanchor: "left", yanchor: "top", yshift: -66 - (crowded ? 60 : 0),
      showarrow: false, text: safe(sweep.stamp), font: { size: 12, color: "#56616d" }, align: "left" }],
    xaxis: { ...axis, ...tick(across.labels, 20), range: [-0.5, across.labels.length - 0.5], tickangle: crowded ? -35 : 0,
      title: { ...axis.title, text: fx ? safe(fx.key + (fx.unit ? ` (${fx.unit})` : "")) : "" } },
    yaxis: { ...axis, ...tick(up.labels, 26), range: [-0.5, up.labels.length - 0.5],
      title: { ...axis.title, text: fy ? safe(fy.key) : "" } },
    showlegend: false, dragmode: false, hovermode: "closest", paper_bgcolor: "#fff", plot_bgcolor: "#fff",
    hoverlabel: { bgcolor: "#fff", font: { size: 14, color: "#1d2630" }, align: "left" },
  }, { displaylogo: false, responsive: true, modeBarButtons: [[saveButton]] });
  fill(rows, [fx ? fx.key : "", fy ? fy.key : "", "points",
    ...(winners ? present.map(nameOf) : [sweep.numbers[show].name])]);
  document.getElementById("map-legend").hidden = !winners;
  document.getElementById("map-note").hidden = !winners;
  drawScale(scale, show);
  const members = compare === "all" ? null : compare.split("-").map((k) => LETTERS[Number(k)]);
  for (const item of document.querySelectorAll("#map-legend li")) {
    item.hidden = members !== null && LETTERS.includes(item.dataset.call) && !members.includes(item.dataset.call);
  }
}

function finding(winners, flat, fx, fy, show, outcome) {
  const by = [fx, fy].filter(Boolean).map((f) => f.key).join(" and ");
  const decided = winners && outcome !== sweep.response
    ? `, decided by the ${document.getElementById("map-outcome").selectedOptions[0].textContent}` : "";
  const within = by ? `By ${by}${decided}: ` : "";
  if (!winners) return within + numbersSaid(flat.filter((c) => c.known).map((c) => c.sum / c.known), sweep.numbers[show]);
  const leads = {};
  for (const cell of flat) { const c = leader(cell)[0]; leads[c] = (leads[c] || 0) + 1; }
  const said = Object.entries(leads).filter(([c]) => LETTERS.includes(c)).sort((a, b) => b[1] - a[1]);
  const cellsIn = `of ${flat.length} cell${flat.length === 1 ? "" : "s"}`;
  const shared = Object.entries(leads).filter(([c]) => c.length > 1 && [...c].some((letter) => LETTERS.includes(letter)))
    .sort((a, b) => b[1] - a[1]);
  if (!said.length && !shared.length) return `${within}no structure wins most points in any ${cellsIn}.`;
  const parts = said.map(([c, k], n) => `${nameOf(c)} wins more points than any other in ${k}${n === 0 ? " " + cellsIn : ""}`);
  parts.push(...shared.slice(0, 2).map(([c, k], n) =>
    `${together(c.replaceAll(SHARED, ""))} share the lead in ${k}${n + said.length === 0 ? " " + cellsIn : ""}`));
  const nobody = flat.length - [...said, ...shared.slice(0, 2)].reduce((sum, [, k]) => sum + k, 0);
  if (nobody) parts.push(`no clear winner in ${nobody}`);
  return `${within}${parts.join(", ")}.`;
}

function numbersSaid(values, about) {
  if (!values.length) return `${about.name}: unknown.`;
  if (!about.signed) return `${about.name}: ${written(about, Math.min(...values))} to ${written(about, Math.max(...values))}.`;
  const [a, b] = sweep.structures, signs = values.map((v) => Math.sign(rounded(about, v)));
  const count = (sign) => signs.filter((s) => s === sign).length;
  const cellsIn = `of ${values.length} cell${values.length === 1 ? "" : "s"}`;
  const parts = [[`smaller in ${a.name}`, count(-1)], [`smaller in ${b.name}`, count(1)]].sort((x, y) => y[1] - x[1]);
  parts.push(["the same as written", count(0)]);
  const said = parts.filter(([, k]) => k).map(([words, k], n) => `${words} in ${k}${n === 0 ? " " + cellsIn : ""}`);
  return `the mean ${sweep.response_name} is ${said.join(", ")}.`;
}

// The picture bears its title and legend, which on the page stand beside it.
const saveButton = { name: "save", title: "Save the map as a picture", icon: Plotly.Icons.camera, click: (place) => {
  const title = document.getElementById("map-title").textContent.replace(/(.{60,100}?) /g, "$1\n").split("\n").map(safe);
  const key = chosen("map-show") === "winner" ? [...document.querySelectorAll("#map-legend li:not([hidden])")].map((li) => safe(li.textContent.trim())).join("   ")
    : safe([...document.querySelectorAll("#map-scale:not([hidden]) span")].map((end) => end.textContent).join(" to "));
  const lines = title.length + (key ? 1 : 0), layout = structuredClone(place.layout);
  layout.margin.t += 24 * lines;
  layout.height += 24 * lines;
  layout.annotations.push({ x: 0, y: 1, xref: "paper", yref: "paper", xanchor: "left", yanchor: "bottom", yshift: 8, showarrow: false,
    align: "left", font: { size: 15 }, text: `<b>${title.join("<br>")}</b>` + (key ? `<br><span style="font-size:12px">${key}</span>` : "") });
  Plotly.downloadImage({ data: place.data, layout }, { format: "png", width: 1000, height: layout.height, scale: 2, filename: sweep.file + "-map" });
} };

let shown = { columns: [], rows: [] };
function fill(rows, columns) {
  const used = columns.map((name, k) => k).filter((k) => columns[k] !== "");
  shown = { columns: used.map((k) => columns[k]), rows: rows.map((row) => used.map((k) => row[k])) };
  const table = document.getElementById("map-table");
  const line = (kind, texts) => {
    const row = document.createElement("tr");
    texts.forEach((text, k) => {
      const cell = document.createElement(kind === "head" || k === 0 ? "th" : "td");
      if (cell.tagName === "TH") cell.scope = kind === "head" ? "col" : "row";
      cell.textContent = text;
      row.append(cell);
    });
    return row;
  };
  const head = document.createElement("thead"), body = document.createElement("tbody");
  head.append(line("head", shown.columns));
  body.append(...shown.rows.map((row) => line("body", row)));
  table.replaceChildren(head, body);
}

for (const select of document.querySelectorAll(".controls select")) select.addEventListener("change", drawMap);
document.getElementById("map-cells-csv").addEventListener("click", () =>
  saveCsv(sweep.file + "-cells.csv", shown.columns, shown.rows));
document.getElementById("map-points-csv").addEventListener("click", () => {
  const calls = sweep.calls[sweep.response], all = calls && calls.all;
  const named = (call) => (LETTERS.includes(call) ? nameOf(call) : ""), names = sweep.point_names;
  const leaders = (p) => LETTERS.includes(all[p]) ? all[p] : all[p] === " " ? ""
    : sweep.shared[sweep.response][p] || LETTERS.slice(0, sweep.structures.length);
  const columns = [sweep.point, ...(names ? ["name"] : []), ...sweep.factors.map((f) => f.key),
    ...(all ? ["winner", "leaders", "best", "rival"] : []), ...Object.keys(sweep.numbers)];
  const rows = Array.from({ length: sweep.points }, (_, p) => [sweep.point_numbers ? sweep.point_numbers[p] : p,
    ...(names ? [names[p]] : []), ...sweep.factors.map((f) => (f.levels ? f.levels[f.values[p]] : f.values[p])),
    ...(all ? [nameOf(all[p]), [...leaders(p)].map(nameOf).join("; "), named(sweep.best[p]), named(sweep.rival[p])] : []),
    ...Object.values(sweep.numbers).map((n) => n.values[p])]);
  saveCsv(sweep.file + "-points.csv", columns, rows);
});
drawMap();
