// Draw each chart from the numbers that stand beside it. Nothing is fetched.
for (const place of document.querySelectorAll(".chart")) {
  const drawing = JSON.parse(document.getElementById(place.id + "-drawing").textContent);
  Plotly.newPlot(place, drawing.data, drawing.layout, {
    displaylogo: false,
    responsive: true,
    modeBarButtons: [["toImage"]],
    toImageButtonOptions: { filename: "gapsim-" + place.id, scale: 2 },
  });
}
