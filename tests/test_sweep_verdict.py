"""The words of a sweep follow from its numbers: the other side, nobody, it depends, unknown; and never more."""

import re

import numpy as np
import pytest
from synthetic_sweep import design, gaps, grid, responses, write

from sim.analysis.sweep_data import read_sweep
from sim.model.state import CAUSES
from sim.reporting.sweep_page.findings import findings

POINTS = 300
COLUMNS = design(POINTS, ("x", "y", "z"))
X, Y = COLUMNS["x"], COLUMNS["y"]
FLAT = np.full(POINTS, 0.6)

CASES = {
    "a": ({"a": FLAT, "b": FLAT + 0.05}, {}),
    "b": ({"a": FLAT + 0.05, "b": FLAT}, {}),
    "nobody": ({"a": FLAT, "b": FLAT}, {}),
    "the same": ({"a": FLAT, "b": FLAT + 0.001}, {"luck": 0.0005}),
    "one factor": ({"a": FLAT, "b": FLAT + 0.3 * (X - 0.5)}, {}),
    "two factors": ({"a": FLAT, "b": FLAT + 0.15 * (X + Y - 1)}, {}),
    "some": ({"a": FLAT, "b": FLAT - 0.2 * np.maximum(0, X - 0.7)}, {}),
    "most": ({"a": FLAT, "b": FLAT - 0.2 * np.maximum(0, X - 0.3)}, {}),
    "one replication": ({"a": FLAT, "b": FLAT + 0.05}, {"replications": 1}),
    "three": ({"a": FLAT + 0.1, "b": FLAT, "c": FLAT}, {}),
    "alone": ({"a": FLAT + 0.1 * X}, {}),
}


def read(folder, means, weights=None, *, luck=0.01, replications=20, columns=COLUMNS, change=None, **more):
    made = responses(gaps(means, replications, luck=luck), weights)
    if change:
        change(made)
    return findings(read_sweep(write(folder, columns, made, **more)))


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweeps")
    return {name: read(folder / name, means, **how).verdict for name, (means, how) in CASES.items()}


def test_one_side_wins_everywhere(said):
    assert said["a"].kind == "everywhere"
    assert said["a"].winner == "a"
    assert said["a"].headline == "a closes more of the gap at 100 % of the 300 points tried."


def test_the_other_side_wins_everywhere(said):
    assert said["b"].winner == "b"
    assert said["b"].headline == "b closes more of the gap at 100 % of the 300 points tried."
    assert "5.0 points larger in a" in str(said["b"])


def test_nobody_wins(said):
    assert said["nobody"].kind == "neither"
    assert said["nobody"].winner is None
    assert said["nobody"].headline.startswith(
        "No clear winner: neither a nor b is shown to close more of the gap"
    )
    assert "unknown, not equal" in str(said["nobody"])
    assert "not significantly different in the gap" in str(said["nobody"])


def test_practically_the_same_is_not_unknown(said):
    assert said["the same"].kind == "practically the same"
    assert "practically the same, within 0.5 points" in said["the same"].headline
    assert "not significantly different" not in said["the same"].headline


def test_it_depends_on_one_factor(said):
    words = said["one factor"]
    assert words.kind == "depends"
    assert words.winner is None
    assert words.headline.startswith("It depends on x: ")
    assert re.search(r"a where x is above 0\.[45]", str(words))
    assert re.search(r"b where x is at most 0\.[45]", str(words))


def test_it_depends_on_two_factors(said):
    assert said["two factors"].kind == "depends"
    assert re.match(r"It depends on (x and y|y and x): ", said["two factors"].headline)


def test_winning_some_is_not_winning(said):
    assert said["some"].kind == "partly"
    assert said["some"].headline.startswith("No clear winner at most points: b closes more of the gap at 2")
    assert said["most"].kind == "mostly"
    assert "there is no clear winner" in said["most"].headline


def test_one_replication_allows_no_verdict(said):
    assert said["one replication"].kind == "unknown"
    assert "one replication carries no interval" in said["one replication"].headline
    assert said["one replication"].winner is None


def test_a_tie_of_two_leaves_the_third_behind(said):
    words = said["three"]
    assert words.kind == "shared"
    assert words.winner is None
    assert re.match(
        r"No single structure wins: b and c share the lead at (9\d|100) % of the 300 points tried; the best of them "
        r"closes more of the gap than the other one\.",
        words.headline,
    )
    assert re.search(r"Share of the points .*: .* a nowhere\.", str(words))


def test_three_that_are_not_told_apart_share_no_lead(tmp_path):
    found = read(tmp_path / "s", {"a": FLAT, "b": FLAT, "c": FLAT})
    assert found.found.shared_leads() == []
    assert found.verdict.kind == "neither"
    assert found.verdict.headline.startswith(
        "No clear winner: none of a, b and c is shown to leave the smallest gap"
    )


def test_two_that_are_practically_the_same_share_the_lead(tmp_path):
    found = read(tmp_path / "s", {"a": FLAT, "b": FLAT + 0.001, "c": FLAT + 0.1}, luck=0.0005)
    assert found.verdict.kind == "shared"
    assert "a and b share the lead at 100 % of the 300 points tried" in found.verdict.headline


def test_where_one_wins_some_points_those_who_share_the_others_are_named(tmp_path):
    a = FLAT - 0.2 * (X > 0.6)
    verdict = read(tmp_path / "s", {"a": a, "b": FLAT, "c": FLAT + 0.1}).verdict
    assert verdict.kind == "partly"
    assert re.search(
        r"a leaves the smallest gap, significantly different from each other structure, at 40 % of the 300 points tried; "
        r"at the other "
        r"(59|60) % a and b share the lead\.",
        verdict.headline,
    )


