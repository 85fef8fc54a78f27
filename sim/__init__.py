"""gapsim: does it matter for the implementation gap where power resides?

The map of the house. A file imports only from floors below its own.

Facts: `parameters` (declared once), `declarations` (their flat list, and the record that rules read), `power` (the
    table of decision rights), `territory` (places and ties), `state` (kinds of agents, column by column), `draws`
    (luck).
The model: `population` (the world at the start), `submodels` (a file for each process), `interventions`, `outcomes`.
Time: `month` (the schedule: read it and you know the model), `model` and `agents` (the door for Mesa).
Studies: `scenarios` (YAML to parameters), `comparison` (the same worlds side by side), `cases` (history as files) and
    `histories` (lived again and judged, beside `null_models`), `results` (what runs write).
Reading: `analysis`, `verdict`, `charts`, `report`, `case_report`, `explain`.
Doors: `cli` (the commands), `commands` (what they do).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    "simulate",
]

_ROOMS = {"Parameters": "parameters", "simulate": "month"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: Mesa and the compiler take longer to import than a run takes."""
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no name '{name}'; public names are {', '.join(__all__)}")
    value = getattr(importlib.import_module(f"sim.{_ROOMS.get(name, 'model')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
