"""Every command and every block of code in the README and the documentation does what the page says.

Commands are run as they stand, but in small worlds: few replications, few users. A block that is not run is followed by a
comment, `<!-- skip-test: REASON -->`, which readers of the page do not see.
"""

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import yaml

import sim
from sim import notebook
from sim.cli import main
from sim.live import session, views

ROOT = Path(__file__).resolve().parents[1]
BESIDE = (
    "README.md", "CONTRIBUTING.md", "scenarios/README.md", "experiments/README.md", "results/README.md", "sim/data/README.md",
    "benchmarks/README.md",
)  # fmt: skip
OWN_TEST = {
    "add_a_mechanism.md": "tests/test_walk.py",
    "tutorials": "tests/test_tutorials.py",
    "reference": "tests/test_reference.py",
}
"""Pages, or folders of pages, that are tried elsewhere."""

PAGES = [
    *(ROOT / name for name in BESIDE),
    *(
        path
        for path in sorted((ROOT / "docs").rglob("*.md"))
        if path.name not in OWN_TEST and path.parent.name not in OWN_TEST
    ),
]
BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
NOT_RUN = re.compile(r"\A\s*<!-- skip-test: \w[^>]{15,} -->")
FILE_NAMED = re.compile(r"`([\w-]+\.yaml)`")
INLINE = re.compile(r"`((?:uv run )?(?:gapsim|pytest|python3?|bash) [^`]+)`")
PLACEHOLDER = re.compile(r"\b[A-Z]{3,}\b|…|<|shared/")
SMALL = ("population.users=64",)
FEW = 2
SERVING = ("live",)
LARGE = ("regime_map", "sensitivity", "sensitivity_screening", "policy_types", "power_by_heterogeneity")
"""Shipped experiments whose runs take minutes: where a page runs one, a small sweep stands in for its results."""


@dataclass
class Block:
    language: str
    text: str
    before: str
    after: str

    @property
    def is_left_out(self):
        return bool(NOT_RUN.match(self.after))


def blocks(page):
    text = page.read_text(encoding="utf-8")
    found = list(BLOCK.finditer(text))
    for n, m in enumerate(found):
        start = found[n - 1].end() if n else 0
        inside = "\n".join(line.removeprefix(m["indent"]) for line in m["text"].splitlines()) + "\n"
        yield Block(m["language"], inside, text[start : m.start()], text[m.end() :])


def commands(block):
    """The commands of a block, a list of words each; what follows `#`, or in a list three spaces, is said of them."""
    for line in block.text.replace("\\\n", " ").splitlines():
        bare = line if block.language else line.split("   ")[0]
        for part in bare.split(" && "):
            words = shlex.split(part, comments=True)
            if words:
                yield words[: words.index(">")] if ">" in words else words


