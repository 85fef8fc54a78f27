"""Many-objective search over policies.

`archive` keeps the best trade-offs; `optimiser` proposes policies (ε-NSGA-II); `convergence` says how far it has come;
`robustness` compares policies over futures.
"""
