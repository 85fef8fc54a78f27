"""The command line.

`main` declares the commands; `options` reads their words. What they do: `commands`; `sweep` for sweeps and their reports;
`discover` to choose under uncertainty; `fit` for history matching.
"""
