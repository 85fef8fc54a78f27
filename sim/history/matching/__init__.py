"""History matching: which parameter sets the historical cases do not rule out.

`space`: the parameters that are searched, and their ranges. `targets`: what was observed, with its tolerance, and what
practitioners report of the stream of changes. `emulators`: predict mean outputs at parameter sets that were not simulated.
`implausibility`: which sets each case rules out. `waves`: the search. `simulate`: runs a wave as a sweep of all cases.
`screening`: which parameters the cases inform. `leave_one_out`: predicts each case from the others. `coverage`: calibration
on simulated data. `tables`: what a fit writes. `fitted_set`: the shipped non-implausible set.
"""
