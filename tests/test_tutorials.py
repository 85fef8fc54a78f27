"""The tutorials are whole, and each is the same as text and as notebook. They are run when the site is built."""

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "tutorials"
PAIRED = sorted(FOLDER.glob("[0-9]*.md"))
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REGION = re.compile(r"^<!-- #region -->\n(.*?)^<!-- #endregion -->$", re.MULTILINE | re.DOTALL)
SEVEN = 7


def cells(path, kind):
    return [
        "".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == kind
    ]


def test_there_are_seven():
    assert [path.name[0] for path in PAIRED] == [str(n) for n in range(1, SEVEN + 1)]


@pytest.mark.parametrize("page", PAIRED, ids=lambda path: path.stem)
def test_text_and_notebook_are_the_same(page):
    """Write the older again: uv run --group docs jupytext --sync docs/tutorials/*.md."""
    text = page.read_text(encoding="utf-8").split("\n---\n", 1)[1]
    notebook = page.with_suffix(".ipynb")
    outside = REGION.sub("", text)
    assert cells(notebook, "code") == [found.rstrip("\n") for found in CODE.findall(outside)]
    prose = "\n".join(cells(notebook, "markdown"))
    said = REGION.sub(lambda m: m[1], text)
    said = re.sub(CODE, lambda m: m[0] if m[0] in prose else "", said)
    assert re.sub(r"\s+", " ", prose).strip() == re.sub(r"\s+", " ", said).strip()


@pytest.mark.parametrize("page", PAIRED, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_what_came_out(page):
    for cell in json.loads(page.with_suffix(".ipynb").read_text("utf-8"))["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("page", PAIRED, ids=lambda path: path.stem)
def test_it_opens_with_what_one_will_be_able_to_do_and_ends_with_exercises_and_folded_solutions(page):
    text = page.read_text(encoding="utf-8").split("\n---\n", 1)[1].strip()
    assert re.match(r"# \d .+\n\n\*\*You will be able to\*\* ", text)
    assert re.search(r"\bpredict", text, re.IGNORECASE)
    exercises, solutions = text.partition("## Exercises")[2].split("<!-- #region -->")
    assert re.findall(r"^(\d)\. ", exercises, re.MULTILINE) == ["1", "2", "3"]
    assert re.fullmatch(
        r"\n<details>\n<summary>Solutions</summary>\n.*</details>\n<!-- #endregion -->", solutions, re.DOTALL
    )
    assert re.findall(r"^# (\d): ", solutions, re.MULTILINE) == ["1", "2", "3"]


@pytest.mark.parametrize("page", PAIRED, ids=lambda path: path.stem)
def test_charts_say_how_many_runs_and_which_seed(page):
    code = "\n".join(cells(page.with_suffix(".ipynb"), "code"))
    titles = re.findall(r"(?:update_layout|px\.area)\((.*?)\n\)", code, re.DOTALL)
    assert titles
    assert all(re.search(r"n = .*seed \{SEED\}", title, re.DOTALL) for title in titles)
