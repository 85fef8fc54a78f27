"""What a finished or stopped sweep says, in numbers.

`swept` reads its folder. `regimes` finds who wins where, `positions` does so along a scale between two structures;
`decision_rules` what decides it; `paired` how large the differences are and where the benefit was lost, `contrasts` how
chosen points differ; `sensitivity` and `variance` what moves an outcome, and how much of it is luck; `screening` what is
worth a closer look; `sufficiency` how many replications were needed.
"""
