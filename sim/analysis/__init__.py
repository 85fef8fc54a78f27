"""Statistics of comparisons and sweeps.

`comparison`: paired differences between scenarios, and what they allow one to conclude. `over_set`: the same over the
non-implausible parameter sets.
`sweep_data` reads a sweep. `regime_map` finds the best scenario at each design point; `decision_rules` explains where each
is best; `paired` tests differences over the map and between chosen points; `sensitivity` ranks factors; `variance`
splits variance, and says how many replications are needed. `conditions` reads a condition on the outcomes; `discovery` finds
the regions in which it holds, with the boxes of `prim`. `search` looks for the best trade-offs between policies.
"""
