"""What a screening leaves is the union of what is strongest for each response, and is printed as factors that can be run."""

import numpy as np
import pytest
import yaml
from synthetic_sweep import gaps, responses, write

from sim.analysis.sensitivity import screened
from sim.analysis.sweep_data import read_sweep
from sim.cli.main import execute
from sim.experiments import experiment
from sim.experiments.sampling import morris
from sim.reporting.sweep_page.findings import moved

KEYS = ("work.load", "changes.conflict", "changes.ambiguity", "mechanisms.pace")


@pytest.fixture
def folder(tmp_path):
    """The gap follows the first key under a, the second under b; the third does a little, the last nothing."""
    table = morris(len(KEYS), 4, trajectories=20)
    columns = {key: table[:, k] for k, key in enumerate(KEYS)}
    x, y, z, _ = table.T
    means = {"a": 0.3 + 0.3 * x + 0.02 * z, "b": 0.3 + 0.2 * y + 0.02 * z}
    levels = {"levels": 4, "trajectories": 20}
    write(tmp_path / "s", columns, responses(gaps(means, 10, luck=0.002)), kind="morris", settings=levels)
    return tmp_path / "s"


def test_the_union_of_the_strongest_is_kept(folder):
    found = moved(read_sweep(folder))
    assert [s.response for s in found] == ["gap in a", "gap in b", "gap, a − b"]
    kept, close = screened(found, 1)
    assert [one.factor for one in kept] == ["work.load", "changes.conflict"]
    (a, b) = (one.effects for one in kept)
    assert a[0] == pytest.approx(0.3, abs=0.01)
    assert a[1] is None
    assert a[2] == pytest.approx(0.3, abs=0.01)
    assert (b[0], b[2]) == (None, None)
    assert b[1] == pytest.approx(0.2, abs=0.01)
    assert close == []
    assert {one.factor for one in screened(found, 2)[0]} == set(KEYS) - {"mechanisms.pace"}


def test_it_is_printed_as_factors_that_can_be_run(folder, tmp_path, capsys):
    assert execute(["report", str(folder), "--screened", "2"]) == 0
    out = capsys.readouterr().out
    assert not (folder / "report.html").exists()
    factors = yaml.safe_load(out)["factors"]
    assert factors == {key: {"range": [0, 1]} for key in KEYS[:3]}
    said = "question: What?\ntitle: T\n" + out + "design: {kind: saltelli, samples: 4}\n"
    (tmp_path / "next.yaml").write_text(said)
    assert [f.key for f in experiment.load(tmp_path / "next.yaml").factors] == list(factors)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--screened", "0"], "--screened"),
        (["--screened", "twelve"], "--screened"),
        (["--screened", "2", "--json"], "has no place beside --screened"),
        (["--screened", "2", "--out", "x.html"], "has no place beside --screened"),
    ],
)
def test_bad_input_is_refused(folder, arguments, said, capsys):
    assert execute(["report", str(folder), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_only_a_screening_screens(tmp_path, capsys):
    columns = {"work.load": np.linspace(0, 1, 8)}
    made = responses(gaps({"a": np.full(8, 0.6), "b": np.full(8, 0.5)}))
    write(tmp_path / "s", columns, made, kind="sobol_sequence")
    assert execute(["report", str(tmp_path / "s"), "--screened", "2"]) == 2
    assert "is for a design that screens (morris), and this one is sobol_sequence" in capsys.readouterr().err
