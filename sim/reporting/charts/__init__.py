"""Charts: plain data in, plain data for plotly.js out.

`base` gives all charts their layout, `style` colours and labels. `forest` draws differences with intervals, `time_series`
lines by month, `losses` where benefit was lost, `tile_maps` the councils, `sensitivity` indices of factors, `sweep` the
charts beside the map of a sweep, `histories` runs against history. `render` lists the charts of a comparison and turns
any chart into HTML.
"""
