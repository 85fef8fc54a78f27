"""Fitting: which sets of parameters are not ruled out by the historical cases, and what they say of a case left out.

Read in this order: `space` (what is fitted, over which ranges), `targets` (what was observed, and how far off the frozen
rules let a run be), `practice` (what practitioners say of the stream as a whole), `emulators` (what runs would give
where none was lived), `matching` (who is ruled out, and by which
case), `waves` (the search), `lived` (waves as sweeps of all cases), `screening` (what the cases can tell apart at all),
`leaving_out` (one case predicted from the others, beside null models that were fitted as well), `calibrated` (does the
set hold the truth where the truth is known), `tables` (what is written).
"""
