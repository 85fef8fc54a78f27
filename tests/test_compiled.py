"""Compiled and uncompiled runs agree, every rule compiles once, and an edit of a rule is never ignored."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import worlds
from baseline.refresh import BASELINE, TOLERANCE, outcomes

from sim.model.kernels.jit import NOT_RULES, rule_sources
from sim.model.parameters import Parameters
from sim.model.schedule import simulate

CHECKOUT = Path(__file__).resolve().parent.parent

LIVED = {
    "population.users": 40,
    "population.bodies": 8,
    "population.bodies_several": 0.5,
    "population.months": 30,
    "changes.arriving": 6,
    "changes.in_progress": 6,
    "work.load": 2.0,
    "pledge.open": 1.0,
    "pledge.threshold": 0.0,
    "pledge.money": 0.1,
    "hierarchy.central_grain": 0.3,
    "money.secure_months": 6.0,
}
MOSTLY = dict.fromkeys(worlds.ON, 0.7)
VARIANTS = {
    "work": {},
    "hazard": {"work.dynamics": "hazard", "work.hazard": 0.6, "work.form": "minimum"},
    "complete mixing": {
        "population.mixing": "complete",
        "work.form": "geometric_mean",
        "work.top_speed": 5.0,
    },
    "none": {"mechanisms": worlds.OFF},
}
DATED = [{"month": 12, "key": "power.agenda", "value": worlds.whole("authorities"), "places": ["Cairn", "B"]}]

UNCOMPILED = """
import sys, json
import numpy as np
from sim.model.schedule import simulate
from sim.model.parameters import Parameters
import numba
assert numba.config.DISABLE_JIT
for number, tree in enumerate(json.loads(sys.stdin.read())):
    run = simulate(Parameters.model_validate(tree), 77, 1)
    columns = {}
    for name in run.state._fields:
        part = getattr(run.state, name)
        for inner in part._fields if isinstance(part, tuple) else [None]:
            rows = part if inner is None else getattr(part, inner)
            for column in rows.dtype.names or [None]:
                key = ".".join(filter(None, (name, inner, column)))
                columns[key] = np.asarray(rows if column is None else rows[column])
    np.savez(f"{sys.argv[1]}/{number}.npz", **columns)
