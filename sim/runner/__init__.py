"""The runner: executes numbered runs and stores their results so that nothing finished is lost.

`run_one` simulates and summarises one run. `worker` does so for a chunk of runs; `executors` provides workers;
`scheduler` hands out chunks and isolates a run that kills its worker. `parts` stores finished runs; `finalise` writes
the tables of a finished sweep; `sweep` does all of this in a folder: starts, resumes, extends, merges.
`status` reports progress, `estimate` predicts cost, `replay` repeats one run, `export` writes other formats.
`compare` runs scenarios side by side on common random numbers; `results_io` writes the files of runs and comparisons.
"""

ENGINES = ("processes", "serial", "dask")
"""Names of the execution backends."""
