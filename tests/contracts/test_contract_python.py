"""What Python programs call: the names of `sim`, how each is called, and what it gives."""

from __future__ import annotations

import inspect

import pytest
from contract import SMALL, hold

import sim

FAMILY = "python"
OURS = "sim"
SMALL_TREE = {"population": {"users": 64, "bodies": 8, "months": 24}, "changes": {"arriving": 4}}


def called(function):
    """How a callable is called: its parameters with their defaults, without annotations."""
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        star = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
        by = {inspect.Parameter.KEYWORD_ONLY: "by name only, "}.get(parameter.kind, "")
        needed = parameter.default is inspect.Parameter.empty and parameter.kind not in star
        default = (
            "needed" if needed else "any" if parameter.kind in star else f"default {parameter.default!r}"
        )
        found[star.get(parameter.kind, "") + name] = by + default
    return found


def members(kind):
    """Public attributes and methods of a class that are declared here, not in a library."""
    found = {}
    foreign = [base for base in kind.__mro__ if base.__module__.partition(".")[0] != OURS]
    for base in reversed(kind.__mro__):
        if base in foreign:
            continue
        for name, value in vars(base).items():
            if name.startswith("_"):
                continue
            value = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            if inspect.isfunction(value):
                found[name] = f"called with ({', '.join(called(value))})"
            elif isinstance(value, property):
                found[name] = "read" if value.fset is None else "read and set"
            elif not any(
                name in dir(base) or name in getattr(base, "__annotations__", {}) for base in foreign
            ):
                # A library may write values of its own on its subclasses.
                found[name] = "value"
    return dict(sorted(found.items()))


def test_names():
    hold(FAMILY, "sim", {name: type(getattr(sim, name)).__name__ for name in sorted(sim.__all__)})


@pytest.mark.parametrize("name", ["compare", "run", "simulate", "sweep", "Model"])
def test_signature_of(name):
    function = getattr(sim, name)
    found = called(function.__init__ if inspect.isclass(function) else function)
    found.pop("self", None)
    hold(FAMILY, f"{name}: call", found, ordered=True)


def test_parameters_are_called_by_group():
    found = {
        name: "needed" if field.is_required() else "optional"
        for name, field in sim.Parameters.model_fields.items()
    }
    hold(FAMILY, "Parameters: call", found)


@pytest.mark.parametrize(
    "name", ["Model", "CentralGovernment", "LocalAuthority", "ThirdSectorBody", "ServiceUser"]
)
def test_members_of(name):
    hold(FAMILY, f"{name}: members", members(getattr(sim, name)))


def test_a_run_has_what_programs_read():
    run = sim.simulate(sim.Parameters.model_validate(SMALL_TREE), 1)
    found = {
        name: "method" if callable(getattr(run, name)) else "value" for name in dir(run) if name[0] != "_"
    }
    hold(FAMILY, "simulate: what it gives", found)


# Frames


def frame(found):
    # Columns of text have another type in every version of pandas.
    columns = {name: str(kind) if kind.kind in "fib" else "text" for name, kind in found.dtypes.items()}
    return {"index": str(found.index.name), **columns, "attrs": sorted(found.attrs)}


def test_frame_of_run():
    found = sim.run("baseline", *SMALL)
    hold(FAMILY, "run: frame", frame(found), ordered=True)
    hold(FAMILY, "run: outcomes", dict.fromkeys(found.attrs["outcomes"], "there"))


def test_frame_of_compare():
    hold(FAMILY, "compare: frame", frame(sim.compare(*SMALL, replications=2)), ordered=True)


def test_frame_of_sweep(tmp_path):
    found = sim.sweep(
        "hierarchy", "work.load=1,2", *SMALL, replications=2, engine="serial", out=tmp_path / "out"
    )
    hold(FAMILY, "sweep: frame", frame(found), ordered=True)
