"""The rules, one file for each process. Numbers in, numbers out; each rule names its section of docs/odd.md.

In the order of the schedule: `focal` (the followed change), `handover`, `agenda`, `design` and `adaptation`, `clearance`
and `pledges`, `funding`, `interest` and `priorities`, `capacity`, `effort` and `implementation`, `benefit`, `responses`,
`recording`. Used by several: `holders` of rights, `design_cost`, `loss_accounting`.
"""