def small(words):
    """A command in a small world: what is asked stays, how much of it does not."""
    command, *rest = words
    if command in ("compare", "run", "sweep", "cases"):
        if "--replications" in rest:
            place = rest.index("--replications")
            del rest[place : place + 2]
        if command != "run":
            rest += ["--replications", str(FEW)]
        if command in ("compare", "run", "sweep") and not any(
            w.startswith("population.users=") for w in rest
        ):
            rest += SMALL
        if command == "sweep" and "--dry-run" not in rest:
            rest += ["--engine", "serial"]
    if command == "verify":
        rest += ["--replications", "4"]
    return [command, *rest]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An empty folder to work in, from which the documentation can be seen."""
    for name in ("docs", "scenarios", "experiments"):
        (tmp_path / name).symlink_to(ROOT / name, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(words):
    """Run a command that must succeed."""
    code = main.execute(words)
    assert code == 0, f"gapsim {shlex.join(words)} gave {code}"


def carried_out(words):
    """Carry out one command of a page, or check that what it names is there."""
    if words[:2] == ["pip", "install"]:
        return
    if words[:2] == ["uv", "run"]:
        words = words[4:] if words[2] == "--group" else words[2:]
    if words[0] == "python" and words[1] == "-m":
        subprocess.run([sys.executable, *words[1:]], check=True, capture_output=True, cwd=ROOT)
        return
    if words[0] in ("python", "python3"):
        assert (ROOT / words[1]).is_file(), words
        return
    if words[0] == "pytest":
        assert all((ROOT / name).is_file() for name in words[1:] if not name.startswith("-")), words
        return
    assert words[0] == "gapsim", f"what is to be done with {words}?"
    words = words[1:]
    assert words[0] not in SERVING, "a command that serves until it is stopped must say that it is not run"
    if words[0] == "sweep" and words[1] in LARGE:
        if "--dry-run" in words:
            told(words)
            return
        told(small(["sweep", "hierarchy", "distributed", "work.load=1,2", "--out", f"results/{words[1]}"]))
        return
    told(small(words))


QUICK = ("CONTRIBUTING.md", "docs/recipes/another_place.md")
"""Pages that are tried at every turn; the others by the continuous integration."""


def page_name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(p, marks=() if page_name(p) in QUICK or p.parent.name == "guides" else pytest.mark.slow)
        for p in PAGES
    ],
    ids=page_name,
)
def test_what_a_page_tells_to_do_can_be_done(page, desk, monkeypatch, capsys):
    monkeypatch.setattr(notebook, "REPLICATIONS", FEW)
    monkeypatch.setattr(sim, "compare", partial(_few, notebook.compare))
    monkeypatch.setattr(sim, "sweep", partial(_few, notebook.sweep, engine="serial"))
    for block in blocks(page):
        if block.is_left_out:
            continue
        if block.language == "yaml" and (named := FILE_NAMED.findall(block.before)):
            (desk / named[-1]).write_text(block.text, encoding="utf-8")
            if page.name == "add_a_deck_step.md":
                session.read(Path(named[-1]), views.available())
        elif block.language == "python":
            exec(compile(block.text, f"{page.name}", "exec"), {"__name__": "page"})
        elif block.language == "sh" or (not block.language and block.text.startswith("gapsim ")):
            if page.name == "README.md" and page.parent.name == "experiments":
                continue  # tests/test_experiments.py reads each of them
            for words in commands(block):
                if words[0] == "gapsim" and "mine" in " ".join(words) and page.parent.name == "scenarios":
                    (desk / "mine.yaml").write_text(
                        (ROOT / "scenarios" / "rush.yaml").read_text("utf-8"), "utf-8"
                    )
                carried_out(words)
        elif block.language in ("yaml", "json"):
            assert yaml.safe_load(block.text) is not None
    capsys.readouterr()


def _few(function, *arguments, **options):
    options["replications"] = FEW
    given = any(str(argument).startswith("population.users=") for argument in arguments)
    return function(*arguments, *(() if given else SMALL), **options)


def test_commands_in_sentences_are_ones_that_exist(desk, capsys):
    known = set(main.gapsim.commands)
    for page in [*PAGES, ROOT / "docs" / "recipes" / "add_a_mechanism.md"]:
        text = re.sub(
            r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
        )
        for command in dict.fromkeys(" ".join(found.split()) for found in INLINE.findall(text)):
            words = shlex.split(command)
            words = words[2:] if words[:2] == ["uv", "run"] else words
            if words[0] in ("python", "python3", "bash", "pytest"):
                for name in (word for word in words[1:] if "/" in word):
                    assert (ROOT / name).is_file(), f"{page.name}: {command}"
                continue
            if words[1].startswith("--") or words[1].endswith(":"):
                continue
            assert words[1] in known, f"{page.name}: {command}"
            harmless = words[1] in ("explain", "list", "compare") and len(words) > 2
            if harmless and not PLACEHOLDER.search(command) and "fatigue" not in command:
                told(small(words[1:]))
    capsys.readouterr()


def test_a_block_that_is_not_run_says_why():
    """The mark is a comment right below the block, with the reason."""
    page = ROOT / "CONTRIBUTING.md"
    assert sum(block.is_left_out for block in blocks(page)) >= 3
    assert not NOT_RUN.match("\n\nskip-test: it is long and has no marks.")
    assert not NOT_RUN.match("\n\n<!-- skip-test: -->")
