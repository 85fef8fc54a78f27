"""Commands, arguments and options, as `--help` names them; its sentences may change."""

from __future__ import annotations

import re

import pytest
from contract import command, hold

FAMILY = "help"
COMMANDS = (
    "cases", "compare", "config", "explain", "export", "fit", "list", "live", "merge", "replay", "report", "run",
    "status", "sweep", "verify",
)  # fmt: skip


def named(text):
    """What a page of help names: how the command is written, its options with what they take, its commands."""
    found, heading = {}, ""
    usage, _, rest = text.partition("\n\n")
    # Long ones are broken at a space or after a hyphen.
    found["usage"] = " ".join(re.sub(r"-\n\s+", "-", usage).split()).removeprefix("Usage: ")
    for line in rest.splitlines():
        if not line.startswith(" "):
            # A blank line ends a list; what stands below the last one are sentences.
            heading = line
        entry = re.match(r"  (\S.*?)(?:  |$)", line)
        if entry and heading == "Options:":
            option = re.fullmatch(r"(-[^ ,]+(?:(?:, | / )-\S+)*)(?: (\S+))?", entry[1])
            assert option is not None, line
            found[option[1]] = option[2] or "nothing"
        elif entry and heading == "Commands:":
            found[entry[1].split()[0]] = "command"
    return found


def test_help_of_gapsim(tmp_path):
    answer = command(tmp_path, "--help")
    assert answer.code == 0
    hold(FAMILY, "gapsim", named(answer.out))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of(tmp_path, name):
    answer = command(tmp_path, name, "--help")
    assert answer.code == 0, answer.err
    hold(FAMILY, name, named(answer.out))
    assert command(tmp_path, name, "-h").out == answer.out
