"""The files of a plan: `plan.json` and `design.parquet`, which describe the runs in a folder of results."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet
from pydantic import ValidationError

from sim import storage
from sim.errors import COMMAND_LINE, InputProblems, Problem
from sim.experiments.designs import Design
from sim.experiments.factors import Factor
from sim.experiments.plans import DESIGN_POINT, Plan, other_rules, plan_fingerprint, resolved
from sim.model import provenance
from sim.model.parameters import Parameters
from sim.paths import DESIGN, PLAN
from sim.scenarios.compose import Composed
from sim.storage import atomic_write, atomic_write_text, json_text

FIELDS = (
    "name", "question", "command", "scenarios", "factors", "design", "points", "replications", "seed", "responses",
    "version", "model", "places", "identity",
)  # fmt: skip
"""Fields of a plan that `plan.json` holds."""
TAKEN_APART = ("scenarios", "factors", "design", "points", "responses", "identity")
"""Those that it does not hold as they are."""


def write(plan: Plan, folder: Path) -> None:
    """Write a plan into a folder: its points, then `plan.json`, each atomically."""
    numbered = storage.column(np.arange(plan.points))
    columns = plan.table if plan.factors else plan.table.drop_columns([DESIGN_POINT])
    table = columns.add_column(0, DESIGN_POINT, numbered)
    atomic_write(folder / DESIGN, lambda draft: parquet.write_table(table, draft, compression="zstd"))
    atomic_write_text(folder / PLAN, as_json(plan))


def as_json(plan: Plan) -> str:
    """The text of `plan.json`."""
    # The points of a list are in `design.parquet`.
    settings = {n: v for n, v in plan.design.settings.items() if n != "points" or isinstance(v, int)}
    content: dict[str, Any] = {name: getattr(plan, name) for name in FIELDS}
    content["scenarios"] = [resolved(scenario) for scenario in plan.scenarios]
    content["factors"] = [
        {"key": f.key, "role": f.role, "unit": f.unit, "sentence": f.sentence} | asdict(f)
        for f in plan.factors
    ]
    content["design"] = {"kind": plan.design.kind, **settings}
    return json_text(content)


def plan_file_hash(folder: Path) -> str:
    """A hash of `plan.json`, which changes when the plan does."""
    return storage.file_hash(folder / PLAN)


def read(folder: Path) -> Plan:
    """The plan of a folder of results.

    Raises:
        InputProblems: if the folder holds no plan, or one that this version cannot read.
    """
    path = folder / PLAN
    if not path.is_file():
        said = f"is not a folder of results of `gapsim sweep`: there is no {PLAN} in it"
        raise InputProblems([Problem(COMMAND_LINE, str(folder), said)])
    try:
        return _read(folder, json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, OSError, ValidationError) as error:
        said = f"cannot be read by this version of gapsim ({type(error).__name__}: {error})".splitlines()[0]
        raise InputProblems([Problem(str(folder), PLAN, said)]) from error


def refuse_other_rules(plan: Plan, folder: Path, so: str) -> None:
    """Refuse to run or merge a plan that was made with other rules of the model.

    Args:
        plan: as read from its folder.
        folder: its folder.
        so: what cannot be done for that reason, and what to do instead.

    Raises:
        InputProblems: naming the versions and the fingerprints of both models.
    """
    changed = other_rules(plan, provenance.model(), provenance.version())
    if changed:
        raise InputProblems([Problem(str(folder), "plan", f"{changed}; {so}")])


def _read(folder: Path, content: dict[str, Any]) -> Plan:
    # The content is compared with its own fingerprint: parameters that were added later are no edit.
    if plan_fingerprint(content) != content["identity"]:
        raise ValueError(
            "its identity does not match its content: it was edited by hand; sweep into another folder"
        )
    other_model = content["model"] != provenance.model()
    settings = {name: value for name, value in content["design"].items() if name != "kind"}
    plan = Plan(
        scenarios=tuple(_scenario(scenario, other_model) for scenario in content["scenarios"]),
        factors=tuple(_factor_of(factor) for factor in content["factors"]),
        design=Design(content["design"]["kind"], settings),
        table=pa.table({}),
        responses=tuple(content["responses"]),
        **{name: content[name] for name in FIELDS if name not in TAKEN_APART},
    )
    # After an extension that was interrupted, the folder has more points than its plan.
    points = parquet.ParquetFile(folder / DESIGN).read().slice(0, content["points"])
    keys = [factor.key for factor in plan.factors]
    plan = replace(plan, table=points.select(keys or [DESIGN_POINT]))
    if plan.points != content["points"]:
        raise ValueError(f"{DESIGN} holds {plan.points} of {content['points']} points")
    if plan.identity != content["identity"]:
        if not other_model:
            raise ValueError("it was made before the parameters changed; sweep into another folder")
        return replace(plan, written=content["identity"])
    return plan


def _scenario(content: dict[str, Any], other_model: bool) -> Composed:
    try:
        parameters = Parameters.model_validate(content["parameters"])
    except ValidationError:
        if not other_model:
            raise
        # Another model had other parameters. Nothing is run with these: the plan keeps its identity as `written`.
        parameters = Parameters()
    return Composed(content["name"], content["title"], "", "", parameters, content["explicit_power"])


def _factor_of(content: dict[str, Any]) -> Factor:
    values = {name: value for name, value in content.items() if name not in ("unit", "sentence")}
    return Factor(**values | {"levels": None if values["levels"] is None else tuple(values["levels"])})
