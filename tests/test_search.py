"""A search from its start to its page: resumed to the bit, judged on fresh futures, refused where it cannot be."""

import json
import shutil

import numpy as np
import pytest
from pyarrow import parquet

from sim.analysis.search import choice
from sim.analysis.search import run as searching
from sim.analysis.search.objectives import exceeded, over_futures
from sim.errors import InputProblems
from sim.experiments import experiment
from sim.experiments.crossing import FRESH, Objective, futures_of
from sim.experiments.design_point import apply_design_point
from sim.model.outcomes import summary
from sim.model.schedule import simulate
from sim.runner.executors import Serial

FILE = """
question: Which mix holds up?
title: Mix
scenarios: [baseline]
parameters: {{population: {{places: {places}, users: 48, bodies: 9, months: 60}}, changes: {{arriving: 8, in_progress: 2}}}}
levers:
  power.design: {{simplex: 4}}
  pace.protected: {{range: [0, 0.6]}}
  money.pilot: {{range: [0, 0.5]}}
uncertainties: {{work.load: {{range: [0.5, 2]}}, changes.ambiguity: {{range: [0, 2]}}}}
futures: {{kind: latin_hypercube, points: 6}}
objectives:
  gap: {{threshold: 0.9, epsilon: 0.002}}
  apart: {{outcome: gap_fifth_1 - gap_fifth_5, epsilon: 0.002, ideal: -0.5, reference: 0.5}}
search: {{evaluations: 48, population: 8, seeds: 2, fresh_futures: 30, front: 6}}
replications: 1
"""


@pytest.fixture
def mix(tmp_path, six_places):
    path = tmp_path / "mix.yaml"

    def loaded(change=lambda text: text):
        path.write_text(change(FILE.format(places=six_places)), encoding="utf-8")
        return experiment.load(path, searching=True)

    return loaded


@pytest.fixture(scope="module")
def found(tmp_path_factory, six_places):
    folder = tmp_path_factory.mktemp("search")
    path = folder / "mix.yaml"
    path.write_text(FILE.format(places=six_places), encoding="utf-8")
    return searching.search(experiment.load(path, searching=True), folder / "out", Serial())


def rows(folder, name="archive.parquet"):
    return parquet.read_table(folder / name).to_pydict()


def test_what_is_found_is_judged_on_fresh_futures_and_written(found):
    table = rows(found.folder)
    objectives = found.crossing.objectives
    assert [name for name in table if name.startswith("search.")] == ["search.gap", "search.apart"]
    assert len(table["policy"]) == len(found.front.variables) <= 6
    assert np.abs(np.array(table["search.gap"]) - np.array(table["fresh.gap"])).max() > 0
    shares = [table[f"power.design.{who}"] for who in ("centre", "authorities", "third_sector", "users")]
    assert np.sum(shares, axis=0) == pytest.approx(1)
    assert found.front.outcomes.shape[1] == 30
    assert over_futures(objectives[0], found.front.outcomes) == pytest.approx(table["fresh.gap"])
    assert {"robust.mean_variance", "robust.regret_p90", "robust.satisfied"} <= set(table)


def test_fresh_futures_are_others_than_those_of_the_search(mix):
    of = mix()
    seen, fresh = futures_of(of.crossing, of.seed), futures_of(of.crossing, of.seed, FRESH, 6)
    assert not np.isin(seen["work.load"], fresh["work.load"]).any()


def test_convergence_is_written_and_never_falls(found):
    steps = rows(found.folder, "convergence.parquet")
    for seed in (1, 2):
        volumes = [v for v, s in zip(steps["hypervolume"], steps["seed"], strict=True) if s == seed]
        assert volumes == sorted(volumes)
        assert len(volumes) == 3
    assert sum(s.evaluations for s in found.steps if s.generation == 3) == found.evaluations == 48


def test_a_search_that_stopped_goes_on_to_the_same_archive(found, mix, tmp_path):
    """As after a kill: some generations are in the journal, and one is half done."""
    folder = tmp_path / "again"
    journal = folder / "journal"
    journal.mkdir(parents=True)
    for name in ("seed-1-generation-00001", "seed-1-generation-00002"):
        shutil.copy(found.folder / "journal" / f"{name}.parquet", journal)
    asked = []

    class Counting(Serial):
        def start(self):
            asked.append(1)
            return super().start()

    again = searching.search(mix(), folder, Counting())
    assert rows(folder) == rows(found.folder)
    assert rows(folder, "convergence.parquet") == rows(found.folder, "convergence.parquet")
    before = len(asked)
    third = searching.search(mix(), folder, Counting())
    assert rows(third.folder) == rows(again.folder)
    assert len(asked) == before, "nothing is run again"


def test_more_evaluations_go_on_where_fewer_ended(mix, tmp_path):
    few = searching.search(mix(), tmp_path / "out", Serial(), evaluations=16)
    more = searching.search(mix(), tmp_path / "out", Serial(), evaluations=32)
    assert (few.evaluations, more.evaluations) == (16, 32)
    assert [s.hypervolume for s in more.steps if s.generation == 1] == [s.hypervolume for s in few.steps]


def test_a_damaged_journal_is_refused_by_name(mix, tmp_path):
    searching.search(mix(), tmp_path / "out", Serial(), evaluations=16)
    path = tmp_path / "out" / "journal" / "seed-1-generation-00001.parquet"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputProblems, match="seed-1-generation-00001"):
        searching.search(mix(), tmp_path / "out", Serial(), evaluations=16)


