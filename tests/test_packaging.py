"""The tested versions are pinned without addresses, and the built package works far from the checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parent.parent
COMMANDS = "Scripts" if sys.platform == "win32" else "bin"


@pytest.fixture(scope="module")
def pyproject():
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pins(pyproject):
    return [Requirement(line) for line in pyproject["tool"]["uv"]["constraint-dependencies"]]


def pinned_version(pins, name, python):
    """The one version pinned for a package on a Python of that number, on Linux."""
    world = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    found = [
        str(pin.specifier)
        for pin in pins
        if canonicalize_name(pin.name) == canonicalize_name(name)
        and (pin.marker is None or pin.marker.evaluate(world))
    ]
    assert len(found) == 1, f"{name} on Python {python}: {found}"
    return found[0]


def test_pins_are_exact_versions_without_addresses(pins):
    assert all(pin.url is None and re.fullmatch(r"==[\w.+!]+", str(pin.specifier)) for pin in pins)


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_declared_dependency_is_pinned_once_on_every_python(pyproject, pins, python):
    groups = pyproject["dependency-groups"]
    for line in [*pyproject["project"]["dependencies"], *groups["test"], *groups["lint"], *groups["docs"]]:
        pinned_version(pins, Requirement(line).name, python)


@pytest.mark.parametrize(("python", "mesa"), [("3.11", "==3.3.1"), ("3.12", "==3.5.1"), ("3.13", "==3.5.1")])
def test_mesa_differs_between_pythons_as_tested(pins, python, mesa):
    assert pinned_version(pins, "mesa", python) == mesa


def test_core_dependencies_here_are_the_pinned_ones(pyproject, pins):
    python = "{}.{}".format(*sys.version_info)
    for line in pyproject["project"]["dependencies"]:
        name = Requirement(line).name
        assert f"=={version(name)}" == pinned_version(pins, name, python)


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def uv():
    found = os.environ.get("UV") or shutil.which("uv")
    assert found, "uv builds the package: pip install uv"
    return found


@pytest.fixture(scope="module")
def wheel(uv, tmp_path_factory):
    """The wheel, built from the source distribution as a package index would."""
    out = tmp_path_factory.mktemp("dist")
    run(uv, "build", "--quiet", "--out-dir", out, CHECKOUT)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(uv, wheel, pyproject, tmp_path_factory):
    """A clean environment that holds the wheel and its dependencies, and knows nothing of the checkout."""
    folder = tmp_path_factory.mktemp("clean")
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pyproject["tool"]["uv"]["constraint-dependencies"]), encoding="utf-8")
    run(uv, "venv", "--quiet", "--no-project", "--python", sys.executable, folder / "venv")
    python = folder / "venv" / COMMANDS / "python"
    run(uv, "pip", "install", "--quiet", "--python", python, "--constraint", constraints, wheel, cwd=folder)
    return python.parent


@pytest.fixture
def gapsim(installed, tmp_path, tmp_path_factory):
    """Runs the installed command from an empty folder."""
    foreign = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "NUMBA_CACHE_DIR"}
    world = {key: value for key, value in os.environ.items() if key not in foreign}
    world["NUMBA_CACHE_DIR"] = str(tmp_path_factory.mktemp("compiled"))
    return lambda *words, command="gapsim": run(installed / command, *words, cwd=tmp_path, env=world)


@pytest.mark.slow
def test_wheel_holds_data_scenarios_and_experiments_and_no_tests(wheel):
    names = ZipFile(wheel).namelist()
    shipped = [
        path for folder in ("scenarios", "experiments", "decks") for path in (CHECKOUT / folder).rglob("*.*")
    ]
    for path in shipped:
        assert f"sim/shipped/{path.relative_to(CHECKOUT).as_posix()}" in names
    data = [path for path in (CHECKOUT / "sim" / "data").rglob("*") if path.is_file()]
    assert len({path.parent for path in data}) > 1
    for path in data:
        assert path.relative_to(CHECKOUT).as_posix() in names
    for path in [
        *(CHECKOUT / "sim" / "live" / "languages").glob("*.json"),
        *(CHECKOUT / "sim" / "live" / "page").iterdir(),
        *(CHECKOUT / "sim" / "reporting" / "assets").iterdir(),
        *(CHECKOUT / "sim" / "reporting" / "templates").rglob("*.j2"),
        *(CHECKOUT / "sim" / "live" / "templates").iterdir(),
    ]:
        assert path.relative_to(CHECKOUT).as_posix() in names
    assert not [name for name in names if not name.startswith(("sim/", "gapsim-"))]


@pytest.mark.slow
def test_installed_command_knows_its_scenarios_and_settings(gapsim):
    assert str(CHECKOUT) not in gapsim("-c", "import sim; print(sim.__file__)", command="python")
    listed = gapsim("list")
    assert all(path.stem in listed for path in (CHECKOUT / "scenarios").glob("*.yaml"))
    assert "agenda" in gapsim("config", "hierarchy")


@pytest.mark.slow
def test_installed_command_compares_and_writes_only_into_the_folder_it_runs_in(gapsim, tmp_path):
    answer = json.loads(gapsim("compare", "--replications", "2", "--json"))
    assert set(answer["scenarios"]) == {"hierarchy", "distributed"}
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
    (written,) = (tmp_path / "results").iterdir()
    files = {path.name for path in written.iterdir()}
    assert {"report.html", "runs.parquet", "councils.parquet", "metadata.json"} <= files