"""


def interpreted(source: str, *arguments: object, **options: object) -> subprocess.CompletedProcess:
    """Run a script in a Python of its own, with this checkout's package."""
    world = dict(os.environ)
    for name, value in options.pop("world", {}).items():  # type: ignore[union-attr]
        world[name] = value
    world.setdefault("PYTHONPATH", str(CHECKOUT))
    done = subprocess.run(
        [sys.executable, "-c", source, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=world,
        **options,
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def settings(six_places):
    return {
        name: worlds.parameters(
            {"population.places": six_places}, LIVED, {"mechanisms": MOSTLY, **delta}, interventions=DATED
        )
        for name, delta in VARIANTS.items()
    }  # fmt: skip


@pytest.fixture(scope="module")
def uncompiled(settings, tmp_path_factory):
    """The same worlds, lived without the compiler."""
    folder = tmp_path_factory.mktemp("uncompiled")
    trees = json.dumps(
        [one.model_dump(mode="json", exclude={"power": {"distribution"}}) for one in settings.values()]
    )
    interpreted(UNCOMPILED, folder, input=trees, world={"NUMBA_DISABLE_JIT": "1"})
    return {name: np.load(folder / f"{number}.npz") for number, name in enumerate(settings)}


@pytest.mark.parametrize("variant", VARIANTS)
def test_uncompiled_runs_agree_to_the_bit(settings, uncompiled, variant):
    """Logarithms and powers come from the same library both ways; should one differ in a last digit, the stages must not."""
    compiled = dict(worlds.tables(simulate(settings[variant], 77, 1).state))
    found = uncompiled[variant]
    assert set(found.files) == set(compiled)
    differ = [name for name, column in compiled.items() if column.tobytes() != found[name].tobytes()]
    for name in differ:
        np.testing.assert_allclose(
            found[name].astype(float), compiled[name].astype(float), rtol=1e-9, atol=1e-12
        )
    assert "cells.stage" not in differ
    assert not differ


SIGNATURES = """
import importlib, json, pkgutil
from numba.core.dispatcher import Dispatcher
import sim
from sim.model.schedule import simulate
from sim.scenarios.compose import compose
from sim.scenarios.scenario_files import available

known, problems = available()
assert not problems
size = {"population.users": 32, "population.bodies": 4, "changes.arriving": 6}
others = [{"work.form": "minimum"}, {"work.dynamics": "hazard"}, {"population.mixing": "complete"}, {"mechanisms": "none"},
          {"population.bodies": 0}, {"changes.in_progress": 0}]
for names, more in [(sorted(known), {}), *((["baseline"], other) for other in others)]:
    for composed in compose(names, [f"{key}={value}" for key, value in {**size, **more}.items()]):
        simulate(composed.parameters, 5)
found = {}
for module in pkgutil.walk_packages(sim.__path__, "sim."):
    if module.name.startswith(("sim.reporting.", "sim.model.mesa_")):
        continue
    for name, value in vars(importlib.import_module(module.name)).items():
        if isinstance(value, Dispatcher):
            found[f"{value.py_func.__module__}.{value.py_func.__name__}"] = [str(s) for s in value.signatures]
print(json.dumps(found))
"""


def test_every_rule_has_one_signature_after_all_scenarios():
    """A whole number where a real one was would compile everything again, and cost a user half a minute."""
    found = json.loads(interpreted(SIGNATURES).stdout)
    assert len(found) > 60
    assert not {name: signatures for name, signatures in found.items() if len(signatures) > 1}


LOADED = """
import importlib, json, os, sys
import numba, numpy, pydantic
for module in json.loads(sys.argv[1]):
    # A process for each, since a module stays loaded; split off late, so that libraries are loaded once.
    if os.fork() == 0:
        importlib.import_module(f"sim.{module}")
        print(json.dumps([module, [n for n in sys.modules if n.startswith("sim.")]]), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, module
"""


def test_whatever_a_compiled_process_loads_counts_as_a_source_of_rules():
    """An edit of any of these must compile again; an edit of a chart, of a command or of the report must not."""
    sources = rule_sources()
    rules = {
        path.removesuffix(".py").replace(os.sep, ".")
        for path, text in sources.items()
        if "sim.model.kernels.jit" in text and not path.endswith("__init__.py")
    }
    loaded = dict(map(json.loads, interpreted(LOADED, json.dumps(sorted(rules))).stdout.splitlines()))
    assert set(loaded) == rules
    for module, names in loaded.items():
        for name in names:
            file = name.removeprefix("sim.").replace(".", os.sep)
            package = (CHECKOUT / "sim" / file).is_dir()
            assert package or f"{file}.py" in {*sources, *NOT_RULES}, (module, name)
    model = {"submodels/implementation.py", "kernels/random.py", "state.py", "parameters.py"}
    assert {os.path.join("model", *name.split("/")) for name in model} <= set(sources)
    assert not any(path.startswith(("reporting", "cli", "runner")) for path in sources)


@pytest.mark.slow
def test_an_edit_of_a_rule_is_never_ignored(tmp_path):
    """The compiled form of a caller must not outlive an edit of what it calls, in whatever file."""
    for folder in ("sim", "scenarios"):
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    world = {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "compiled")}
    script = (
        "import sim; from sim.model.schedule import simulate; from sim.model.kernels.jit import CACHE\\n"
        "from sim.model.parameters import Parameters\\n"
        "run = simulate(Parameters.model_validate({'population': {'users': 32, 'months': 40}}), 3)\\n"
        "print(sim.__file__, CACHE, run.state.journal.realised.sum())"
    ).replace("\\n", "\n")

    def live() -> list[str]:
        return interpreted(script, world=world, cwd=tmp_path).stdout.split()

    first, again = live(), live()
    assert first == again
    assert first[0].startswith(str(tmp_path))
    # The rule is called from another file, whose compiled form knows nothing of the edit.
    begins = "def progress_rate(form, will, ability, capacity):"
    files = (tmp_path / "sim" / "model" / "submodels").glob("*.py")
    (rule,) = [path for path in files if begins in path.read_text(encoding="utf-8")]
    text = rule.read_text(encoding="utf-8")
    weaker = f"\n\n@kernel\n{begins}\n    return 0.5 * will * ability * capacity\n"
    rule.write_text(text + weaker, encoding="utf-8")
    edited = live()
    assert edited[1] != first[1]
    assert float(edited[2]) < float(first[2])
    rule.write_text(text, encoding="utf-8")
    assert live() == first


def test_this_python_gives_the_numbers_written_down():
    """The same to 1e-9 on every supported Python, and equal in every stage; see baseline/refresh.py."""
    written = json.loads(BASELINE.read_text(encoding="utf-8"))
    found = outcomes()
    assert list(found) == list(written)
    for name, rows in written.items():
        assert found[name]["stages"] == rows["stages"], name
        assert found[name]["census"] == rows["census"], name
        for outcome, value in rows["outcomes"].items():
            now = found[name]["outcomes"][outcome]
            known = value is not None
            assert (now is not None) == known, (name, outcome)
            assert not known or now == pytest.approx(value, rel=TOLERANCE, abs=1e-12), (name, outcome)


def test_parameters_survive_being_written_down(settings):
    for one in settings.values():
        tree = json.loads(json.dumps(one.model_dump(mode="json")))
        assert Parameters.model_validate(tree) == one
