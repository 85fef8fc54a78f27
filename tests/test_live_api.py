"""The live view's answers: equal to the model's own, the same before a move, and what can be taken away equals them."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import subprocess
import sys

import numpy as np
import pytest
from pyarrow import parquet
from starlette.testclient import TestClient

from sim.cli import main
from sim.errors import InputProblems
from sim.live import access, downloads, narrative, playback, responses, single_file, views
from sim.live.server import PAGE, Live
from sim.model import outcomes
from sim.model.decision_rights import DISTRIBUTED
from sim.model.parameters import Parameters
from sim.model.schedule import begin, simulate
from sim.model.state import CAUSES, STAGES, Stage
from sim.runner import compare
from sim.scenarios import scenario_files
from sim.scenarios.compose import compose, compose_file
from sim.scenarios.overrides import Overrides, read

ADDRESS = "http://127.0.0.1:8123"
ALL_TO_THE_CENTRE = {"centre": 1.0, "authorities": 0.0, "third_sector": 0.0, "users": 0.0}
PACE = {"month": 36, "key": "mechanisms.pace", "value": 1.0}


@pytest.fixture(scope="module")
def known():
    return views.available()


@pytest.fixture(scope="module")
def client(known):
    return TestClient(Live(known).application(), base_url=ADDRESS)


def twin(a=None, b=None, **more):
    return {
        "sides": [{"scenario": "hierarchy", **(a or {})}, {"scenario": "distributed", **(b or {})}],
        **more,
    }


def asked(client, view, address="run", **more):
    answer = client.post(f"/api/{address}", json={**view, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def written(value):
    """A value as one writes it on the command line."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{written(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value)


# A view and the command line mean the same

SETTINGS = {
    "nothing": {},
    "a number": {"work.load": 1.5},
    "a whole number for a share": {"work.load": 2},
    "a choice": {"work.form": "minimum", "population.mixing": "complete"},
    "a position": {"power.distribution": 0.3},
    "no position": {"power.distribution": None},
    "a row": {"power.agenda": ALL_TO_THE_CENTRE},
    "a position and a row": {"power.distribution": 0.3, "power.agenda": ALL_TO_THE_CENTRE},
    "a row equal to the default": {
        "power.distribution": 1.0,
        "power.design": Parameters().power.design.model_dump(),
    },
    "a group": {"work": {"load": 2.0, "top_speed": 1.1}},
    "no mechanisms": {"mechanisms": "none"},
    "one mechanism alone": {"mechanisms": "none", "mechanisms.pace": 0.7},
    "some mechanisms": {"mechanisms": {"pace": 0.2, "blame": 0}},
}


@pytest.mark.parametrize("given", SETTINGS.values(), ids=SETTINGS)
def test_a_view_composes_to_what_the_command_line_composes_to(known, given):
    names = ["hierarchy", "baseline", "citizen_led", "concordat", "crisis", "fail_fast"]
    composed = compose(names, [f"{key}={written(value)}" for key, value in given.items()])
    for scenario in composed:
        view = views.read({"sides": [{"scenario": scenario.name, "set": given}]}, known)
        assert view.sides[0].composed == scenario


def test_every_scenario_composes_alike_with_and_without_hydra(known):
    for scenario in compose(list(known)):
        assert compose_file(known[scenario.name], Overrides()) == scenario


def test_moves_come_after_the_dated_changes_of_the_scenario(known):
    moves = [
        PACE,
        {"month": 12, "key": "power.agenda", "value": ALL_TO_THE_CENTRE, "places": ["Fife", "Highland"]},
    ]
    for name in ("hierarchy", "crisis"):
        own = views.moves_of(compose_file(known[name], Overrides()).parameters)
        said = compose([name], [f"interventions={written([*own, *moves])}"])[0]
        view = views.read({"sides": [{"scenario": name, "moves": moves}]}, known)
        assert view.sides[0].composed == said
        assert len(own) == (1 if name == "crisis" else 0)


WRONG_SETTINGS = {
    "unknown key": {"work.lod": 1.0},
    "out of range": {"work.load": 11, "design.hours": -1},
    "text for a number": {"work.load": "1.5"},
    "truth for a number": {"work.load": True},
    "unknown choice": {"work.form": "sum"},
    "a row that does not sum to 1": {"power.agenda": {"centre": 0.9, "authorities": 0.9}},
    "a row with a stranger": {"power.agenda": {"centre": 1.0, "council": 0.0}},
    "a number for a group": {"work": 3},
    "a list": {"work.load": [1, 2]},
}


