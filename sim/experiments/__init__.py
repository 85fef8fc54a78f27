"""Experiments: a question, its scenarios, factors and design, checked and planned as numbered runs.

`experiment_files` reads an experiment from YAML; `experiment` checks it as a whole, from a file or a command line.
`factors` are the parameters that vary, with their ranges. `designs` chooses the design points, with `sampling` for samples;
`policies` are values of levers, rows of rights among them; `crossing` puts every policy into every future, and `policy_files`
reads both;
`checks` refuses impossible points before anything runs; `design_point` applies one point to a scenario.
`plans` numbers the runs; `plan_files` stores the plan.
"""
