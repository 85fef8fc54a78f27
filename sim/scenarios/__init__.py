"""Scenarios: from names and KEY=VALUE to checked parameters.

`scenario_files` finds and reads the YAML files, with `forms` for the parts of a file. `overrides` reads KEY=VALUE. `compose`
puts both over the defaults, in `layers`.
"""
