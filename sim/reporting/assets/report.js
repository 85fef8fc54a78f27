// Draw each chart from the numbers that stand beside it; the map of a sweep has none and draws itself. Nothing is fetched.
for (const place of document.querySelectorAll(".chart")) {
  const beside = document.getElementById(place.id + "-drawing");
  if (!beside) continue;
  const drawing = JSON.parse(beside.textContent);
  Plotly.newPlot(place, drawing.data, drawing.layout, {
    displaylogo: false,
    responsive: true,
    modeBarButtons: [["toImage"]],
    toImageButtonOptions: { filename: "gapsim-" + place.id, scale: 2 },
  });
}

// Charts need their width. Where there is less room, as on a tablet or on paper, the whole drawing is made smaller, down to a size that
// can still be read; on less room than that it is moved sideways. On paper by zoom, since pages are broken before transforms are seen.
const SMALLEST = 0.6;
const SHEET = 703;
let printing = false;
function fit() {
  for (const place of document.querySelectorAll("figure .chart")) {
    Object.assign(place.style, { zoom: "", transform: "", marginBottom: "", width: "" });
    const width = place.offsetWidth, room = printing ? SHEET : place.parentElement.clientWidth, scale = room / width;
    if (scale >= 1) continue;
    if (printing) Object.assign(place.style, { zoom: scale, width: `${width}px` });
    else {
      const smaller = Math.max(SMALLEST, scale);
      Object.assign(place.style, { transform: `scale(${smaller})`, marginBottom: `${(smaller - 1) * place.offsetHeight}px` });
    }
  }
}
function onPaper(now) {
  printing = now;
  fit();
}
window.addEventListener("load", fit);
window.addEventListener("resize", fit);
window.addEventListener("beforeprint", () => onPaper(true));
window.addEventListener("afterprint", () => onPaper(false));
