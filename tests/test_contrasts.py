"""Point against point: a known change is found, in the right group and structure, and luck is not called a change."""

import re

import numpy as np
import pytest
from synthetic_sweep import gaps, responses, write

from sim.analysis.paired import contrasts, point_names
from sim.analysis.sweep_data import read_sweep
from sim.experiments import experiment, plan_files, plans
from sim.reporting.sweep_page.findings import findings
from sim.reporting.sweep_page.page import sweep_html

NOTHING = np.full(6, 0.6)
KEYS = ("mechanisms.pace", "mechanisms.uptake")


def ablation(folder, a, b, **how):
    """Six points: all, without pace, without uptake, pace alone, uptake alone, all at 0."""
    columns = {
        KEYS[0]: np.array([None, 0.0, None, None, 0.0, 0.0], dtype=object),
        KEYS[1]: np.array([None, None, 0.0, 0.0, None, 0.0], dtype=object),
    }
    made = responses(gaps({"a": a, "b": b}, **how))
    return read_sweep(write(folder, columns, made, kind="ablation"))


def test_an_ablation_starts_from_all_and_from_all_at_0(tmp_path):
    a = np.array([0.6, 0.5, 0.6, 0.9, 0.8, 0.8])
    found = contrasts(ablation(tmp_path / "s", a, NOTHING, seed=3))
    changed = {(c.group, c.point, c.response): c for c in found if c.clear}
    assert set(changed) == {
        ("each taken out in turn", "without pace", "gap in a"),
        ("each taken out in turn", "without pace", "gap, a − b"),
        ("each alone, all others at 0", "pace alone", "gap in a"),
        ("each alone, all others at 0", "pace alone", "gap, a − b"),
    }
    (taken, _, alone, _) = changed.values()
    assert (taken.start, alone.start) == ("all as the scenario says", "all at 0")
    assert taken.mean == pytest.approx(-0.1, abs=0.01)
    assert alone.mean == pytest.approx(0.1, abs=0.01)


def test_luck_alone_is_no_change(tmp_path):
    told = sum(
        any(c.clear for c in contrasts(ablation(tmp_path / str(seed), NOTHING, NOTHING, seed=seed)))
        for seed in range(40)
    )
    assert told <= 6, "Holm keeps the chance of any false call in a sweep at one in twenty"


def listed(folder, **settings):
    columns = {"x": np.array([0.0, 1.0, 0.0, 1.0]), "y": np.array([0.0, 0.0, 1.0, 1.0])}
    made = responses(gaps({"a": np.array([0.6, 0.6, 0.4, 0.5]), "b": np.full(4, 0.6)}))
    return read_sweep(write(folder, columns, made, kind="list", settings=settings))


NAMED = {
    "names": ["low", "high", None, "high, other"],
    "groups": ["first", "first", "second", "second"],
}


def test_points_of_a_list_are_compared_within_their_groups(tmp_path):
    sweep = listed(tmp_path / "s", **NAMED)
    assert point_names(sweep) == ["low", "high", "x 0; y 1", "high, other"]
    found = contrasts(sweep)
    assert {(c.group, c.start, c.point) for c in found} == {
        ("first", "low", "high"),
        ("second", "x 0; y 1", "high, other"),
    }
    assert {(c.group, c.response) for c in found if c.clear} == {
        ("second", "gap in a"),
        ("second", "gap, a − b"),
    }


def test_a_list_without_groups_starts_from_its_first_point(tmp_path):
    found = contrasts(listed(tmp_path / "s"))
    assert {(c.start, c.point) for c in found} == {
        ("x 0; y 0", p) for p in ("x 1; y 0", "x 0; y 1", "x 1; y 1")
    }


def test_samples_and_grids_have_no_points_to_tell_apart_one_by_one(tmp_path):
    columns = {"x": np.array([0.0, 1.0])}
    made = responses(gaps({"a": np.array([0.6, 0.4]), "b": np.full(2, 0.6)}))
    assert contrasts(read_sweep(write(tmp_path / "s", columns, made, kind="grid"))) == []


def test_words_and_page_say_what_changed_and_what_did_not(tmp_path):
    found = findings(listed(tmp_path / "s", **NAMED))
    words = str(found.verdict)
    assert "First: no point differs clearly and by 0.5 points" in words
    assert re.search(r"Second, against “x 0; y 1” most: gap in a (9|10)\.\d points", words)
    assert "no clear change of the gap in b" in words
    page = sweep_html(findings(listed(tmp_path / "p", **NAMED)))
    assert "Point against point" in page
    assert "1 of 1 points significantly different" not in page
    assert "Second: the difference in the gap (a − b) is raised by “high, other”" in page


def test_names_and_groups_of_a_file_are_kept_with_the_plan(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "question: What?\ntitle: T\ndesign:\n  kind: list\n  points:\n"
        "    - {name: one, group: g, work.load: 1}\n    - {work.load: 2}\n"
    )
    plan = plans.make_plan(experiment.load(path), "gapsim sweep")
    assert [factor.key for factor in plan.factors] == ["work.load"]
    plan_files.write(plan, tmp_path)
    kept = plan_files.read(tmp_path)
    assert kept.design.settings == {"names": ["one", None], "groups": ["g", None]}
    assert kept.identity == plan.identity
