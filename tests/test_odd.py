"""The full description of the model names all that the model has, and its numbers are those that are declared."""

import ast
import re
from pathlib import Path

import pytest
import yaml

import sim
from sim.model import state
from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, ROWS, STATUS_QUO, columns
from sim.model.geography import DATA
from sim.model.kernels import random
from sim.model.parameters import MECHANISM_NAMES
from sim.model.schema import declarations, reference_magnitudes

ODD = Path(__file__).parents[1] / "docs" / "odd.md"
TABLES = (
    "CHANGES",
    "CALENDAR",
    "PLACES",
    "TIES",
    "BODIES",
    "CENTRE_COLUMNS",
    "HEADS",
    "CELLS",
    "ACCOUNT",
    "MONTHS",
)
PARAMETER_COLUMNS = 6
HEADINGS = (
    "Purpose and patterns", "Entities, state variables and scales", "Process overview and scheduling",
    "Design concepts", "Initialisation", "Input data", "Submodels", "The account of lost benefit", "Outcomes",
    "Interventions", "Measured directions", "Contradictions between model and prediction",
    "Choices where a form was open", "What the model leaves out",
)  # fmt: skip


@pytest.fixture(scope="module")
def odd():
    return ODD.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def quoted(odd):
    return set(re.findall(r"`([^`\n]+)`", odd))


@pytest.fixture(scope="module")
def sections(odd):
    """Text of each mechanism's section, by its name."""
    parts = re.split(r"^### 12\.\d+ `(\w+)`$", odd.partition("\n## 13 ")[0], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def table_rows(text, first):
    """Cells of the rows of tables whose first cell looks like `first`."""
    lines = (line for line in text.splitlines() if re.match(rf"\| {first} \|", line))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("name", MECHANISM_NAMES)
def test_strengths_in_sections_are_the_declared_ones(odd, name):
    declared = declarations()[f"mechanisms.{name}"]
    (said, judged) = re.search(
        rf"Strength `mechanisms\.{name}`, default (\S+)( \(prior \.5\))?, 0 to 1", odd
    ).groups()
    assert float(said) == declared.default
    assert (judged is None) == (declared.default == declared.judged)


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_part_of_the_protocol_has_its_heading(odd, heading):
    assert re.search(rf"^## \d+ {re.escape(heading)}$", odd, flags=re.MULTILINE)


def test_every_declared_parameter_is_named(quoted):
    unnamed = sorted(set(declarations()) - quoted)
    assert not unnamed, f"docs/odd.md does not name {', '.join(unnamed)}"


def test_defaults_in_tables_are_the_declared_ones(odd):
    rows = table_rows(odd, r"`[a-z]+\.\w+`")
    found = {row[0].strip("`"): row[1] for row in rows if len(row) == PARAMETER_COLUMNS}
    shares = {f"power.{row}.{who}" for row in ROWS for who in columns(row)}
    strengths = {f"mechanisms.{name}" for name in MECHANISM_NAMES}
    no_row = sorted(set(declarations()) - set(found) - shares - strengths)
    assert not no_row, f"no table of docs/odd.md has a row for {', '.join(no_row)}"
    for key, shown in found.items():
        default = declarations()[key].default
        expected = (
            "none" if default is None else f"{default:g}" if isinstance(default, float) else str(default)
        )
        assert shown == expected, key


@pytest.mark.parametrize(
    ("name", "rights"), [("status_quo", STATUS_QUO), ("hierarchy", HIERARCHY), ("distributed", DISTRIBUTED)]
)
def test_tables_of_rights_are_the_declared_ones(odd, name, rights):
    shown = [", ".join(f"{rights[row][who]:g}" for who in columns(row)) for row in ROWS]
    assert [f"`{name}`", *shown] in table_rows(odd, f"`{name}`")


def test_every_mechanism_has_its_section_in_their_order(sections):
    assert tuple(sections) == MECHANISM_NAMES


@pytest.mark.parametrize("name", MECHANISM_NAMES)
def test_a_mechanism_says_what_it_scales_what_it_reads_and_what_was_measured(sections, name):
    text = sections[name]
    assert f"`mechanisms.{name}`" in text
    assert all(f"| `{magnitude.key}` |" in text for magnitude in reference_magnitudes(name))
    assert "Table shares read:" in text
    assert re.search(r"Class [DXR]\b.*Measured", text, flags=re.DOTALL)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_state_is_named(quoted, table):
    assert not set(getattr(state, table).names) - quoted


@pytest.mark.parametrize("table", [state.Users, state.Journal])
def test_every_column_of_users_and_journal_is_named(odd, quoted, table):
    named = quoted | set(re.findall(r"\w+", odd))
    assert not set(table._fields) - named


@pytest.mark.parametrize("words", [state.CAUSES, state.STAGES, state.ACTIVITIES])
def test_every_cause_stage_and_activity_is_named(odd, words):
    assert not set(words) - set(re.findall(r"\w+", odd))


def test_every_stream_of_draws_is_named(quoted):
    assert not set(random.STREAMS) - quoted


def test_links_to_files_and_headings_resolve(odd):
    headings = re.findall(r"^#+ (.+)$", odd, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)\s]+)\)", odd):
        path, _, anchor = target.partition("#")
        if path:
            assert (ODD.parent / path).exists(), target
        else:
            assert anchor in anchors, target


