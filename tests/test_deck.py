"""Decks: what a file of steps may say, and what is said about each way it can be wrong."""

from __future__ import annotations

import re

import pytest
import yaml
from starlette.testclient import TestClient

from sim.cli import main
from sim.errors import InputProblems
from sim.live import serve, session, url, views
from sim.live.access import AccessCode
from sim.live.server import PAGE, Live

STEP = {"title": "Watch", "ask": "What do you expect?", "show": "#a=hierarchy&b=distributed&m=0"}


@pytest.fixture(scope="module")
def known():
    return views.available()


@pytest.fixture
def written(tmp_path, known):
    """Reads a deck from what is written into its file."""

    def read(content):
        path = tmp_path / "mine.yaml"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")
        return session.read(path, known)

    return read


def step(**changed):
    return {"title": "Mine", "steps": [STEP, {**STEP, **changed}]}


def without(field):
    return {"title": "Mine", "steps": [{key: text for key, text in STEP.items() if key != field}]}


WRONG = {
    "no text": (b"\xff\xfe\x00", ["file", "cannot be read", "YAML in UTF-8"]),
    "no YAML": ("title: Mine\nsteps: [", ["file", "is not valid YAML", "line"]),
    "a colon without quotes": ("title: Who: we?\nsteps: []", ["is not valid YAML", "in quotes"]),
    "a field twice": ("title: Mine\ntitle: Yours\nsteps: []", ["is not valid YAML", "title"]),
    "a list": ("- title: Mine\n", ["file", "must be a mapping", "with `title:` and `steps:`"]),
    "no title": ({"steps": [STEP]}, ["mine.yaml: title: must be text of 1 to 80 letters"]),
    "a field that there is not": ({"titel": "x", **step()}, ["titel", "did you mean `title`"]),
    "no steps": ({"title": "Mine"}, ["steps: must be a list of 1 to 60 steps"]),
    "no step": ({"title": "Mine", "steps": []}, ["steps = []: must be a list"]),
    "too many steps": ({"title": "Mine", "steps": [STEP] * 61}, ["1 to 60 steps"]),
    "a step that is text": ({"title": "Mine", "steps": ["watch"]}, ["step 1 of 1: step = 'watch': must be a mapping"]),
    "a step's field that there is not": (step(note="x"), ["step 2 of 2: note", "a step has title, say, ask, show, part"]),
    "a step without title": (without("title"), ["step 1 of 1: title: must be text"]),
    "a step without question": (without("ask"), ["step 1 of 1: ask: must be text"]),
    "a step that shows nothing": (without("show"), ["step 1 of 1: show: must be an address", "as *Copy link* gives it"]),
    "an address taken for a comment": ("title: Mine\nsteps:\n- ask: q?\n  show: #a=rush\n", ["show = null", "in quotes"]),
    "yes for a question": (step(ask=True), ["step 2 of 2: ask = True", "in quotes"]),
    "notes that are empty": (step(say=" "), ["step 2 of 2: say = ''", "of 1 to 600 letters"]),
    "a question that no room reads": (step(ask="why " * 61), ["ask = 'why why", "of 1 to 240 letters"]),
    "a title that no room reads": (step(title="x" * 81), ["step 2 of 2: title", "of 1 to 80 letters"]),
    "notes that are too long": (step(say="x" * 601), ["step 2 of 2: say", "of 1 to 600 letters"]),
    "a part that there is not": (step(part="loses"), ["part = 'loses'", "did you mean `losses`"]),
    "an address that is none": (step(show="hierarchy"), ["show = 'hierarchy': must be an address"]),
    "a scenario that there is not": (step(show="#a=hierachy"), ["side 1: scenario = 'hierachy'", "did you mean `hierarchy`"]),
    "a key that there is not": (step(show="#b.work.lod=2"), ["step 2 of 2, side 2: work.lod", "did you mean `work.load`"]),
    "a value out of range": (step(show="#a.work.load=99"), ["side 1: work.load = 99", "from 0.0 to 10.0"]),
    "a value that is none": (step(show="#a.work.load="), ["side 1: work.load"]),
    "a move that cannot be": (step(show="#a@36.population.users=99"), ["side 1: moves[0]"]),
    "a row that does not sum": (step(show="#a.power.agenda=centre:1,authorities:1,third_sector:0,users:0"), ["must sum to 1"]),
    "a part of an address that there is not": (step(show="#a=rush&sead=1"), ["sead = 1", "did you mean `seed`"]),
    "a part without value": (step(show="#a=rush&m"), ["m: is not written as KEY=VALUE"]),
    "the same twice": (step(show="#a=rush&a=crisis"), ["a = crisis: is given twice"]),
    "a seed that there is not": (step(show="#a=rush&seed=-1"), ["step 2 of 2, view: seed = -1"]),
    "a month beyond the run": (step(show="#a=rush&m=121"), ["m = 121: must be a month of the run", "0 to 120"]),
    "a month that is none": (step(show="#a=rush&m=soon"), ["m = soon: must be a month"]),
    "a council that there is not": (step(show="#a=rush&place=Glasgow"), ["place = Glasgow", "did you mean `Glasgow City`"]),
    "what another room said": (step(show="#a=rush&votes=1.2.3"), ["votes = 1.2.3: is an answer of an earlier audience"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_deck_is_said(written, case):
    content, words = WRONG[case]
    with pytest.raises(InputProblems) as refused:
        written(content)
    for word in ("mine.yaml", *words):
        assert word in str(refused.value)


def test_all_problems_of_a_deck_are_said_together(written):
    first = {**STEP, "part": "x", "show": "#a=hierachy&b.work.load=99&m=x"}
    with pytest.raises(InputProblems) as refused:
        written({"title": "", "steps": [first, {**STEP, "ask": 3}]})
    assert [p.key for p in refused.value.problems] == ["title", "part", "scenario", "work.load", "ask"]


def test_letters_are_counted_without_line_breaks_and_repeated_spaces(written):
    read = written(step(ask="why?" + " \n" * 200 + "x" * 235))
    assert len(read.steps[1].ask) == 240


def test_a_step_shows_what_its_address_names_and_says_which_step_it_is(written):
    link = "http://127.0.0.1:8123/#a=rush&a@36.mechanisms.pace=0.9@S12000049&b=crisis&seed=7&r=2&m=48&step=9"
    read = written(
        {"title": "Mine", "steps": [STEP, {**STEP, "show": link, "say": "Two\n  lines", "part": "losses"}]}
    )
    assert read.steps[0].part == "twin"
    assert read.steps[0].say == ""
    assert read.steps[1] == session.Step(
        title="Watch",
        ask="What do you expect?",
        say="Two lines",
        show="a=rush&a@36.mechanisms.pace=0.9@S12000049&b=crisis&seed=7&r=2&m=48&step=2",
        part="losses",
    )


def test_an_address_is_read_as_a_view():
    view, look, problems = url.read(
        "#a=rush&a.work.load=1.50&a.work.form=minimum&b.population.places=null&b@36.power.agenda="
        "centre:1,authorities:0,third_sector:.5,users:x@S12000049+S12000033&seed=7&m=48&place=Na%20h-Eileanan%20Siar",
        "here",
    )
    assert not problems
    assert view == {
        "sides": [
            {"scenario": "rush", "set": {"work.load": 1.5, "work.form": "minimum"}, "moves": []},
            {
                "scenario": "distributed",
                "set": {"population.places": None},
                "moves": [
                    {
                        "month": 36,
                        "key": "power.agenda",
                        "value": {"centre": 1, "authorities": 0, "third_sector": 0.5, "users": "x"},
                        "places": ["S12000049", "S12000033"],
                    }
                ],
            },
        ],
        "seed": 7,
    }
    assert look == {"m": "48", "place": "Na h-Eileanan Siar"}


@pytest.mark.parametrize("name", session.available())
def test_a_shipped_deck_holds_and_lets_the_room_say_neither(name, known):
    read = session.read(session.find(name), known)
    assert 5 <= len(read.steps) <= 8
    assert read.steps[0].part == "predict"
    assert "m=0" in read.steps[0].show
    asked = " ".join(step.ask for step in read.steps)
    assert "about the same" in asked
    assert "neither" in read.steps[-1].ask
    # A figure in a deck would be a promise that the next version of the model breaks.
    assert not re.search(r"\d+(\.\d+)? (%|points)", asked + " ".join(step.say for step in read.steps))


def test_the_parts_of_a_deck_are_those_of_the_navigation():
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    assert tuple(re.findall(r'<a href="#[\w-]+" data-say="nav\.(\w+)"', html)) == session.PARTS


def test_a_deck_goes_with_the_declarations_and_only_to_those_let_in(written, known):
    played = written(step())
    plain = TestClient(Live(known).application(), base_url="http://127.0.0.1:8123")
    assert plain.get("/api/declarations").json()["deck"] is None
    client = TestClient(Live(known, None, played).application(), base_url="http://127.0.0.1:8123")
    received = client.get("/api/declarations").json()["deck"]
    assert received["title"] == "Mine"
    assert [each["show"][-6:] for each in received["steps"]] == ["step=1", "step=2"]
    guarded = TestClient(Live(known, AccessCode(), played).application(), base_url="http://127.0.0.1:8123")
    assert guarded.get("/api/declarations").status_code == 401


def test_a_deck_that_cannot_be_played_is_said_before_anything_is_served(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(serve, "_bound", lambda *_: pytest.fail("an address was bound"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("title: Mine\nsteps: []\n", encoding="utf-8")
    for name, said in (
        ("mine.yaml", "mine.yaml: steps = []: must be a list"),
        ("yours.yaml", "--deck = 'yours.yaml': there is no such file; shipped decks are"),
        ("leader", "did you mean `leaders`?"),
        ("", "--deck = '': there is no such file"),
    ):
        assert main.execute(["live", "--deck", name]) == 2
        assert said in capsys.readouterr().err
