"""The rules, one file for each process of the month, in the order of the schedule. Numbers in, numbers out."""
