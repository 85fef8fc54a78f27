"""Verification: does the model do what its description says?

`checks` runs all checks: the null model, directions, conservation, known answers; `result` is what comes of one.
`conservation`: accounts that must balance. `analytic`: limiting cases that theory has solved. `practice`: patterns
that practitioners report, measured by `practice_runs`.
"""
