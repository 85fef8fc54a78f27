"""The runs of a finished sweep in other formats: CSV for spreadsheets, netCDF for gridded data.

netCDF is written by scipy, a dependency already: every netCDF library, xarray and R among them, reads its classic format,
and a table of plain numbers needs nothing newer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

from sim import storage
from sim.errors import COMMAND_LINE, InputProblems, Problem, raise_if_any
from sim.experiments import plan_files
from sim.experiments.plans import DESIGN_POINT, Plan
from sim.model.schema import declarations
from sim.paths import RUNS
from sim.runner.finalise import manifest
from sim.runner.parts import FAILED
from sim.storage import atomic_write

FORMS = ("csv", "netcdf")


def export(folder: Path, form: str) -> Path:
    """Write the runs of a finished sweep beside its tables, in another form.

    Args:
        folder: a finished sweep.
        form: `csv` (a row a run; unknown numbers are empty) or `netcdf` (a variable a response, over replications,
            design points and scenarios; unknown numbers are NaN).

    Raises:
        InputProblems: if the form is none of these, or the folder holds no finished sweep.
        OSError: if it cannot be stored.
    """
    if form not in FORMS:
        raise InputProblems([Problem(COMMAND_LINE, "--to", f"must be one of {', '.join(FORMS)}", form)])
    plan = plan_files.read(folder)
    if manifest(folder) is None:
        said = "is not finished; run the same `gapsim sweep` again to finish it"
        raise InputProblems([Problem(COMMAND_LINE, str(folder), said)])
    held = parquet.read_schema(folder / RUNS).names
    missing = [name for name in ("status", *plan.responses) if name not in held]
    said = "is not in it: the folder is not whole"
    raise_if_any([Problem(str(folder / RUNS), name, said) for name in missing])
    path = folder / ("runs.csv" if form == "csv" else "runs.nc")
    write = _csv if form == "csv" else _netcdf
    atomic_write(path, lambda draft: write(plan, folder / RUNS, draft))
    return path


def _csv(plan: Plan, runs: Path, draft: Path) -> None:
    file = parquet.ParquetFile(runs)
    with csv.CSVWriter(draft, file.schema_arrow) as writer:
        for batch in file.iter_batches():
            writer.write_batch(batch)


def _netcdf(plan: Plan, runs: Path, draft: Path) -> None:
    from scipy.io import netcdf_file

    file = parquet.ParquetFile(runs)
    cube = (plan.replications, plan.points, len(plan.scenarios))
    with netcdf_file(str(draft), "w", version=2) as target:
        target.title, target.question, target.seed = plan.name, plan.question, str(plan.seed)
        target.identity, target.command = plan.identity, plan.command
        for name, size in zip(("replication", DESIGN_POINT, "scenario"), cube, strict=True):
            target.createDimension(name, size)
        for name, size in (("replication", plan.replications), (DESIGN_POINT, plan.points)):
            target.createVariable(name, "i4", (name,))[:] = np.arange(size)
        _words(target, "scenario", "scenario", [scenario.name for scenario in plan.scenarios])
        for factor in plan.factors:
            held = plan.table[factor.key]
            if pa.types.is_string(held.type):
                _words(target, factor.key, DESIGN_POINT, [word or "" for word in held.to_pylist()])
                continue
            numbers = [np.nan if value is None else value for value in held.to_pylist()]
            variable = target.createVariable(factor.key, "f8", (DESIGN_POINT,))
            variable[:] = numbers
            declared = declarations().get(factor.key)
            if declared is not None:
                variable.units, variable.long_name = declared.unit, declared.sentence
        over = ("replication", DESIGN_POINT, "scenario")
        status = file.read(columns=["status"])["status"].to_pylist()
        failed = target.createVariable("failed", "i1", over)
        failed[:] = np.array([word == FAILED for word in status]).reshape(cube)
        for response in plan.responses:
            held = file.read(columns=[response])[response]
            target.createVariable(response, "f8", over)[:] = storage.values(held).reshape(cube)


def _words(target: Any, name: str, over: str, words: Sequence[str]) -> None:
    """Text, one letter a cell, as the classic form has it."""
    letters = np.array([word.encode() for word in words])
    width = max(1, letters.dtype.itemsize)
    target.createDimension(f"{name}_letters", width)
    variable = target.createVariable(name, "S1", (over, f"{name}_letters"))
    variable[:] = letters.astype(f"S{width}").view("S1").reshape(len(words), width)
    # By which xarray reads text instead of bytes.
    variable._Encoding = "utf-8"