def test_another_search_does_not_go_into_the_folder_of_this_one(mix, found):
    other = mix(lambda text: text.replace("range: [0, 0.6]", "range: [0, 0.5]"))
    with pytest.raises(InputProblems, match="other levers"):
        searching.search(other, found.folder, Serial())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda text: text.replace(text[text.index("  apart") : text.index("search:")], ""),
            "two `objectives`",
        ),
        (lambda text: text.replace("[baseline]", "[slow_to_shape, heard_late]"), "name one"),
    ],
)
def test_what_cannot_be_searched_is_refused(mix, change, said):
    with pytest.raises(InputProblems, match=said):
        searching.search(mix(change), None, Serial())


def test_a_budget_keeps_policies_out(mix, tmp_path):
    (scenario,) = mix().scenarios
    ends = [
        summary(simulate(apply_design_point(scenario, {"money.pilot": pilot}), 2026))["hours_offered"]
        for pilot in (0.0, 0.5)
    ]
    limit = sum(ends) / 2
    limited = mix(lambda t: f"{t}constraints: {{budget: {{outcome: hours_offered, at_most: {limit}}}}}\n")
    result = searching.search(limited, tmp_path / "out", Serial(), evaluations=32)
    journals = [parquet.read_table(path) for path in sorted((tmp_path / "out" / "journal").glob("*.parquet"))]
    over = np.concatenate([table["exceeded.0"].to_numpy() for table in journals])
    kept = {tuple(row) for row in result.front.variables}
    tried = np.concatenate(
        [np.column_stack([table[f"variable.{k}"] for k in range(6)]) for table in journals]
    )
    assert (over > 0).any()
    assert all(tuple(row) not in kept for row in tried[over > 0])


def test_how_futures_are_put_together():
    values = np.arange(40, dtype=float).reshape(2, 20)
    mean, worst, p90 = (
        Objective("o", ("gap",), over, 1, 0, 1, None) for over in ("mean", "worst_tenth", "p90")
    )
    assert over_futures(mean, values).tolist() == [9.5, 29.5]
    assert over_futures(worst, values).tolist() == [18.5, 38.5]
    assert over_futures(p90, values) == pytest.approx([17.1, 37.1])
    limit = Objective("l", ("gap",), "mean", 1, 0, 1, 10.0)
    assert exceeded((limit,), {"gap": values}).tolist() == [[-0.5], [19.5]]
    assert np.isnan(over_futures(mean, np.array([[1.0, np.nan]])))


def test_three_policies_are_chosen_and_pairs_are_counted(found):
    chosen = choice.chosen(found, 2026)
    assert len({one.policy for one in chosen}) == len(chosen) == min(3, len(found.front.variables))
    assert chosen[0].policy == int(found.front.robustness.mean.argmin())
    assert all(0 <= one.failing <= 1 and one.limit == 0.9 for one in chosen)
    together, pairs = choice.inseparable(found)
    assert pairs == len(found.front.variables) * (len(found.front.variables) - 1) // 2
    assert 0 <= together <= pairs


def test_the_command_searches_goes_on_and_writes_a_page(gapsim, tmp_path, six_places):
    (tmp_path / "mix.yaml").write_text(FILE.format(places=six_places), encoding="utf-8")
    code, printed, _ = gapsim(
        "search", "mix.yaml", "--evaluations", "16", "--engine", "serial", "--out", "out", "--json"
    )
    assert code == 0
    said = json.loads(printed)
    assert said["evaluations"] == 16
    assert len(said["policies"]) == len(rows(tmp_path / "out")["policy"])
    assert {"policy", "because", "failing", "where"} <= set(said["chosen"][0])
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Which mix holds up?" in page
    assert 'id="trade-offs-lines"' in page
    code, printed, _ = gapsim(
        "search", "mix.yaml", "--evaluations", "16", "--engine", "serial", "--out", "out"
    )
    assert code == 0
    assert "What the search could not separate" in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search",), "name one experiment"),
        (("search", "regime_map"), "levers"),
        (("search", "nothing_such"), "there is no such experiment"),
        (("search", "robust_mix", "--evaluations", "3"), "must be a whole number from 10"),
        (("discover", "nowhere", "--where", "gap > 0.5"), "is not a folder"),
    ],
)
def test_the_commands_refuse_with_the_way_out(gapsim, arguments, said):
    code, _, told = gapsim(*arguments)
    assert code == 2
    assert said in told


def test_discover_prints_an_object_and_writes_a_page(gapsim, tmp_path, six_places):
    (tmp_path / "sweep.yaml").write_text(
        "question: When?\ntitle: When\n"
        f"parameters: {{population: {{places: {six_places}, users: 48, bodies: 9, months: 60}}}}\n"
        "factors: {work.load: {range: [0.2, 3]}, changes.ambiguity: {range: [0, 2]}}\n"
        "design: {kind: latin_hypercube, points: 60}\nreplications: 1\n",
        encoding="utf-8",
    )
    assert gapsim("sweep", "sweep.yaml", "--out", "out", "--engine", "serial")[0] == 0
    gaps = parquet.read_table(tmp_path / "out" / "runs.parquet")["gap"].to_numpy()
    where = f"gap > {np.quantile(gaps, 0.6):.4f}"
    code, printed, _ = gapsim("discover", "out", "--where", where, "--json")
    assert code == 0
    said = json.loads(printed)
    assert {"where", "points", "positives", "boxes", "better_than_guessing"} <= set(said)
    assert (said["points"], said["positives"]) == (60, 24)
    assert "Where does gap" in (tmp_path / "out" / "discovery.html").read_text(encoding="utf-8")
    assert gapsim("discover", "out", "--where", where, "--json")[1] == printed
    code, _, told = gapsim("discover", "out", "--where", "gapp > 0.5")
    assert code == 2
    assert "did you mean" in told
