"""gapsim: an agent-based model of public-service change, and of where its benefit is lost.

Packages, lowest layer first. Each imports only from the layers below it; import-linter enforces this.

`model`: parameters, state, rules and the monthly schedule. Start with `model/schedule.py`.
`scenarios`: from YAML files and `KEY=VALUE` to checked parameters.
`experiments`: questions, factors, designs, and plans of numbered runs.
`runner`: executes runs, compares scenarios, and stores sweeps so that they can resume.
`analysis`: statistics of comparisons and sweeps. `history`: historical cases and history matching.
`verification`: checks that the model does what its description says.
`reporting`: text, charts and pages. `live`: the view in a browser.
`cli`: the `gapsim` command. `notebook`: the same as data frames.

Used by all of them: `errors` (input errors), `paths` (file names), `stats` (intervals and tests), `formatting` (how numbers
are written), `storage` (tables and atomic writes).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.model.mesa_model import CentralGovernment, LocalAuthority, Model, ServiceUser, ThirdSectorBody
    from sim.model.outcomes import series
    from sim.model.parameters import Parameters
    from sim.model.schedule import simulate
    from sim.notebook import compare, run, sweep

__all__ = [
    "CentralGovernment",
    "LocalAuthority",
    "Model",
    "Parameters",
    "ServiceUser",
    "ThirdSectorBody",
    "compare",
    "run",
    "series",
    "simulate",
    "sweep",
]

_MODULES = {
    "Parameters": "model.parameters",
    "series": "model.outcomes",
    "simulate": "model.schedule",
    **dict.fromkeys(("run", "compare", "sweep"), "notebook"),
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: Mesa and the compiler take longer to import than a run takes."""
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no name '{name}'; public names are {', '.join(__all__)}")
    value = getattr(importlib.import_module(f"sim.{_MODULES.get(name, 'model.mesa_model')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
