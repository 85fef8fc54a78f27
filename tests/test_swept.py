"""The folder of a sweep is read as it is: what is missing stays missing, and what is no sweep is refused."""

import numpy as np
import pytest
from synthetic_sweep import design, gaps, grid, responses, sweep, write

from sim.analysis.regime_map import scale_of
from sim.analysis.sweep_data import AS_THE_SCENARIO, FAILED, NOT_RUN, read_sweep
from sim.errors import InputProblems

TWO = {"a": np.full(6, 0.6), "b": np.full(6, 0.5)}


def test_numbers_come_back_where_they_belong(tmp_path):
    made = responses(gaps(TWO, 4))
    read = read_sweep(write(tmp_path / "s", design(6), made))
    for k, name in enumerate(("a", "b")):
        np.testing.assert_array_equal(read.responses["gap"][k], made[name]["gap"])
    assert read.finished
    assert read.whole_replications.all()
    assert [f.key for f in read.factors] == ["x", "y"]


def test_failed_and_missing_runs_are_unknown(tmp_path):
    read = sweep(tmp_path / "s", design(6), TWO, 4, failed=[("b", 2, 1)], drop=3, parts=True)
    assert not read.finished
    assert read.status[1, 2, 1] == FAILED
    assert np.isnan(read.responses["gap"][1, 2, 1])
    assert (read.status == NOT_RUN).sum() == 3
    assert read.whole_replications.tolist() == [True, True, True, False]
    assert np.isnan(read.responses["gap"][:, :, 3][read.status[:, :, 3] == NOT_RUN]).all()


def test_a_sweep_that_has_only_been_planned_can_be_read(tmp_path):
    folder = write(tmp_path / "s", design(6), responses(gaps(TWO, 4)))
    (folder / "runs.parquet").unlink()
    read = read_sweep(folder)
    assert (read.status == NOT_RUN).all()
    assert not read.finished


def test_levels_that_the_scenario_fills_in_are_words(tmp_path):
    columns = {"x": np.array([0.0, np.nan, 1.0, 0.0, np.nan, 1.0]), "form": np.array(list("ppqqrr"))}
    read = sweep(tmp_path / "s", columns, TWO, 3)
    assert read.factors[0].levels == ["0", AS_THE_SCENARIO, "1"]
    assert read.factors[1].levels == ["p", "q", "r"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "plan.json"),
        (["plan.json"], "design.parquet"),
        (["metadata.json", "report.html"], "of a comparison or a single run"),
    ],
)
def test_other_folders_are_refused(tmp_path, files, said):
    for name in files:
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(InputProblems, match=said):
        read_sweep(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputProblems, match="is not a folder"):
        read_sweep(tmp_path / "nowhere")


def test_runs_beyond_the_plan_are_refused(tmp_path):
    folder = write(tmp_path / "s", design(6), responses(gaps(TWO, 4)), replications=3)
    with pytest.raises(InputProblems, match="replication: does not fit plan"):
        read_sweep(folder)


@pytest.mark.parametrize(
    ("file", "content"),
    [("plan.json", "{"), ("plan.json", "{}"), ("design.parquet", "no"), ("runs.parquet", "no")],
)
def test_damaged_files_are_named(tmp_path, file, content):
    folder = write(tmp_path / "s", design(6), responses(gaps(TWO, 4)))
    (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(InputProblems, match=r"cannot be read by this version"):
        read_sweep(folder)


def test_levels_of_the_scale_become_structures(tmp_path):
    columns = grid(**{"power.distribution": np.array([0.0, 0.5, 1.0]), "x": np.array([1.0, 2.0])})
    mean = columns["power.distribution"] / 10 + columns["x"] / 100 + 0.4
    read = sweep(tmp_path / "s", columns, {"baseline": mean}, 3, kind="grid")
    scale = scale_of(read)
    assert scale.positions.tolist() == [0.0, 0.5, 1.0]
    assert scale.levels.structures[1] == "power.distribution = 0.5"
    assert scale.levels.factors[0].values.tolist() == [1.0, 2.0]
    # Point 1 of the map is x = 2; level 2 is distribution = 1: the last row of the design.
    np.testing.assert_array_equal(scale.levels.responses["gap"][2, 1], read.responses["gap"][0, 5])
    np.testing.assert_array_equal(scale.ends.responses["gap"][1], scale.levels.responses["gap"][2])


def test_a_sampled_scale_has_no_levels_to_compare(tmp_path):
    columns = design(6, ("power.distribution", "x"))
    assert scale_of(sweep(tmp_path / "s", columns, {"baseline": TWO["a"]}, 3)) is None
