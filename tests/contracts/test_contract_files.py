"""What commands write: names of files, their columns in order with types, and the keys of what describes them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from contract import SMALL, command, hold, shape, table
from scipy.io import netcdf_file

import sim

FAMILY = "files"
SHIPPED = Path(sim.__file__).parent / "data"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """What compare, run and cases write."""
    folder = tmp_path_factory.mktemp("written")
    asked = {
        "compare": ("compare", *SMALL, "--replications", 2),
        "run": ("run", *SMALL),
        "detail": ("run", *SMALL, "--detail"),
        "cases": ("cases", "smoking_ban", "--defaults", "--replications", 1),
    }
    for name, words in asked.items():
        answer = command(folder, *words, "--out", name)
        assert answer.code == 0, answer.err
    return folder


@pytest.fixture
def made(request, written, studies):
    """A folder of results by its name."""
    return (written if request.param in ("compare", "run", "detail", "cases") else studies) / request.param


def names(folder):
    """Every file below a folder; what is particular to one plan or content is written as HASH."""
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return {re.sub(r"\b([0-9a-f]{16}|[0-9a-f]{8})\b", "HASH", name): "file" for name in found}


@pytest.mark.parametrize("made", ["compare", "run", "detail", "cases", "grid", "half"], indirect=True)
def test_files(made):
    hold(FAMILY, f"{made.name}: files", names(made))


TABLES = [
    ("compare", "runs"), ("compare", "councils"),
    ("run", "series"), ("run", "councils"),
    ("detail", "series"), ("detail", "councils"), ("detail", "cells"), ("detail", "places_by_month"),
    ("cases", "series"),
    ("grid", "runs"), ("grid", "design"), ("grid", "failures"), ("grid", "timings"),
    ("map", "runs"), ("map", "design"),
    ("half", "design"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "name"), TABLES, indirect=["made"], ids=[f"{a}/{b}" for a, b in TABLES])
def test_columns(made, name):
    hold(FAMILY, f"{made.name}: {name}.parquet", table(made / f"{name}.parquet"), ordered=True)


def test_columns_of_the_parts_of_a_sweep(studies):
    for part in sorted((studies / "half" / "parts").iterdir()):
        hold(FAMILY, "half: parts", table(part), ordered=True)


DESCRIBED = [
    ("compare", "metadata"), ("run", "metadata"), ("detail", "metadata"), ("cases", "metadata"),
    ("grid", "plan"), ("grid", "manifest"), ("grid", "summary"), ("map", "plan"), ("half", "plan"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("made", "name"), DESCRIBED, indirect=["made"], ids=[f"{a}/{b}" for a, b in DESCRIBED]
)
def test_keys(made, name):
    said = json.loads((made / f"{name}.json").read_text(encoding="utf-8"))
    parameters: list[dict] = []
    # Outside a clone there is no commit.
    examples = [said, {**said, "commit": None}] if "commit" in said else [said]
    found = shape(*(apart(each, parameters) for each in examples), maps=("scenarios", "cases"))
    hold(FAMILY, f"{made.name}: {name}.json", found)
    if parameters:
        hold(FAMILY, "parameters", shape(*parameters))


def apart(value, parameters):
    """The same value without its trees of parameters, which are gathered: they are the same wherever they stand."""
    if isinstance(value, list):
        return [apart(part, parameters) for part in value]
    if not isinstance(value, dict):
        return value
    if {"population", "mechanisms", "power"} <= set(value):
        parameters.append(value)
        return "parameters"
    return {key: apart(part, parameters) for key, part in value.items()}


# What a finished sweep is exported to


def test_an_exported_csv(studies):
    assert command(studies, "export", "grid", "--to", "csv").code == 0
    hold(FAMILY, "export: runs.csv", columns(studies / "grid" / "runs.csv"), ordered=True)
    (studies / "grid" / "runs.csv").unlink()


def test_an_exported_netcdf(studies):
    assert command(studies, "export", "grid", "--to", "netcdf").code == 0
    path = studies / "grid" / "runs.nc"
    with netcdf_file(str(path), mmap=False) as file:
        variables = {
            f"variable {name}": f"{variable.typecode()} ({', '.join(variable.dimensions)})"
            for name, variable in file.variables.items()
        }
        found = {f"dimension {name}": "there" for name in file.dimensions}
        about = {f"attribute {name}": "there" for name in file._attributes}
    path.unlink()
    hold(FAMILY, "export: runs.nc", {**found, **variables, **about})


# What is shipped


def columns(path):
    """The columns of a CSV file in their order, with the kind of their cells; and what its first lines say, by name."""
    lines = path.read_text(encoding="utf-8").splitlines()
    said = [line for line in lines if line.startswith("#")]
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    about = {f"# {line.lstrip('# ').partition(':')[0]}": "said" for line in said if ":" in line}
    return {**about, **{name: cells(row[name] for row in rows) for name in rows[0]}}


def cells(values):
    kinds = {"null" if text == "" else "number" if is_number(text) else "text" for text in values}
    # Marks among numbers (`no`, say) make a column of text.
    kinds -= {"number"} if "text" in kinds else set()
    return " or ".join(sorted(kinds, key=lambda kind: kind == "null"))


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_shipped_tables_of_the_fit():
    hold(FAMILY, "sim/data/fit", names(SHIPPED / "fit"))


@pytest.mark.parametrize(
    "name", ["calibration", "frontier", "left_out", "members", "over_set", "screening", "waves"]
)
def test_columns_of_shipped_tables_of_the_fit(name):
    path = SHIPPED / "fit" / f"{name}.csv"
    hold(FAMILY, f"sim/data/fit/{name}.csv", columns(path), ordered=True)


@pytest.mark.parametrize("name", ["councils", "ties", "national_series"])
def test_columns_of_shipped_data(name):
    hold(FAMILY, f"sim/data/{name}.csv", columns(SHIPPED / f"{name}.csv"), ordered=True)
