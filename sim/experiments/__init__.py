"""Experiments: a question, its scenarios, its factors and its design; checked point by point and planned as numbered runs.

`experiment` reads the question, from a file (`experiment_files`, `factor_files`) or a command line, into a `drafts`
draft and checks it. `factors` are what varies, `plausible` how far when nobody says; `designs`, `sampling` and
`point_tables` are where an experiment looks; `point_checks` refuses points that cannot be, `design_point` applies one.
`response_names` are what is kept of a run. `plans` numbers the runs, `plan_files` keeps the plan.
"""
