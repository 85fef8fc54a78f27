"""Each package says what its files are for, names all of them and no other."""

import re
from pathlib import Path

import pytest

import sim

PACKAGE = Path(sim.__file__).parent
PACKAGES = sorted(path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("__init__.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_names_every_file_and_no_other(package):
    start = PACKAGE / package / "__init__.py"
    named = set(re.findall(r"`(\w+)`", start.read_text(encoding="utf-8").split('"""')[1])) - {"gapsim"}
    files = {path.stem for path in start.parent.glob("*.py")} - {"__init__"}
    files |= {path.parent.name for path in start.parent.glob("*/__init__.py")}
    assert named == files


def test_the_top_of_the_package_stays_readable():
    entries = [path for path in PACKAGE.iterdir() if path.name != "__pycache__"]
    assert len([path for path in entries if path.is_dir()]) <= 11
    assert len([path for path in entries if path.is_file()]) <= 8


def test_no_file_grows_too_long():
    long = {
        str(path): n
        for path in PACKAGE.rglob("*.py")
        if (n := len(path.read_text("utf-8").splitlines())) > 600
    }
    assert not long
