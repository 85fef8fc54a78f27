"""Sweeps: many runs of a plan, carried out so that nothing that was done can be lost.

Read in this order: `living` (one run, as a row), `parts` (rows kept in files, whole or not at all), `chunks` (what a
worker does), `engines` (where workers are), `carrying_out` (handing out chunks, and whom to blame when a worker is
lost), `tables` (parts put in order), `finishing` (the tables of a finished sweep), `sweep` (all of it, in a folder).
Beside them: `estimates`, `progress`, `merging`, `replaying`, `exporting`.
"""
