"""The charts of a comparison: plain data in, plain data for plotly.js out. `sim.charts` lists and draws them."""
