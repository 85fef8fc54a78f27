"""Scenarios: from names and KEY=VALUE to checked parameters.

`scenario_files` finds and reads the YAML files; `overrides` reads KEY=VALUE; `compose` puts both over the defaults.
"""