@pytest.mark.parametrize("given", WRONG_SETTINGS.values(), ids=WRONG_SETTINGS)
def test_what_the_command_line_refuses_a_view_refuses_in_the_same_words(known, given):
    with pytest.raises(InputProblems) as by_command:
        compose(["distributed"], [f"{key}={written(value)}" for key, value in given.items()])
    with pytest.raises(InputProblems) as by_view:
        views.read({"sides": [{"scenario": "distributed", "set": given}]}, known)
    assert [(p.key, p.wrong, p.value, p.nearest) for p in by_view.value.problems] == [
        (p.key, p.wrong, p.value, p.nearest) for p in by_command.value.problems
    ]


def test_all_that_is_wrong_with_a_view_is_told_at_once(client):
    moves = [
        {"month": 500, "key": "mechanisms.pace", "value": 0.5},
        {"month": 1, "key": "work.lod", "value": 1},
    ]
    wrong = twin(
        {"scenario": "hierarchi", "set": {"work.load": 99}},
        {"scenario": "crisis", "moves": moves, "colour": "red"},
        seed=-1,
        zeal=3,
    )
    answer = client.post("/api/run", json=wrong)
    assert answer.status_code == 400
    answer = answer.json()["problems"]
    assert all(set(each) == {"where", "key", "value", "wrong", "nearest"} for each in answer)
    found = {(each["where"], each["key"].partition(" ")[0], each["nearest"]) for each in answer}
    assert found == {
        ("view", "zeal", None),
        ("view", "seed", None),
        ("side 1", "scenario", "hierarchy"),
        ("side 1", "work.load", None),
        ("side 2", "colour", None),
        ("side 2", "moves[0]", None),
        ("side 2", "moves[1]", None),
    }


# Numbers are the model's


def test_series_and_outcomes_are_those_of_a_plain_run(client, known):
    view = twin({"set": {"work.load": 1.5}}, {"moves": [PACE]}, seed=7, replication=3)
    answer = asked(client, view)
    for side, recording in zip(answer["sides"], views.read(view, known).sides, strict=True):
        run = simulate(recording.composed.parameters, 7, 3)
        for name, column in outcomes.series(run).items():
            np.testing.assert_allclose(np.array(side["series"][name], float), column, rtol=1e-4, atol=1e-12)
        for name, value in outcomes.summary(run).items():
            np.testing.assert_allclose(np.float64(side["summary"][name]), value, rtol=1e-4)
        councils = outcomes.councils(run)
        for name in ("gap", "will", "ability", "capacity"):
            np.testing.assert_allclose(side["places"][name][-1], councils[name], atol=0.0006)
        assert side["series"]["gap"][-1] == side["summary"]["gap"]
    assert answer["sides"][0]["resolved"]["work.load"] == 1.5
    assert answer["sides"][1]["moves"] == [PACE]


def test_every_change_has_its_stage_in_every_council_and_month(known):
    view = views.read(twin({"set": {"changes.arriving": 9}}, {}, seed=5), known)
    parameters = view.sides[0].composed.parameters
    stream = responses.run(view)["sides"][0]["stream"]
    run = begin(parameters, 5, 0)
    assert len(stream) == 13
    assert [one["announced"] for one in stream] == run.state.changes.arrival.tolist()
    for month in range(parameters.population.months):
        run.advance(1)
        for one, stages in zip(stream, run.state.cells.stage.T, strict=True):
            if month >= one["first"]:
                digits = one["stages"][(month - one["first"]) * 32 :][:32]
                assert digits == "".join(map(str, stages))
    assert all(len(one["stages"]) == 32 * (120 - one["first"]) for one in stream)


