"""Code, pages and screens use the field's words: none of those that only this project used."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GONE = re.compile(
    r"\b(luck|lucky|lived|living|reckon(s|ed|ing)?|shelf|dear|anew|second writing|tells? apart|told apart)\b",
    re.IGNORECASE,
)
ALLOWED = re.compile(
    r"lived experience|people living|not told apart|seconds_living|\"living\"|setting up, living"
)
"""Also names in outputs, which others script against."""
RECORDS = (
    "docs/records/",
    "sim/data/",
    "docs/predictions.md",
    "docs/migration.md",
    "docs/reference/effects.csv",
)
KINDS = (".py", ".md", ".js", ".html", ".json", ".yaml", ".ipynb", ".css")


def pages():
    try:
        listed = subprocess.run(
            ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a checkout")
    for name in listed.split():
        shown = name.startswith(
            ("sim/", "docs/", "README", "CONTRIBUTING", "experiments/", "decks/", "benchmarks/")
        )
        if shown and name.endswith(KINDS) and not name.startswith(RECORDS):
            yield name


def test_words_of_this_project_alone_are_gone():
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name in pages()
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1)
        if GONE.search(ALLOWED.sub("", line))
    ]
    assert not found, "\n".join(found)
