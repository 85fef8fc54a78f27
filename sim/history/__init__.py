"""Historical cases: what happened, whether the model reproduces it, and which parameters it leaves.

`case_files` reads the cases, which `case_schema` defines; `cases` turns them into parameters; `evaluate` simulates them and
scores hits and misses; `null_models` are the simple predictors to beat. `matching` searches for parameter sets that the
cases do not rule out.
"""
