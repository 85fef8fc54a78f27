"""gapsim: does it matter for the implementation gap where power resides?

The map of the house. A file imports only from its own floor and those below, never round a circle.

Facts: `parameters` (declared once), `renamed` (their keys in earlier versions), `declarations` (their flat list, and the
    record that rules read), `power` (the table of decision rights), `territory` (places and ties), `state` (kinds of agents,
    column by column), `draws` (random draws). Tools beside them: `compiled` (what makes a rule fast), `elementary`
    (exponential and logarithm of columns), `statistics`, `columns`, `problems` (what is refused), `result_files` (what
    commands write), `places` (where shipped files are).
The model: `population` (the world at the start), `submodels` (a file for each process), `interventions`, `outcomes`.
Time: `month` (the schedule: read it and you know the model), `model` and `agents` (the door for Mesa).
Is it right? `verification` (all checks), `conservation` (accounts that must balance), `known_answers` (what theory solved),
    `practice` (the patterns that practitioners describe), from `practice_runs` (what single runs show of them), and
    `practice_frontier` (history against practice).
Studies: `scenarios` (YAML, from `scenario_files`, and `overrides` to parameters), `comparison` (the same worlds side by
    side), `results` (what runs write) and `provenance` (which code wrote it), `experiments` (a question, its factors, where
    it looks, and its numbered runs), `sweeping` (carries them out, whatever happens).
History: `cases` (from files to parameters: `case_files`, `case_forms`, `case_tables`, `case_checks`), `histories` (lived
    again and judged, beside `null_models`), `fitting` (which parameters the cases do not rule out), `fitted_set`
    (those), `over_the_set` (what the comparison gives over them).
Reading: `analysis` (numbers), `weighing`, `weighing_the_set` and `ranking` (what they allow one to say), `verdict`
(the words), `assumptions`,
    `wording` and `glossary` (how things are named and what they mean), `charts` and `charting`, `page` (what reports are
    put together from), `report`, `case_report`, `explain`, `printed` (for a terminal), `reference` (the pages of
    docs/reference, from the declarations), with `reference_charts` and `reference_effects`.
Reading a sweep: `sweep_analysis` (who wins where, what decides it, what moves it: numbers), `sweep_verdict` (the words),
    `sweep_report` (the page).
Doors: `cli` (the commands; `command_line` reads their words), `commands`, `sweep_commands`, `sweep_report_commands` and
    `fit_commands` (what they do), `frames` (the same for notebooks), `live` (the view for a room, in a browser).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.frames import compare, run, sweep
    from sim.model import CentralGovernment, LocalAuthority, Model, ServiceUser, ThirdSectorBody
    from sim.month import simulate
    from sim.parameters import Parameters

__all__ = [
    "CentralGovernment",
    "LocalAuthority",
    "Model",
    "Parameters",
    "ServiceUser",
    "ThirdSectorBody",
    "compare",
    "run",
    "simulate",
    "sweep",
]

_ROOMS = {
    "Parameters": "parameters",
    "simulate": "month",
    **dict.fromkeys(("run", "compare", "sweep"), "frames"),
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: Mesa and the compiler take longer to import than a run takes."""
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no name '{name}'; public names are {', '.join(__all__)}")
    value = getattr(importlib.import_module(f"sim.{_ROOMS.get(name, 'model')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
