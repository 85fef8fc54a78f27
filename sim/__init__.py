"""gapsim: does it matter for the implementation gap where power resides?

The map of the house. A file imports only from floors below its own.

Facts: `parameters` (declared once), `declarations` (their flat list, and the record that rules read), `power` (the
    table of decision rights), `territory` (places and ties), `state` (kinds of agents, column by column), `draws`
    (luck).
The model: `population` (the world at the start), `submodels` (a file for each process), `interventions`, `outcomes`.
Time: `month` (the schedule: read it and you know the model), `model` and `agents` (the door for Mesa).
Studies: `scenarios` (YAML to parameters), `comparison` (the same worlds side by side), `results` (what runs write),
    `experiments` (a question, its factors, where it looks, and its numbered runs), `sweeping` (carries them out, whatever
    happens), `cases` (history as files) and `histories` (lived again and judged, beside `null_models`).
Reading a sweep: `sweep_analysis` (who wins where, what decides it, what moves it: numbers), `sweep_verdict` (the words),
    `sweep_report` (the page).
Reading: `analysis`, `verdict`, `charts`, `page` (what reports are put together from), `report`, `case_report`, `explain`,
    `reference` (the pages of docs/reference, from the declarations).
Doors: `cli` (the commands), `commands` and `sweep_commands` (what they do), `frames` (the same for notebooks),
    `live` (the view for a room, in a browser).
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
