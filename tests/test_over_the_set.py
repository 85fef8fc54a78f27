"""The range over the shipped set: when it is known, what is said of it, and that it outweighs one point."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import worlds
import yaml
from synthetic_comparison import comparison, scenario

from sim.analysis import over_set
from sim.analysis.comparison import MEANINGFUL, comparison_json, difference
from sim.analysis.over_set import OUTCOMES, STRUCTURES, NotKnown, OverTheSet, Table
from sim.history.matching.fitted_set import fitted_points
from sim.model import provenance
from sim.reporting.charts.forest import range_over_the_set
from sim.reporting.charts.render import charts, figure
from sim.reporting.comparison_page import report_html
from sim.reporting.comparison_text import at_these_settings, verdict
from sim.scenarios.compose import compose

ROOT = Path(__file__).parents[1]
PAIR = ("hierarchy", "distributed")
POINTS = 200


@pytest.fixture
def script():
    """The script that makes the table, as a module."""
    return worlds.script(ROOT / "docs" / "over_the_set.py")


def table_of(gaps, other=None, **outcomes):
    """A table in which hierarchy leaves so much more gap than distributed at each design point; all else is level."""
    more = {"gap": gaps, **outcomes}
    level = np.full(len(gaps), 0.5)
    means = {
        (outcome, name): level + (np.asarray(more.get(outcome, 0.0)) if name == PAIR[0] else 0.0)
        for outcome in OUTCOMES
        for name in STRUCTURES
    }
    made_by = (other or provenance.model(), other or provenance.rules())
    return Table(*made_by, over_set.fingerprint(), 100, 4, 7, means)


@pytest.fixture
def ship(tmp_path, monkeypatch):
    """Ship a table instead of the one that is there."""

    def shipped(found):
        monkeypatch.setattr(over_set, "TABLE", tmp_path / "over_set.csv")
        over_set.write(over_set.TABLE, found)
        over_set.read.cache_clear()

    yield shipped
    over_set.read.cache_clear()


def compared(gap_a, gap_b, n=100, names=PAIR, overrides=(), **more):
    """Made-up runs of two structures, with the parameters that they ship with."""
    composed = compose([*names], overrides)
    a, b = (
        scenario(one.name, gap, n, seed=k, parameters=one.parameters, **(more if k else {}))
        for k, (one, gap) in enumerate(zip(composed, (gap_a, gap_b), strict=True))
    )
    return comparison(a, b)


def spread(low, high):
    return np.linspace(low, high, POINTS)


# The rule


@pytest.mark.parametrize(
    ("gaps", "at_defaults", "kind", "winner"),
    [
        (spread(0.02, 0.15), (0.6, 0.5), "better", "distributed"),
        (spread(-0.15, -0.02), (0.5, 0.6), "better", "hierarchy"),
        (spread(-0.05, 0.10), (0.6, 0.5), "depends", None),
        # The set says one thing, the defaults another, or nothing.
        (spread(0.02, 0.15), (0.5, 0.6), "depends", None),
        (spread(0.02, 0.15), (0.6, 0.6), "depends", None),
        # The same sign everywhere, but seldom more than what matters.
        (spread(0.001, 0.008), (0.6, 0.5), "depends", None),
        (spread(-0.004, 0.004), (0.6, 0.6), "practically the same", None),
        (spread(-0.02, 0.02), (0.6, 0.6), "depends", None),
        (spread(-0.004, 0.004), (0.6, 0.5), "depends", None),
    ],
)
def test_the_verdict_weighs_the_defaults_and_the_set(ship, gaps, at_defaults, kind, winner):
    ship(table_of(gaps))
    a, b = at_defaults
    # Equal gaps differ by far less than what matters.
    made = (
        compared(np.full(100, a) + 1e-5 * np.arange(100), np.full(100, b), 100) if a == b else compared(a, b)
    )
    said = verdict(made)
    assert (said.kind, said.winner) == (kind, winner), said


@pytest.mark.parametrize(("beyond", "kind"), [(0.90, "better"), (0.89, "depends")])
def test_nine_points_in_ten_are_asked_for(ship, beyond, kind):
    gaps = np.where(
        np.arange(POINTS) < beyond * POINTS,
        MEANINGFUL + 0.001,
        MEANINGFUL - 0.001,
    )
    ship(table_of(gaps))
    assert verdict(compared(0.6, 0.5)).kind == kind


def test_what_speaks_against_a_structure_at_the_defaults_still_does(ship):
    ship(table_of(spread(0.02, 0.15)))
    said = verdict(compared(0.6, 0.5, worst_decile_gap=np.full(100, 0.95)))
    assert said.kind == "depends"
    assert "At the defaults it depends: distributed closes more of the mean gap" in said.headline


def test_one_replication_carries_no_verdict_whatever_the_set_says(ship):
    ship(table_of(spread(0.02, 0.15)))
    said = verdict(compared(0.6, 0.5, 1))
    assert (said.kind, said.winner) == ("unknown", None)
    assert "in favour of distributed" in said.headline
    assert "carries no interval" in said.headline


def test_swapping_the_structures_swaps_no_word_of_the_answer(ship):
    for gaps in (spread(0.02, 0.15), spread(-0.05, 0.10)):
        ship(table_of(gaps))
        one = compared(0.6, 0.5)
        other = replace(one, scenarios=one.scenarios[::-1])
        assert verdict(one).headline == verdict(other).headline


# The text


def test_the_range_comes_first_and_the_defaults_second(ship):
    ship(table_of(spread(0.02, 0.15)))
    said = verdict(compared(0.6, 0.5))
    # The middle 95 % of 2 to 15: 2.325 to 14.675.
    assert said.headline.startswith(
        "Over the 100 sets of parameters that history does not rule out (and the ranges of what history cannot "
        "distinguish), distributed closes more of the gap than hierarchy, by 2.3 to 14.7 percentage points of intended benefit "
        "(mean 8.5; the middle 95 % of 200 design points, 4 replications each). At the defaults it does so by "
    )
    assert re.search(
        r"by \d+\.\d \(95 % interval \d+\.\d to \d+\.\d, 100 paired replications\)\.$", said.headline
    )
    assert "at 100 % of the design points, and hierarchy at 0 %." in said.sentences[0]
    assert said.sentences[1].startswith("At the defaults the gap is ")
    assert said.text.count("one table of rights") == 1
    assert "one point of a map" not in said.text


def test_a_range_that_passes_zero_says_how_far_both_ways(ship):
    ship(table_of(spread(-0.01, 0.15)))
    said = verdict(compared(0.6, 0.5)).headline
    assert (
        "closes more of the gap than hierarchy at 90.5 % of the design points, by 7.0 percentage points"
        in said
    )
    assert (
        "The difference ranges from 0.6 points in favour of hierarchy to 14.6 in favour of distributed"
        in said
    )
    assert "−" not in said


def test_it_depends_with_both_shares_and_both_ends(ship):
    ship(table_of(spread(-0.05, 0.10)))
    said = verdict(compared(0.6, 0.5)).headline
    assert said.startswith("It depends: over the 100 sets of parameters")
    assert (
        "4.6 percentage points of intended benefit in favour of hierarchy to 9.6 in favour of distributed"
        in said
    )
    assert "mean 2.5 in favour of distributed" in said
    assert "distributed closes more by over 0.5 points" in said
    assert "at 63.5 % of the design points, and hierarchy at 30 %" in said
    assert "At the defaults distributed closes more of the gap than hierarchy, by 10." in said


def test_for_whom_it_turns_is_said(ship):
    ship(table_of(spread(0.02, 0.15), worst_decile_gap=spread(-0.05, 0.2)))
    words = " ".join(verdict(compared(0.6, 0.5)).sentences)
    assert (
        "But the gap in the worst-served tenth is smaller in hierarchy, by over 0.5 points, at 18 %" in words
    )
    assert "most deprived fifth" not in words


# When it is known


def test_without_a_table_the_answer_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(over_set, "TABLE", tmp_path / "none.csv")
    made = compared(0.6, 0.5)
    said = verdict(made)
    assert (said.kind, said.winner) == ("better", "distributed")
    assert said.sentences[0] == over_set.NO_TABLE
    assert comparison_json(made)["over_set"] is None
    assert range_over_the_set(made) is None


def test_a_table_of_another_version_or_of_another_set_is_not_read(ship, tmp_path, monkeypatch):
    made = compared(0.6, 0.5)
    for other in (
        table_of(spread(0.1, 0.2), "0" * 16),
        replace(table_of(spread(0.1, 0.2)), fitted_set="f" * 16),
    ):
        ship(other)
        assert over_set.of(made) == NotKnown(over_set.NO_TABLE)
    # Unless the other version is known to be the same model.
    ship(table_of(spread(0.1, 0.2), "0" * 16))
    for now in (provenance.model(), provenance.rules()):
        equal = tmp_path / f"equal_{now}.txt"
        equal.write_text(f"# a comment\n{'0' * 16} {now}  # why\n", encoding="utf-8")
        monkeypatch.setattr(provenance, "EQUAL_MODELS", equal)
        assert isinstance(over_set.of(made), OverTheSet)


def test_another_python_with_another_numpy_reads_the_same_table(ship, monkeypatch):
    ship(table_of(spread(0.1, 0.2)))
    before = provenance.model()
    monkeypatch.setattr(provenance.metadata, "version", lambda name: "9.9")
    assert provenance.model() != before
    assert over_set.table() is not None


@pytest.mark.parametrize(
    ("names", "overrides", "why"),
    [
        (("hierarchy", "rush"), (), over_set.UNCHANGED_ONLY),
        (PAIR, ("work.load=2",), over_set.UNCHANGED_ONLY),
        (PAIR, ("mechanisms=none",), over_set.UNCHANGED_ONLY),
        (PAIR, ("population.users=64",), over_set.UNCHANGED_ONLY),
        (PAIR, (), None),
        (("status_quo", "hierarchy"), (), None),
        (PAIR, ("work.load=1",), None),
    ],
)
def test_the_range_belongs_to_the_structures_as_they_ship(ship, names, overrides, why):
    ship(table_of(spread(0.02, 0.15)))
    made = compared(0.6, 0.5, names=names, overrides=overrides)
    known = over_set.of(made)
    if why is None:
        assert (known.a, known.b) == names
    else:
        assert known == NotKnown(why)
        assert verdict(made).sentences[0] == why
        assert "one point of a map" in verdict(made).text


def test_a_structure_that_somebody_named_alike_is_not_the_shipped_one(ship):
    ship(table_of(spread(0.02, 0.15)))
    made = comparison(scenario("hierarchy", 0.6), scenario("distributed", 0.5, seed=2))
    assert over_set.of(made) == NotKnown(over_set.UNCHANGED_ONLY)


def test_one_scenario_and_three_have_no_range(ship):
    ship(table_of(spread(0.02, 0.15)))
    one, two = compared(0.6, 0.5).scenarios
    assert over_set.of(comparison(one)) == NotKnown("")
    three = comparison(one, two, replace(two, name="devolved"))
    assert verdict(three).sentences[0] == over_set.TWO_ONLY
    assert comparison_json(three)["over_set"] is None


def test_what_the_runs_alone_say_can_be_asked_for(ship):
    ship(table_of(spread(-0.05, 0.10)))
    made = compared(0.6, 0.5)
    assert verdict(made).winner is None
    assert at_these_settings(made).winner == "distributed"


# Numbers, JSON, report


def test_mean_and_range_are_over_design_points(ship):
    ship(table_of(spread(0.0, 0.1)))
    r = over_set.of(compared(0.6, 0.5)).range()
    assert (r.mean, r.low, r.high) == pytest.approx((0.05, 0.0025, 0.0975), abs=1e-5)


def test_a_table_read_is_the_one_written(tmp_path):
    written = table_of(spread(-0.05, 0.1), nominal_gap=spread(0.0, 0.2))
    over_set.write(tmp_path / "t.csv", written)
    again = over_set.read(tmp_path / "t.csv")
    assert replace(again, means={}) == replace(written, means={})
    for key, values in written.means.items():
        assert again.means[key] == pytest.approx(values, abs=1e-5)


def test_json_has_the_range_of_every_outcome(ship):
    ship(table_of(spread(0.02, 0.15)))
    found = json.loads(json.dumps(comparison_json(compared(0.6, 0.5))))["over_set"]
    assert set(found) == {"sets", "paired"}
    assert found["sets"] == 100
    assert [row["outcome"] for row in found["paired"]] == list(OUTCOMES)
    first = found["paired"][0]
    assert first == {
        "a": "hierarchy", "b": "distributed", "outcome": "gap", "mean": pytest.approx(0.085, abs=1e-5),
        "low": pytest.approx(0.02325, abs=1e-5), "high": pytest.approx(0.14675, abs=1e-5),
    }  # fmt: skip


def test_the_report_says_and_draws_the_same(ship):
    ship(table_of(spread(0.02, 0.15)))
    made = compared(0.6, 0.5)
    page = report_html(made)
    (headline,) = re.findall('<p class="headline">(.*?)</p>', page)
    assert html.unescape(headline).replace("\N{NO-BREAK SPACE}", " ") == verdict(made).headline
    assert 'id="over-set-section"' in page
    chart = charts(made)[0]
    figure(chart)
    assert chart.key == "over-set"
    d = difference(*made.scenarios, "gap")
    over, defaults = chart.data
    assert over["x"][0] == pytest.approx(8.5, abs=0.01)
    assert over["error_x"]["arrayminus"][0] == pytest.approx(8.5 - 2.325, abs=0.01)
    assert defaults["x"][0] == pytest.approx(100 * d.mean, abs=0.01)
    assert chart.title.startswith("distributed closes more of the gap by over 0.5 points at 100 %")
    low, high = chart.layout["xaxis"]["range"]
    assert low < 0 < 14.675 < high


def test_one_replication_is_drawn_without_an_interval(ship):
    ship(table_of(spread(0.02, 0.15)))
    chart = range_over_the_set(compared(0.6, 0.5, 1))
    figure(chart)
    assert chart.data[1]["error_x"]["array"] == [None, None, None]


# The command


def test_the_command_prints_the_range_or_why_there_is_none(gapsim, ship):
    ship(table_of(spread(0.02, 0.15)))
    code, out, _ = gapsim("compare", "--replications", 2)
    assert code == 0
    words = " ".join(out.split())
    assert words.startswith("Over the 100 sets of parameters that history does not rule out")
    assert "At the defaults it does so by" in words
    code, out, _ = gapsim("compare", "--replications", 3, "population.users=64", "population.months=24")
    assert code == 0
    assert over_set.UNCHANGED_ONLY in " ".join(out.split())
    code, out, _ = gapsim("compare", "--replications", 2, "--json", "--seed", 4)
    assert code == 0
    assert json.loads(out)["over_set"]["sets"] == 100
    code, out, _ = gapsim(
        "compare", "--replications", 3, "--json", "population.users=64", "population.months=24"
    )
    assert code == 0
    assert json.loads(out)["over_set"] is None


def test_the_shipped_table_is_of_this_version_or_the_command_says_that_there_is_none(gapsim):
    """No failure when a rule moves: then the printed sentence must say so."""
    code, out, _ = gapsim("compare", "--replications", 2)
    assert code == 0
    words, found = " ".join(out.split()), over_set.table()
    if found is None:
        assert over_set.NO_TABLE in words
    else:
        assert f"ver the {found.sets} sets of parameters that history does not rule out" in words
        assert found.sets == len(fitted_points())
        assert all(np.isfinite(values).all() for values in found.means.values())


def test_pages_show_what_the_command_prints(gapsim):
    """Where the table is of this version; a rule that has moved changes the numbers of the pages as well."""
    if over_set.table() is None:
        pytest.skip("the shipped table is of another version of the model")
    printed = gapsim("compare")[1].rstrip()
    whole, begins = (
        re.search(r"```text\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[1].rstrip()
        for page in (ROOT / "docs" / "results.md", ROOT / "README.md")
    )
    assert printed == whole
    assert printed.startswith(begins + "\n\n")


# What the table is made of


def test_the_design_is_the_set_with_draws_of_what_was_kept_out(script, tmp_path):
    script.write_design(tmp_path / "design.csv")
    again = f"run: uv run python {over_set.NO_TABLE.split('python ')[1].split('`')[0]}"
    assert (tmp_path / "design.csv").read_text("utf-8") == over_set.design_file().read_text("utf-8"), again
    file = over_set.design_file().with_suffix(".yaml")
    assert tuple(yaml.safe_load(file.read_text("utf-8"))["scenarios"]) == STRUCTURES
    points = fitted_points(over_set.design_file())
    members = len(fitted_points())
    assert len(points) == script.draws(members) * members
    assert [script.draws(count) for count in (36, 89, 90, 96)] == [5, 3, 2, 2]
    for factor in script.factors():
        values = np.array([one[factor.key] for one in points], dtype=float)
        assert factor.low - 1e-9 <= values.min() < values.max() <= factor.high + 1e-9


def test_a_table_is_made_of_finished_sweeps_only(script):
    shape = (len(STRUCTURES), 3, 4)
    responses = {name: np.full(shape, 0.5) for name in OUTCOMES}
    responses["gap"][1] += np.arange(4) / 10
    sweep = script.Sweep({"seed": 3, "model": "m" * 16}, STRUCTURES, (), responses, np.ones(shape, np.int8))
    made = script.of_sweep(sweep, "r" * 16)
    assert made.means["gap", "hierarchy"] == pytest.approx(np.full(3, 0.65))
    assert (made.model, made.rules, made.replications, made.seed) == ("m" * 16, "r" * 16, 4, 3)
    responses["gap"][0, 1, 2] = np.nan
    with pytest.raises(ValueError, match="1 means are unknown"):
        script.of_sweep(sweep, "r" * 16)
