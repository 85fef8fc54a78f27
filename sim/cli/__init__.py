"""The command line.

`main` declares the commands; `options` reads their words. What they do: `commands`; `sweep` for sweeps and their reports;
`fit` for history matching.
"""