def test_the_measured_table_is_that_of_the_written_contrasts(odd):
    written = yaml.safe_load((DATA / "directions.yaml").read_text(encoding="utf-8"))
    part = odd.partition("\n## 13 Measured directions")[2].partition("\n## 14 ")[0]
    rows = [row for row in table_rows(part, "[^|]+")[1:] if not set(row[0]) <= set("-")]
    assert [row[0] for row in rows] == [c.get("label", c["name"]) for c in written["contrasts"]]
    assert [row[4][0] for row in rows] == [c["class"] for c in written["contrasts"]]
    assert [row[1].strip("`") for row in rows] == [c.get("outcome", "gap") for c in written["contrasts"]]
    assert f"Seed {written['seed']}, {written['replications']} paired replications" in part
    assert "gapsim verify directions" in part


ROOT = ODD.parents[1]
WRITTEN = [
    path
    for path in sorted(ROOT.rglob("*.md"))
    if not any(
        part.startswith(".") or part in ("results", "build") for part in path.relative_to(ROOT).parts[:-1]
    )
]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_point_to_nothing_outside_the_project(page):
    """Links lead to files of the project or to the public web, and no path of anybody's machine is written down."""
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "#")):
            continue
        assert not target.startswith(("/", "file:", "http:")), target
        file = (page.parent / target.partition("#")[0]).resolve()
        assert file.is_relative_to(ROOT), target
        # The charts of the reference are drawn when the site is built; tests/test_reference.py says which there are.
        drawn = file.parent == ROOT / "docs" / "reference" / "charts" and file.suffix == ".svg"
        assert drawn or file.exists(), target
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|opt|Users)/", text)
    assert "../" not in re.sub(r"\]\([^)]*\)", "", text)


def test_every_submodel_opens_with_its_rationale(odd):
    parts = re.split(r"^### (8\.\d+) .+$", odd.partition("\n## 9 ")[0], flags=re.MULTILINE)[1:]
    assert parts[::2] == [f"8.{n}" for n in range(1, 12)]
    assert all(text.lstrip().startswith("**Rationale.** ") for text in parts[1::2])


def test_numbers_of_the_generator_are_those_that_it_draws(odd):
    keys = random.stream_keys(1, 0, len(random.STREAMS))
    for stream, where in ((0, (0, 0, 0)), (random.CLEARANCE_TRY, (3, 5, 20))):
        assert f"\\text{{key}}_{{{stream}}}$ = `0x{int(keys[stream]):X}`".replace("_{0}", "_0") in odd
        drawn = random.uniform(keys[stream], *where)
        assert f"\\text{{draw}}[{stream}; {', '.join(map(str, where))}] = {float(drawn)!r}$" in odd
        assert f"${random.normal(keys[stream], *where):.10f}$" in odd


SECTION = re.compile(r"ODD ((?:\d+(?:\.\d+)?(?:, )?)+)")
RULES = [
    (path.stem, node.name, ast.get_docstring(node) or "")
    for path in sorted((Path(sim.__file__).parent / "model" / "submodels").glob("*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name not in ("ratio", "within_bounds")
]
"""Every rule; the two left out are arithmetic, used by many."""


@pytest.mark.parametrize(("file", "name", "text"), RULES, ids=[f"{file}.{name}" for file, name, _ in RULES])
def test_a_rule_names_its_section(odd, file, name, text):
    named = [number for found in SECTION.findall(text) for number in found.strip(", ").split(", ")]
    assert named, f"{file}.{name} names no section of the description"
    headings = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?) ", odd, flags=re.MULTILINE))
    assert set(named) <= headings
