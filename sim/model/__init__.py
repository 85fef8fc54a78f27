"""The model: parameters, state, rules, and the order in which they act in a month.

`schedule` runs the months; `submodels` holds one file for each process, and `kernels` what makes them fast and repeatable.
`parameters` declares every parameter once; `schema` lists them for validation, help and rules; `aliases` reads the keys
of earlier versions. `decision_rights` says who holds which right; `geography` reads the table of authorities and their ties.
`state` holds one table for each kind of agent; `initialise` fills it; `interventions` change it at given dates.
`outcomes` summarises a run in the words of `vocabulary`; `provenance` says which code made it.
`mesa_model` and `mesa_agents` present a run as a Mesa model.
"""