def test_what_is_copied_of_each_month_agrees_with_the_journal(known):
    recording = playback.play(compose(["crisis"])[0].parameters, 2026, 0)
    run = simulate(compose(["crisis"])[0].parameters, 2026, 0)
    for mine, plain in zip(recording.run.state.journal, run.state.journal, strict=True):
        assert mine.tobytes() == plain.tobytes(), "recording month by month changes nothing"
    journal, weight = run.state.journal, run.state.places.weight
    assert (recording.stages.sum(axis=1) == journal.stages).all()
    known_months = journal.stages.sum(axis=1) > 0
    np.testing.assert_allclose(
        (recording.real @ weight)[known_months], journal.months.real_coverage[known_months]
    )
    np.testing.assert_allclose(
        (recording.nominal @ weight)[known_months], journal.months.nominal_coverage[known_months]
    )
    np.testing.assert_allclose(recording.places["will"].mean(axis=1), journal.readiness[:, 1, 0])
    np.testing.assert_allclose(recording.places["trust"] @ weight, journal.readiness[:, 3, 0])
    again, before = begin(compose(["crisis"])[0].parameters, 2026, 0), 0.0
    for month in range(60):
        again.advance(1)
        opened = np.clip(again.state.ledger - before, 0.0, None)
        np.testing.assert_allclose(recording.held[month], opened.sum(axis=1), atol=1e-12)
        before = again.state.ledger.copy()


def test_a_place_frame_says_the_usual_stage_and_the_limiting(known):
    recording = playback.play(compose(["hierarchy"])[0].parameters, 2026, 0)
    (stage, share), limiting = playback.usual_stage(recording), playback.limits(recording)
    month, place = 60, 5
    counts = recording.stages[month, place]
    assert counts[stage[month, place]] == counts.max()
    assert share[month, place] == counts.max() / counts.sum()
    assert recording.held[month, place, limiting[month, place]] == recording.held[month, place].max() > 0
    assert set(np.unique(limiting)) <= {playback.NOTHING, *range(len(CAUSES))}
    before_any = recording.stages.sum(axis=2) == 0
    assert (stage[before_any] == playback.NOTHING).all()


def test_the_usual_stage_is_that_of_most_changes_the_more_advanced_of_equals():
    class Counted:
        stages = np.array(
            [[[2, 2, 0, 0, 1, 0], [0, 0, 3, 0, 3, 4], [0, 3, 0, 3, 2, 3], [0] * 5 + [1], [0] * 6]]
        )

    stage, share = playback.usual_stage(Counted)
    assert stage.tolist() == [[Stage.SEE, Stage.ABANDONED, Stage.SHAPE, Stage.ABANDONED, playback.NOTHING]]
    np.testing.assert_allclose(share, [[0.4, 0.4, 3 / 11, 1.0, np.nan]])


def test_the_map_of_stages_agrees_with_the_chart_of_stages(known):
    """Where most changes are rolled out, most tiles say so: the shares of the tiles add up to that of the chart."""
    recording = playback.play(compose(["distributed"])[0].parameters, 2026, 0)
    stage, share = playback.usual_stage(recording)
    rolled_out = stage[-1] == Stage.SHIFT
    assert rolled_out.mean() > 0.9
    on_chart = outcomes.series(recording.run)["stage.shift"][-1]
    assert abs(share[-1][rolled_out].mean() - on_chart) < 0.02


def test_the_spread_is_the_comparison_of_as_many_replications(client):
    answer = asked(client, twin(seed=5), "spread", futures=4)
    compared = compare.compare(compose(["hierarchy", "distributed"]), 4, 5)
    gaps = [scenario.series["gap"] for scenario in compared.scenarios]
    for side, gap in zip(answer["sides"], gaps, strict=True):
        np.testing.assert_allclose(np.array(side["gap"], float), gap, rtol=1e-4)
    ends = [answer["paired"]["band"][end][-1] for end in ("mean", "low", "high")]
    from sim.analysis.comparison import difference

    expected = difference(*compared.scenarios, "gap")
    np.testing.assert_allclose(ends, (expected.mean, expected.low, expected.high), rtol=1e-4)


def test_sides_of_unlike_length_have_no_paired_band(client):
    view = twin({"set": {"population.months": 60}})
    assert "paired" not in asked(client, view, "spread", futures=2)
    answer = asked(client, view)
    assert [side["months"] for side in answer["sides"]] == [60, 120]
    assert len(answer["sentences"]) == 120


def test_rounding_gives_what_is_written_and_read_again():
    draws = np.random.default_rng(1)
    values = draws.normal(size=40_000) * 10.0 ** draws.integers(-30, 30, 40_000)
    awkward = [0.0, -0.0, 0.5, 1.0, 9.99995, 99999.5, 1.00005, 2.5e-5, 123456.5, 1e-300, 1e300, 1 / 3]
    halves = (draws.integers(10_000, 100_000, 20_000) + 0.5) / 10.0 ** draws.integers(1, 15, 20_000)
    values = np.concatenate([values, halves, awkward, -np.array(awkward)])
    assert playback.rounded(values) == [float(f"{value:.5g}") for value in values.tolist()]
    assert playback.rounded(np.array([[np.nan, np.inf], [-np.inf, 1.0]])) == [[None, None], [None, 1.0]]


