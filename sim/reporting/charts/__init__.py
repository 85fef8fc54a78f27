"""Charts: plain data in, plain data for plotly.js out.

`base` gives all charts their layout, `style` colours and labels. Most are one of two kinds: `rows` draws rows of
marks with whiskers, `lines` lines with bands. The charts themselves: `gap` over time and by deprivation, `forest`
differences between scenarios, `time_series` agents and stages by month, `losses` where benefit was lost, `tile_maps`
the councils, `sensitivity` indices of factors, `sweep` the charts beside the map of a sweep, `histories` runs against
history, `discovery` a condition and `search` the policies found. `render` lists the charts of a comparison and turns
any chart into HTML.
"""
