"""Many-objective search over policies.

`run` carries a search from its start to its results; `evaluation` runs policies in futures and keeps a journal;
`objectives` puts outcomes together over futures. `optimiser` proposes policies (ε-NSGA-II), `archive` keeps the best
trade-offs, `convergence` says how far it has come, `robustness` compares policies over futures; `choice` picks the
policies to look at.
"""