def test_one_structure_is_compared_with_nothing(said):
    assert said["alone"].kind == "single"
    assert "nothing to compare it with" in said["alone"].headline


@pytest.mark.parametrize("case", CASES)
def test_never_a_forecast_a_cause_or_a_probability(said, case):
    words = str(said[case])
    assert "This is not a forecast." in words
    assert "Scotland" not in words
    for claim in ("because", "causes", "leads to", "will be", "chance of", "likely", "proves", "nan", "None"):
        assert claim not in words, claim


def test_swapping_the_structures_swaps_the_words(tmp_path):
    made = responses(gaps({"a": FLAT, "b": FLAT + 0.3 * (X - 0.4)}))
    swapped = {"a": made["b"], "b": made["a"]}
    first = findings(read_sweep(write(tmp_path / "1", COLUMNS, made))).verdict
    second = findings(read_sweep(write(tmp_path / "2", COLUMNS, swapped))).verdict
    turn = {"a": "b", "b": "a"}
    assert re.sub(r"\b[ab]\b", lambda m: turn[m[0]], first.headline) == second.headline


def test_an_unfinished_sweep_says_so_first(tmp_path):
    words = read(tmp_path / "s", CASES["a"][0], drop=900, parts=True).verdict
    assert str(words).startswith("Unfinished: 11,100 of 12,000 runs are in; ")
    assert words.winner == "a"


def test_failed_runs_are_told(tmp_path):
    failed = [("a", 3, r) for r in range(20)] + [("b", 9, 1)]
    words = read(tmp_path / "s", CASES["a"][0], failed=failed).verdict
    assert "21 runs failed; they are left out, not replaced." in words.notice
    assert "at 1 further point too few runs are known" in str(words).lower()


def test_nothing_has_come_in(tmp_path):
    folder = write(tmp_path / "s", COLUMNS, responses(gaps(CASES["a"][0])))
    (folder / "runs.parquet").unlink()
    words = findings(read_sweep(folder)).verdict
    assert words.kind == "unknown"
    assert words.notice.startswith("Unfinished: 0 of 12,000 runs are in")


def test_for_whom_can_overrule_the_mean(tmp_path):
    def turned(made):
        made["a"]["worst_decile_gap"] = made["a"]["worst_decile_gap"] + 0.2

    words = read(tmp_path / "s", CASES["a"][0], change=turned).verdict
    assert words.kind == "depends"
    assert words.winner is None
    assert words.headline.startswith("It depends on what is asked: a closes more of the gap")
    assert "smaller gap in the worst-served tenth" in words.headline


def test_reports_that_would_name_another_winner_are_told(tmp_path):
    def turned(made):
        made["a"]["nominal_gap"] = made["a"]["nominal_gap"] + 0.2

    words = read(tmp_path / "s", CASES["a"][0], change=turned).verdict
    assert words.winner == "a"
    assert "Reports alone would name another winner at 300 points" in str(words)


def test_losses_are_named_by_region(tmp_path):
    weights = {"b": np.eye(len(CAUSES))[3] * 5 + 1}
    words = str(read(tmp_path / "s", CASES["a"][0], weights).verdict)
    assert "Where a wins, b loses more benefit to lack of will (" in words


def test_rules_no_better_than_guessing_do_not_explain(tmp_path):
    """The winner turns on something that no single factor shows: the parity of a chequerboard."""
    tiles = ((10 * X).astype(int) + (10 * Y).astype(int) + (10 * COLUMNS["z"]).astype(int)) % 2
    words = read(tmp_path / "s", {"a": FLAT, "b": FLAT + 0.05 * (2 * tiles - 1)}).verdict
    assert words.kind == "depends"
    assert words.headline.startswith("It depends, and no short rule says on what: ")


def test_along_a_single_factor(tmp_path):
    columns = grid(x=np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    means = {"a": np.full(5, 0.6), "b": 0.6 + 0.05 * (columns["x"] - 3.01)}
    words = read(tmp_path / "s", means, columns=columns, kind="grid").verdict
    assert words.headline.startswith("It depends on x: ")
    assert "Along x: b at 1 to 2; not significantly different at 3; a at 4 to 5." in str(words)


def test_between_the_ends_of_a_scale(tmp_path):
    columns = grid(**{"power.distribution": np.linspace(0, 1, 6), "x": np.linspace(0, 1, 5)})
    bowl = 0.6 + 0.3 * (columns["power.distribution"] - 0.4) ** 2
    words = read(tmp_path / "s", {"baseline": bowl}, columns=columns, kind="grid").verdict
    assert words.kind == "between"
    assert words.headline.startswith(
        "Between the ends: at 100 % of the 5 points tried a position between them"
    )
    slope = 0.6 - 0.1 * columns["power.distribution"]
    words = read(tmp_path / "t", {"baseline": slope}, columns=columns, kind="grid").verdict
    assert words.winner == "power.distribution = 1"


def test_enough_replications_are_told_for_the_decision(said):
    assert re.search(
        r"\d+ of the 20 replications would have called 95 % of the points the same", str(said["a"])
    )
    assert "would have called" not in str(said["nobody"])
    assert re.search(r"would be with 2,000 replications or fewer", str(said["nobody"]))


def test_of_several_the_two_best_have_rules_of_their_own(tmp_path):
    """A third structure takes a part of the map; between the other two x alone decides."""
    means = {"far": FLAT + 0.2, "a": FLAT, "b": FLAT + 0.3 * (X - 0.5)}
    found = read(tmp_path / "s", means)
    assert {rule.outcome for rule in found.rules_of_two.rules} >= {1, 2}
    assert re.search(
        r"Between the two with the smallest mean over the map alone, most often (a|b) where x is .* and (a|b) where x",
        str(found.verdict),
    )
