"""Names that people write into commands, files and links: parameters, scenarios, mechanisms, outcomes, earlier keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract import command, hold

import sim
from sim.model.aliases import RENAMED

FAMILY = "names"
HELD = ("type", "enum", "minimum", "maximum", "unit", "role", "live", "national")


def leaves(schema, node, path=()):
    """Every declared parameter of a JSON schema by its key."""
    node = node if "$ref" not in node else {**schema["$defs"][node["$ref"].rpartition("/")[2]], **node}
    if "properties" not in node:
        yield ".".join(path), node
        return
    for name, inner in node["properties"].items():
        yield from leaves(schema, inner, (*path, name))


def declared(node):
    """What is declared of a parameter besides its default and its words, in one line."""
    kinds = node.get("anyOf", [node])
    bounds = {name: part[name] for part in kinds for name in HELD if name in part}
    bounds["type"] = " or ".join(part.get("type", "mapping") for part in kinds)
    about = {**bounds, **{name: node[name] for name in HELD if name in node}}
    return ", ".join(f"{name} {about[name]}" for name in HELD if name in about)


def test_parameters():
    """Key, kind, bounds, unit, role and whether it may change in mid-run."""
    schema = sim.Parameters.model_json_schema()
    hold(FAMILY, "parameters", {key: declared(node) for key, node in leaves(schema, schema)})


def test_dated_changes():
    schema = sim.Parameters.model_json_schema()
    dated = schema["$defs"][schema["properties"]["interventions"]["items"]["$ref"].rpartition("/")[2]]
    found = {
        key: declared(node) if key != "value" else "anything" for key, node in dated["properties"].items()
    }
    hold(FAMILY, "dated changes", {**found, "required": dated["required"]})
    when = schema["$defs"]["When"]
    watched = {key: declared(node) for key, node in when["properties"].items()}
    hold(FAMILY, "what a change may wait for", {**watched, "required": when["required"]})


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    return command(tmp_path_factory.mktemp("listed"), "list", "--json").json


@pytest.mark.parametrize("what", ["scenarios", "experiments", "cases", "mechanisms"])
def test_names(listed, what):
    hold(FAMILY, what, dict.fromkeys((row["name"] for row in listed[what]), "there"))


@pytest.mark.parametrize("what", ["outcomes", "causes", "stages", "activities", "kinds"])
def test_names_of_what_is_told(declarations, what):
    told = [row if isinstance(row, str) else row["name"] for row in declarations[what]]
    hold(FAMILY, what, dict.fromkeys(told, "there"), ordered=True)


def test_rows_of_the_table_of_rights(declarations):
    hold(FAMILY, "rights", {row["row"]: ", ".join(row["columns"]) for row in declarations["rights"]})


def test_earlier_names_of_scenarios(declarations, tmp_path):
    hold(FAMILY, "earlier scenarios", declarations["aliases"])
    for earlier, now in declarations["aliases"].items():
        old, new = (command(tmp_path, "config", name).out for name in (earlier, now))
        assert old == new, earlier


def test_earlier_keys(tmp_path):
    """Each is still taken, as the key that it became."""
    found = {key: f"{now.key}, times {now.factor:g}" for key, now in RENAMED.items()}
    hold(FAMILY, "earlier keys", found)
    usual = command(tmp_path, "config", "--json").json
    for key, now in RENAMED.items():
        group, _, leaf = now.key.partition(".")
        half = usual[group][leaf] / 2
        answer = command(tmp_path, "config", f"{key}={half / now.factor:g}", "--json")
        assert answer.json[group][leaf] == pytest.approx(half), key


def test_everything_that_is_named_is_explained(declarations, listed, tmp_path):
    """`gapsim explain` knows the name under which each thing is written."""
    names = [
        row["name"] for what in ("scenarios", "experiments", "cases", "mechanisms") for row in listed[what]
    ]
    names += [row["name"] for what in ("outcomes", "causes") for row in declarations[what]]
    unknown = [name for name in dict.fromkeys(names) if command(tmp_path, "explain", name).code != 0]
    assert unknown == []


def test_shipped_decks():
    root = Path(sim.__file__).parents[1]
    hold(
        FAMILY, "decks", dict.fromkeys(sorted(path.stem for path in (root / "decks").glob("*.yaml")), "there")
    )
