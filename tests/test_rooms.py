"""The maps at the doors of the house: who looks for something finds the room it is in."""

import re
from pathlib import Path

import pytest

import sim

HOUSE = Path(sim.__file__).parent
MAPPED = ("", "experiments", "fitting", "live", "sweep_analysis", "sweep_report", "sweeping")


@pytest.mark.parametrize("floor", MAPPED, ids=lambda name: name or "sim")
def test_a_map_names_every_room_and_no_other(floor):
    door = HOUSE / floor / "__init__.py"
    named = set(re.findall(r"`(\w+)`", door.read_text(encoding="utf-8").split('"""')[1]))
    rooms = {path.stem for path in door.parent.glob("*.py")} - {"__init__"}
    rooms |= {path.parent.name for path in door.parent.glob("*/__init__.py")}
    assert named == rooms