def test_a_side_has_the_same_result_in_every_view(known):
    plain, moved = {"scenario": "hierarchy"}, {"scenario": "hierarchy", "moves": [PACE]}
    responses._simulated.cache_clear()
    first = responses.run(views.read({"sides": [plain, moved]}, known))
    recording = responses._simulated.cache_info().misses
    swapped = responses.run(views.read({"sides": [moved, plain]}, known))
    assert responses._simulated.cache_info().misses == recording == 2
    assert swapped["sides"] == first["sides"][::-1]
    other = responses.run(views.read({"sides": [plain, moved], "replication": 1}, known))
    assert other["sides"][0]["series"] != first["sides"][0]["series"]
    set_to_the_default = {"scenario": "hierarchy", "set": {"work.load": Parameters().work.load}}
    named = responses.run(views.read({"sides": [set_to_the_default]}, known))["sides"][0]
    assert (named["changed"], first["sides"][0]["changed"]) == (0, None)
    responses._simulated.cache_clear()
    assert responses.run(views.read({"sides": [plain, moved]}, known)) == first


# A move changes nothing before it


@pytest.mark.parametrize("month", [0, 1, 36, 119])
def test_all_before_a_move_is_byte_for_byte_the_same(known, month):
    move = {"month": month, "key": "power.distribution", "value": 1.0}
    without, moved = (
        responses.run(views.read({"sides": [{"scenario": "hierarchy", "moves": moves}]}, known))
        for moves in ([], [move])
    )
    one, other = (json.dumps(_until(answer, month)) for answer in (without, moved))
    assert one == other
    last = [json.dumps(_until(answer, 120)) for answer in (without, moved)]
    assert last[0] != last[1]
    assert next(line for line in moved["sides"][0]["story"] if line["kind"] == "move")["month"] == month + 1


def _until(answer, month):
    side = answer["sides"][0]
    return {
        "series": {name: column[:month] for name, column in side["series"].items()},
        "places": {name: column[:month] for name, column in side["places"].items()},
        "story": [line for line in side["story"] if line["month"] <= month],
        "sentences": answer["sentences"][:month],
    }


# Story and sentences


def test_a_story_has_a_handful_of_lines_a_month_each_about_places_there_are(known):
    kinds = set()
    hard_to_pass = read(["reference.clearance_chance=0.4", "reference.clearance_tries=3"])
    for name, asked in (
        ("hierarchy", hard_to_pass), ("concordat", Overrides()), ("crisis", Overrides()), ("layering", Overrides()),
    ):  # fmt: skip
        lines = narrative.events(playback.play(compose_file(known[name], asked).parameters, 2026, 0))
        months = [line["month"] for line in lines]
        assert months == sorted(months)
        assert max(months.count(month) for month in months) <= narrative.MOST_A_MONTH
        assert 20 < len(lines) < 2 * 120  # less than two a month
        for line in lines:
            assert 1 <= line["month"] <= 120
            assert line["text"][:1].isupper() or line["text"][:1].isdigit(), line
            assert "{" not in line["text"], line
            assert len(set(line["places"])) == len(line["places"])
            assert all(0 <= place < 32 for place in line["places"])
            kinds.add(line["kind"])
    assert kinds == set(narrative.KINDS)


def test_a_stall_is_told_of_the_councils_that_stall_with_their_limiting(known):
    recording = playback.play(compose_file(known["hierarchy"], Overrides()).parameters, 2026, 0)
    stalls = [line for line in narrative.events(recording) if line["kind"] == "stall"]
    assert stalls
    for line in stalls:
        window = slice(line["month"] - narrative.WINDOW, line["month"])
        held = recording.held[window][:, line["places"]].sum(axis=0)
        assert (
            held.sum(axis=1) / recording.due[window][:, line["places"]].sum(axis=0) > narrative.MOVING
        ).all()
        (limiting,) = set(held.argmax(axis=1))
        assert line["text"].endswith(f"{narrative.say(f'reason.{CAUSES[limiting]}')}.")


def test_a_moved_row_is_told_with_its_holders_and_its_places(known):
    row = {"month": 9, "key": "power.judged_on", "value": {"reports": 0, "outcomes": 0.75, "learning": 0.25}}
    whole = {"month": 8, "key": "power.agenda", "value": ALL_TO_THE_CENTRE, "places": ["Fife", "S12000017"]}
    view = views.read({"sides": [{"scenario": "hierarchy", "moves": [row, whole]}]}, known)
    lines = [
        line
        for line in narrative.events(playback.play(view.sides[0].composed.parameters, 2026, 0))
        if line["kind"] == "move"
    ]
    assert [line["text"] for line in lines] == [
        "From here on agenda (power) is centre 1, authorities 0, third sector 0, users 0 in Fife and Highland.",
        "From here on judged on (power) is reports 0, outcomes 0.75, learning 0.25.",
    ]
    assert [line["month"] for line in lines] == [9, 10]
    assert [len(line["places"]) for line in lines] == [2, 0]


def test_every_limiting_has_words():
    for cause in CAUSES[: playback.LEDGER]:
        assert narrative.say(f"reason.{cause}")


def test_every_declaration_reaches_the_page(client):
    answer = client.get("/api/declarations").json()
    from sim.model.schema import declarations

    assert {d["key"] for d in answer["parameters"]} == set(declarations()) - set(views.KEPT)
    for d in answer["parameters"]:
        declared = declarations()[d["key"]]
        assert (d["default"], d["unit"], d["live"]) == (declared.default, declared.unit, declared.live)
        assert d["high"] == access.LARGEST.get(d["key"], declared.high)
    assert {s["name"] for s in answer["scenarios"]} == set(scenario_files.available()[0])
    crisis = next(s for s in answer["scenarios"] if s["name"] == "crisis")
    assert [move["until"] for move in crisis["moves"]] == [60]
    assert (
        next(r for r in answer["rights"] if r["row"] == "agenda")["tables"]["distributed"]
        == DISTRIBUTED["agenda"]
    )
    assert [c["name"] for c in answer["causes"]] == list(CAUSES)
    assert [s["name"] for s in answer["stages"]] == list(STAGES)
    assert len({(p["tile_row"], p["tile_col"]) for p in answer["places"]}) == 32


# What can be taken away

TAKEN = twin(
    {
        "scenario": "crisis",
        "set": {"power.distribution": 0.3, "power.agenda": ALL_TO_THE_CENTRE, "mechanisms": "none"},
    },
    {"moves": [{**PACE, "places": ["Fife"]}, {"month": 60, "key": "power.distribution", "value": 0.2}]},
    seed=11,
)


def taken(client, kind, view=TAKEN, **more):
    answer = client.post("/api/download", json={"view": view, "kind": kind, **more})
    assert answer.status_code == 200, answer.text
    name = answer.headers["content-disposition"].partition('filename="')[2].rstrip('"')
    return name, answer.content


def test_the_csv_holds_the_numbers_of_the_page(client):
    answer = asked(client, TAKEN)
    name, content = taken(client, "csv")
    assert name.endswith(f"{answer['fingerprint']}.csv")
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert len(rows) == 240
    for letter, side in zip("ab", answer["sides"], strict=True):
        mine = [row for row in rows if row["side"] == letter]
        assert {(row["scenario"], row["seed"]) for row in mine} == {(side["scenario"], "11")}
        for column, values in side["series"].items():
            assert [float(row[column]) if row[column] else None for row in mine] == values


@pytest.mark.process
def test_the_program_prints_the_csv(client, tmp_path):
    name, content = taken(client, "python", {**TAKEN, "replication": 2})
    (tmp_path / name).write_bytes(content)
    ran = subprocess.run([sys.executable, name], cwd=tmp_path, capture_output=True, timeout=120, check=True)
    assert ran.stdout == taken(client, "csv", {**TAKEN, "replication": 2})[1]


@pytest.mark.parametrize("side", [0, 1])
def test_the_scenario_file_runs_and_leaves_the_same_gap(client, known, tmp_path, monkeypatch, side):
    name, content = taken(client, "yaml", side=side)
    (tmp_path / name).write_bytes(content)
    stem = name.removesuffix(".yaml")
    composed = compose([stem], folders=[tmp_path])[0]
    assert composed.parameters == views.read(TAKEN, known).sides[side].composed.parameters
    monkeypatch.chdir(tmp_path)
    command = content.decode().splitlines()[1].removeprefix("# gapsim ").split()
    assert main.execute([*command, "--out", "there"]) == 0
    gap = parquet.read_table(tmp_path / "there" / "series.parquet").column("gap").to_pylist()[-1]
    assert float(f"{gap:.5g}") == asked(client, TAKEN)["sides"][side]["summary"]["gap"]


@pytest.mark.parametrize("given", SETTINGS.values(), ids=SETTINGS)
def test_a_scenario_file_composes_to_the_side_it_was_made_from(known, tmp_path, given):
    for name in ("baseline", "citizen_led", "concordat"):
        view = views.read({"sides": [{"scenario": name, "set": given}]}, known)
        made = downloads.scenario(view, 0, None)
        (tmp_path / made.name).write_bytes(made.content)
        stem = made.name.removesuffix(".yaml")
        assert compose([stem], folders=[tmp_path])[0].parameters == view.sides[0].composed.parameters


@pytest.mark.parametrize(
    ("more", "key"),
    [({"kind": "exe"}, "kind"), ({"side": 2}, "side"), ({"side": True}, "side"), ({"to": "/"}, "to")],
)
def test_unknown_downloads_are_refused(client, more, key):
    answer = client.post("/api/download", json={"view": TAKEN, "kind": "csv", **more})
    assert answer.status_code == 400
    assert [problem["key"] for problem in answer.json()["problems"]] == [key]


# The page in one file

SMALL_PAGE = {
    "index.html": (
        b'<html><head>\n<link rel="stylesheet" href="page/a.css">\n'
        b'<script type="module" src="page/main.js"></script></head><body></body></html>'
    ),
    "a.css": b"p { color: red }",
    "words.js": b"export const hello = 1;\nexport function say() { return hello; }\nexport async function wait() {}\n",
    "main.js": b'import { say, hello as greeting } from "./words.js";\nconsole.log(say(), greeting);\n',
}


def carried(html):
    """What a page on a stick plays."""
    block = html.partition('id="gapsim-embedded">')[2].partition("</script>")[0]
    return json.loads(gzip.decompress(base64.b64decode(block)))


def test_the_page_in_one_file_asks_for_nothing_and_no_text_can_break_out():
    html = single_file.one_file(SMALL_PAGE, {"text": "</script><script>alert(1)</script><!--"}).decode()
    assert "page/" not in html
    assert html.count("</script>") == 2
    assert "const of_words = (() => {" in html
    assert "const { say, hello: greeting } = of_words;" in html
    assert "default-src 'none'; script-src 'sha256-" in html
    assert carried(html) == {"text": "</script><script>alert(1)</script><!--"}


@pytest.mark.parametrize(
    "module",
    [
        b'import * as all from "./words.js";\n',
        b'import say from "./words.js";\n',
        b"export default 3;\n",
        b"export { a };\n",
        b'const late = await import("./words.js");\n',
        b'import { a } from "./nowhere.js";\n',
        b'import { a } from "./main.js";\n',
        b'const end = "</script>";\n',
    ],
)
def test_a_page_that_cannot_be_joined_is_refused(module):
    with pytest.raises(ValueError, match=r"join|circle|among|early"):
        single_file.one_file({**SMALL_PAGE, "words.js": module}, {})


def test_the_page_that_is_shipped_can_be_taken_away(client):
    name, content = taken(client, "html", twin())
    assert name.endswith(".html")
    longest = {"set": {"population.months": access.LARGEST["population.months"], "population.users": 64}}
    assert len(content) < len(taken(client, "html", twin(longest, longest))[1]) < 1_000_000
    html = content.decode()
    assert "http://" not in html.replace("http://www.w3.org/", "")
    assert "https://" not in html.partition('id="gapsim-embedded"')[0]
    data = carried(html)
    assert data["run"] == asked(client, twin())
    assert data["spread"] == asked(client, twin(), "spread", futures=downloads.FUTURES)
    assert set(data) == {"strings", "declarations", "run", "spread"}
    assert {path.name for path in PAGE.glob("*.js")} - {
        name for name in (path.name for path in PAGE.glob("*.js")) if f"of_{name[:-3]} = (()" in html
    } == set(), "every module is in it"
