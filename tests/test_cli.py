"""The command line: exit codes, what is printed where, what is written, what is refused."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys

import click
import pytest
from omegaconf import OmegaConf
from pyarrow import parquet

from sim import paths
from sim.cli import main
from sim.cli.options import MAX_SEED
from sim.experiments import experiment_files
from sim.experiments.designs import design_points, points_of
from sim.model import outcomes, parameters, schedule, vocabulary
from sim.model.parameters import MECHANISM_NAMES, Parameters
from sim.runner import compare
from sim.scenarios.compose import compose

SMALL = ("population.months=24", "population.users=64", "changes.arriving=4")


def strictly(text):
    """JSON without NaN and infinity, one object only."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def close(a, b):
    return math.isclose(a, b, rel_tol=0, abs_tol=1e-9)


# compare


def test_compare_prints_one_object_and_writes_its_results(gapsim, tmp_path):
    code, out, err = gapsim("compare", *SMALL, "--replications", 3, "--seed", 5, "--out", "there", "--json")
    assert code == 0
    said = strictly(out)
    assert list(said["scenarios"]) == ["hierarchy", "distributed"]
    assert (said["replications"], said["seed"]) == (3, 5)
    assert {(pair["a"], pair["b"]) for pair in said["paired"]} == {("hierarchy", "distributed")}
    for scenario in said["scenarios"].values():
        assert {"mean", "low", "high"} == set(scenario["gap"]) == set(scenario["nominal_gap"])
        assert {"worst_decile_gap", "months_to_half", "losses"} <= set(scenario)
        assert close(sum(scenario["losses"].values()), scenario["gap"]["mean"])
    gap = next(pair for pair in said["paired"] if pair["outcome"] == "gap")
    means = [scenario["gap"]["mean"] for scenario in said["scenarios"].values()]
    assert close(gap["mean"], means[0] - means[1])
    assert "there/report.html" in err
    folder = tmp_path / "there"
    assert {path.name for path in folder.iterdir()} == {
        "report.html",
        "runs.parquet",
        "councils.parquet",
        "metadata.json",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    runs = parquet.read_table(folder / "runs.parquet").to_pylist()
    assert [(row["scenario"], row["replication"], row["seed"]) for row in runs] == [
        (name, k, 5) for name in ("hierarchy", "distributed") for k in range(3)
    ]
    assert close(sum(row["gap"] for row in runs[:3]) / 3, means[0])
    councils = parquet.read_table(folder / "councils.parquet").to_pylist()
    assert len(councils) == 64
    assert len({row["code"] for row in councils}) == 32
    metadata = strictly((folder / "metadata.json").read_text())
    assert metadata["seed"] == 5
    assert metadata["command"].startswith("gapsim compare population.months=24")
    assert {"python", "numpy", "numba", "gapsim"} == set(metadata["versions"])
    written = Parameters.model_validate(metadata["scenarios"]["hierarchy"]["parameters"])
    assert written == compose(["hierarchy"], SMALL)[0].parameters


def test_compare_is_the_same_again_and_names_the_same_folder(gapsim, tmp_path):
    first = gapsim("compare", *SMALL, "hierarchy", "--json", "--replications", 2)
    folders = list((tmp_path / "results").iterdir())
    again = gapsim("compare", "--json", "hierarchy", "--replications=2", *reversed(SMALL))
    assert first == again
    assert list((tmp_path / "results").iterdir()) == folders
    assert re.fullmatch(r"compare-[0-9a-f]+", folders[0].name)
    assert "paired" not in strictly(first[1])
    other = gapsim("compare", *SMALL, "hierarchy", "--json", "--replications", 2, "--seed", 8)
    assert len(list((tmp_path / "results").iterdir())) == 2
    assert strictly(other[1])["scenarios"] != strictly(first[1])["scenarios"]


def test_seed_as_option_and_as_setting(gapsim):
    option = gapsim("compare", *SMALL, "hierarchy", "--json", "--replications", 2, "--seed", 8)
    setting = gapsim("compare", *SMALL, "hierarchy", "--json", "--replications", 2, "seed=8")
    assert option == setting


def test_more_than_two_are_compared_pair_by_pair_in_order(gapsim):
    names = ("distributed", "baseline", "hierarchy")
    code, out, _ = gapsim("compare", *names, *SMALL, "--replications", 2, "--json")
    assert code == 0
    pairs = [(pair["a"], pair["b"]) for pair in strictly(out)["paired"] if pair["outcome"] == "gap"]
    assert pairs == [(names[0], names[1]), (names[0], names[2]), (names[1], names[2])]


def test_compare_prints_a_summary_for_people(gapsim):
    code, out, _ = gapsim("compare", *SMALL, "--replications", 2)
    assert code == 0
    for part in ("hierarchy", "distributed", "gap", "unsuitable design", "months to half", "2 replications"):
        assert part in out


def test_unknown_numbers_are_null(gapsim, tmp_path):
    _, out, _ = gapsim(
        "compare", *SMALL, "work.top_speed=0.1", "--replications", 2, "--out", "there", "--json"
    )
    assert strictly(out)["scenarios"]["hierarchy"]["months_to_half"]["mean"] is None
    runs = parquet.read_table(tmp_path / "there" / "runs.parquet")
    assert runs.column("months_to_half").null_count == runs.num_rows


def test_an_existing_folder_keeps_its_other_files(gapsim, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "notes.txt").write_text("mine")
    assert gapsim("compare", *SMALL, "hierarchy", "--replications", 2, "--out", "there")[0] == 0
    assert (tmp_path / "there" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "there" / "report.html").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_replications_are_the_same_whatever_the_number_of_threads(monkeypatch):
    scenario = compose(["baseline"], SMALL)
    several = compare.compare(scenario, 4, 3)
    monkeypatch.setattr(compare, "cores", lambda: 1)
    alone = compare.compare(scenario, 4, 3)
    for name, values in alone.scenarios[0].summaries.items():
        assert values.tobytes() == several.scenarios[0].summaries[name].tobytes(), name


# When things go wrong


def test_a_failed_run_is_code_3_and_leaves_nothing(gapsim, tmp_path, monkeypatch):
    def fails(parameters, seed, replication):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(compare, "simulate", fails)
    code, out, err = gapsim("compare", *SMALL, "--replications", 2, "--json")
    assert (code, out) == (3, "")
    assert "seed 2026, replication 0" in err
    assert "division by zero" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (RuntimeError("broken"), 1)])
def test_interruption_and_our_own_faults(gapsim, tmp_path, monkeypatch, error, code):
    def stops(*_):
        raise error

    monkeypatch.setattr("sim.reporting.comparison_page.write_report", stops)
    assert gapsim("compare", *SMALL, "hierarchy", "--replications", 2, "--out", "there", "--json")[:2] == (
        code,
        "",
    )
    assert not list(tmp_path.iterdir()), "half-written results are taken away"


REFUSED = {
    "scenario= in compare": (["compare", "scenario=hierarchy"], "scenario = hierarchy"),
    "empty scenario= in compare": (["compare", "scenario="], "scenario = ''"),
    "empty name": (["compare", ""], "the name is empty"),
    "empty scenario= in run": (["run", "scenario="], "the name is empty"),
    "two scenarios in run": (["run", "hierarchy", "scenario=devolved"], "takes one"),
    "seed twice": (["compare", "--seed", "1", "seed=1"], "--seed"),
    "seed in words": (["compare", "--seed", "one"], "--seed = one"),
    "negative seed": (["run", "--seed=-1"], "--seed = -1"),
    "no replications": (["compare", "--replications", "0"], "--replications = 0"),
    "replications in words": (["compare", "--replications", "many"], "--replications = many"),
    "unknown option": (["compare", "--replicatons", "3"], "--replications"),
    "unknown command": (["compair"], "compair"),
    "unknown check": (["verify", "nul"], "nul"),
    "unknown name": (["explain", "reactanse"], "did you mean `reactance`"),
    "unknown list": (["list", "things"], "things"),
    "unknown folder": (["list", "--scenarios", "nowhere"], "nowhere"),
    "seed in config": (["config", "seed=3"], "seed"),
    "sweep values": (["run", "work.load=1,2"], "gapsim sweep"),
    "empty folder name": (["run", "--out", ""], "--out"),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_refusals_are_code_2_and_write_nothing(gapsim, tmp_path, arguments, said):
    code, out, err = gapsim(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", main.gapsim.commands)
def test_an_option_given_twice_is_refused_with_both_values(gapsim, tmp_path, name):
    options = [option for option in main.gapsim.commands[name].params if isinstance(option, click.Option)]
    once = [option for option in options if not option.multiple]
    both, said = [name], []
    for option in once:
        first, *_ = option.opts
        last = option.secondary_opts[0] if option.secondary_opts else first
        both += [first, last] if option.is_flag else [first, "5", f"{first}=7"]
        said.append(f"{first} = {f'{first} and {last}' if option.is_flag else '5 and 7'}: is given twice")
    if not once:
        return
    code, out, err = gapsim(*both)
    assert (code, out) == (2, "")
    # First of all; what is wrong with the last values follows.
    assert err.splitlines()[1:][: len(said)] == [f"  command line: {problem}; give one" for problem in said]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", main.gapsim.commands)
def test_what_is_wrong_with_options_stops_every_command(gapsim, tmp_path, name):
    arguments = [p for p in main.gapsim.commands[name].params if isinstance(p, click.Argument)]
    names = {"which": "null", "what": "mechanisms" if name == "list" else "set", "arguments": "work.load=1"}
    given = [names.get(argument.name, "nowhere") for argument in arguments]
    options = [option for option in main.gapsim.commands[name].params if isinstance(option, click.Option)]
    last = [option.opts[0] for option in options if not option.is_flag][:1]
    code, out, err = gapsim(name, *given, "--nonsense", "--help=yes", *last)
    assert (code, out) == (2, "")
    assert f"--nonsense: there is no such option; `gapsim {name} --help` lists all options" in err
    assert "--help = yes: is a flag and takes no value" in err
    for option in last:
        assert f"{option}: needs a value after it" in err
    assert not list(tmp_path.iterdir())


def test_problems_of_options_are_reported_with_all_others(gapsim):
    words = (
        "nosuch",
        "a.b=2",
        "work.laod=1",
        "--replicatons",
        5,
        "--jsn",
        "--out=",
        "--seed=1",
        "--json",
        "--json=3",
        "--seed",
    )
    code, out, err = gapsim("compare", *words)
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "8 problems; nothing was written.",
        "  command line: --replicatons = 5: there is no such option; `gapsim compare --help` lists all options; "
        "did you mean `--replications`?",
        "  command line: --jsn: there is no such option; `gapsim compare --help` lists all options; did you mean `--json`?",
        "  command line: --json = 3: is a flag and takes no value",
        "  command line: --seed: needs a value after it; see `gapsim compare --help`",
        "  command line: --out = '': the name of the folder is empty",
        "  command line: a.b = 2: there is no such parameter; `gapsim list parameters` names all",
        "  command line: work.laod = 1: there is no such parameter; did you mean `work.load`?",
        "  command line: nosuch: there is no such scenario; `gapsim list scenarios` names all",
    ]


MISSING = {
    "an argument": (["explain", "--josn"], ["NAME: is missing", "--josn: there is no such option"]),
    "an option": (["export", "x"], ["--to csv|netcdf: is missing; see `gapsim export --help`"]),
    "one too many": (
        ["list", "a", "b", "--jsn"],
        ["gapsim list: got unexpected extra argument (b)", "--jsn"],
    ),
    "options before the command": (
        ["--json", "compare"],
        ["--json: there is no such option of gapsim itself"],
    ),
    "no such command": (["compair"], ["commands are cases, compare, config", "did you mean `compare`?"]),
}


@pytest.mark.parametrize(("arguments", "said"), MISSING.values(), ids=MISSING)
def test_a_command_line_that_cannot_be_read_is_refused_in_the_same_words(gapsim, arguments, said):
    code, out, err = gapsim(*arguments)
    assert (code, out) == (2, "")
    assert "problem" in err.splitlines()[0]
    for part in said:
        assert part in err


def test_an_option_that_may_be_repeated_still_may(gapsim, tmp_path):
    for folder in ("one", "two"):
        scenario = f"# @package _global_\nheader: {{title: {folder}, question: 'Why?', source: a test}}\n"
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}_of_mine.yaml").write_text(scenario)
    code, out, err = gapsim("list", "scenarios", "--scenarios", "one", "--scenarios", "two")
    assert (code, err) == (0, "")
    assert "one_of_mine" in out
    assert "two_of_mine" in out


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("compare", "report.html"),
        ("cases", "report.html"),
        ("run", "metadata.json"),
        ("run", "councils.parquet"),
    ],
)
def test_a_file_that_somebody_else_wrote_is_not_replaced(gapsim, tmp_path, command, name):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / name).write_text("<html>my own account of gapsim</html>")
    code, _, err = gapsim(command, "work.load=nan", "--out", "there")
    assert code == 2
    assert (
        f"--out = there: there is a {name} that gapsim did not write; move it, or name another folder" in err
    )
    assert "work.load = nan" in err
    assert (tmp_path / "there" / name).read_text() == "<html>my own account of gapsim</html>"


def test_results_of_our_own_are_replaced(gapsim):
    for command in ("compare", "run", "compare"):
        few = ("--replications", 1) if command == "compare" else ()
        assert gapsim(command, *SMALL, "hierarchy", *few, "--out", "there")[0] == 0


def test_a_page_of_a_sweep_replaces_only_a_page_of_ours(gapsim, tmp_path):
    sweep = ("sweep", "work.load=1,2", "hierarchy", *SMALL, "--engine", "serial", "--replications", 2)
    assert gapsim(*sweep, "--out", "swept")[0] == 0
    assert [gapsim("report", "swept")[0] for _ in range(2)] == [0, 0]
    for place, out in (("swept/report.html", ()), ("mine.html", ("--out", "mine.html"))):
        (tmp_path / place).write_text("mine")
        code, _, err = gapsim("report", "swept", *out)
        assert code == 2
        assert "that gapsim did not write" in err
        assert (tmp_path / place).read_text() == "mine"


def test_results_cannot_take_the_place_of_a_file(gapsim, tmp_path):
    (tmp_path / "there").write_text("mine")
    for out in ("there", "there/below"):
        assert gapsim("run", "--out", out)[0] == 2
    assert (tmp_path / "there").read_text() == "mine"
    (tmp_path / "results").write_text("mine")
    assert gapsim("run")[0] == 2


def test_a_comparison_does_not_overwrite_the_runs_of_a_sweep(gapsim, tmp_path):
    sweep = ("sweep", "work.load=1,2", "hierarchy", *SMALL, "--engine", "serial", "--replications", 1)
    assert gapsim(*sweep, "--out", "swept")[0] == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "swept").iterdir() if path.is_file()}
    for command in ("compare", "run", "cases"):
        code, _, err = gapsim(command, "work.load=nan", "--out", "swept")
        assert code == 2
        assert "--out = swept: holds a sweep; name another folder" in err
        assert "work.load = nan" in err
    after = {path.name: path.read_bytes() for path in (tmp_path / "swept").iterdir() if path.is_file()}
    assert after == before


def test_a_sweep_does_not_begin_among_the_runs_of_a_comparison(gapsim, tmp_path):
    assert gapsim("compare", *SMALL, "hierarchy", "--replications", 2, "--out", "there")[0] == 0
    before = sorted(path.name for path in (tmp_path / "there").iterdir())
    sweep = ("work.load=1,2", "hierarchy", *SMALL, "--engine", "serial", "--replications", 1)
    assert gapsim("sweep", *sweep, "--out", "part", "--shard", "1/1")[0] == 0
    for words in (("sweep", *sweep), ("merge", "part")):
        code, _, err = gapsim(*words, "--out", "there")
        assert code == 2
        assert "--out = there: holds a runs.parquet of no sweep; name another folder" in err
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == before


def test_a_folder_that_only_seems_writable_is_refused_before_anything_is_run(gapsim, tmp_path, monkeypatch):
    def read_only(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", read_only)
    code, _, err = gapsim("compare", "work.load=nan", "--out", "there")
    assert code == 2
    assert "--out = there:" in err
    assert "cannot be written to" in err
    assert "work.load = nan" in err


def test_all_problems_of_a_command_are_reported_at_once(gapsim, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.yaml").write_text("# @package _global_\nwork: {laod: 1}\n")
    asked = [
        "compare",
        "hierarchi",
        "mine",
        "--scenarios",
        "own",
        "--seed",
        "x",
        "--replications",
        "0",
        "seed=3",
    ]
    code, out, err = gapsim(*asked, "scenario=a", "work.load=99", "+y=1", "centre.wil=2", "--json")
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert lines[0].startswith("12 problems; nothing was written")
    for part in (
        "hierarchi", "own/mine.yaml: work.laod", "header.title", "header.question", "header.source",
        "--seed = x: is given", "--seed = x: must", "--replications = 0", "scenario = a",
        "work.load = 99", "+y", "centre.wil",
    ):  # fmt: skip
        assert sum(part in line for line in lines) == 1, part


# run


def test_run_writes_one_run_and_takes_its_scenario_by_name_or_by_key(gapsim, tmp_path):
    code, out, _ = gapsim("run", "scenario=devolved", *SMALL, "--out", "there", "--json")
    assert code == 0
    said = strictly(out)
    assert (said["scenario"], said["seed"]) == ("devolved", 2026)
    folder = tmp_path / "there"
    assert {path.name for path in folder.iterdir()} == {"series.parquet", "councils.parquet", "metadata.json"}
    series = parquet.read_table(folder / "series.parquet").to_pydict()
    assert series["month"] == list(range(1, 25))
    assert close(series["gap"][-1], said["outcomes"]["gap"])
    assert parquet.read_table(folder / "councils.parquet").num_rows == 32
    metadata = strictly((folder / "metadata.json").read_text())
    assert metadata["scenarios"]["devolved"]["parameters"]["power"]["agenda"]["authorities"] == 1.0
    assert gapsim("run", "devolved", *SMALL, "--json")[1] == out
    assert gapsim("run", "devolved", *SMALL)[1].startswith("outcome")


def test_run_in_detail_is_simulated_once_and_adds_up_to_the_run(gapsim, tmp_path, monkeypatch):
    begun, begin = [], schedule.begin
    monkeypatch.setattr(schedule, "begin", lambda *asked: begun.append(asked) or begin(*asked))
    gapsim("run", "devolved", *SMALL, "--out", "there", "--detail")
    assert len(begun) == 1
    series, councils, cells, months = (
        parquet.read_table(tmp_path / "there" / f"{name}.parquet").to_pandas()
        for name in ("series", "councils", "cells", "places_by_month")
    )
    assert len(cells) == 32 * cells.change.nunique()
    assert cells.intended.sum() == pytest.approx(series.intended.sum())
    lost = cells.filter(like="lost.").sum(axis=1)
    assert (cells.intended - cells.realised).to_numpy() == pytest.approx(lost.to_numpy(), abs=1e-6)
    assert months.groupby("month").realised.sum().to_numpy() == pytest.approx(series.realised.to_numpy())
    by_place = cells.groupby("code").intended.sum() - cells.groupby("code").realised.sum()
    gaps = (by_place / cells.groupby("code").intended.sum())[councils.code]
    assert gaps.to_numpy() == pytest.approx(councils.gap.to_numpy())


def test_run_is_replication_0_of_compare(gapsim, tmp_path):
    gapsim("compare", "baseline", *SMALL, "--replications", 2, "--out", "there")
    compared = parquet.read_table(tmp_path / "there" / "runs.parquet").to_pylist()[0]
    assert strictly(gapsim("run", *SMALL, "--json")[1])["outcomes"]["gap"] == compared["gap"]


# config, list, explain


def test_config_prints_a_scenario(gapsim, tmp_path):
    code, out, _ = gapsim("config", "devolved", "work.load=2")
    assert code == 0
    (tmp_path / "again.yaml").write_text(out)
    again = gapsim("config", "again", "--scenarios", ".")
    assert again == (0, out, "")
    assert OmegaConf.create(out).work.load == 2.0
    assert strictly(gapsim("config", "work.load=2", "--json")[1])["work"]["load"] == 2.0


def test_list_names_everything(gapsim):
    said = strictly(gapsim("list", "--json")[1])
    assert {"baseline", "hierarchy", "distributed"} <= {scenario["name"] for scenario in said["scenarios"]}
    assert [mechanism["name"] for mechanism in said["mechanisms"]] == list(MECHANISM_NAMES)
    text = gapsim("list")[1]
    for entries in said.values():
        for entry in entries:
            assert entry.get("name", entry.get("key")) in text
    assert list(strictly(gapsim("list", "mechanisms", "--json")[1])) == ["mechanisms"]


def test_everything_listed_is_explained(gapsim):
    said = strictly(gapsim("list", "--json")[1])
    names = [entry.get("name", entry.get("key")) for entries in said.values() for entry in entries]
    for name in [
        *names,
        *vocabulary.OUTCOMES,
        *vocabulary.CAUSES_OF_LOSS,
        "power.agenda",
        "judged_on",
        "work",
        "status_quo",
    ]:
        code, out, _ = gapsim("explain", name)
        assert code == 0
        assert name.rpartition(".")[2] in out or name == "status_quo"


def test_experiments_are_listed_with_their_question_and_explained_with_their_size(gapsim):
    said = strictly(gapsim("list", "experiments", "--json")[1])["experiments"]
    assert [one["name"] for one in said] == sorted(experiment_files.available())
    assert all(one["question"].endswith("?") for one in said)
    for name, path in experiment_files.available().items():
        out = gapsim("explain", name)[1]
        plan = experiment_files.read(path)
        if plan.crossing is not None:
            assert "2,000 policies × 100 futures × 1 scenarios × 1 replications" in out
            assert "objective: gap, gap (mean)" in out
            continue
        points = points_of(plan.points or design_points(plan.factors, plan.design, 1))
        whole = f"{points:,} points × {len(plan.scenarios)} scenarios × {plan.replications} replications"
        assert f"({whole})" in out
        assert f"runs: {points * len(plan.scenarios) * plan.replications:,} " in out
        assert all(factor.key in out for factor in plan.factors)
    assert "did you mean `sensitivity`" in gapsim("explain", "sensitivty")[2]


def test_explain_shows_reference_magnitudes_and_all_meanings(gapsim):
    out = gapsim("explain", "reactance")[1]
    for part in (
        "mechanisms.reactance",
        "reference.reactance_will = 0.5",
        "share of will",
        "from 0.0 to 1.0",
        "source: ",
    ):
        assert part in out
    out = gapsim("explain", "partnership")[1]
    assert "partnership: mechanism" in out
    assert "partnership: scenario" in out
    assert "from month 60: power.distribution = 0.0" in gapsim("explain", "sequenced")[1]


def test_the_glossary_has_every_outcome_and_cause():
    run = compare.simulate(compose(["baseline"], SMALL)[0].parameters, 1)
    plain = [name for name in outcomes.summary(run) if not name.startswith(("losses.", "stage.", "hours."))]
    assert set(plain) <= set(vocabulary.OUTCOMES)
    assert {f"losses.{cause}" for cause in vocabulary.CAUSES_OF_LOSS} == {
        n for n in outcomes.summary(run) if n.startswith("losses.")
    }
    assert {f"stage.{stage}" for stage in vocabulary.STAGE_TERMS} == {
        n for n in outcomes.summary(run) if n.startswith("stage.")
    }


# Start-up and places


@pytest.mark.process
def test_help_loads_nothing_heavy():
    script = (
        "import sys\nfrom sim.cli import main\nmain.execute(['--help'])\n"
        "heavy = {'numpy', 'numba', 'pydantic', 'hydra', 'pandas', 'scipy', 'pyarrow', 'mesa', 'plotly', 'rich'}\n"
        "sys.exit(sorted(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "compare" in done.stdout


def test_options_allow_the_seeds_that_the_model_takes():
    assert MAX_SEED == parameters.MAX_SEED


@pytest.mark.process
def test_compare_loads_neither_mesa_nor_scipy_stats_nor_pandas(tmp_path):
    script = (
        f"import sys\nfrom sim.cli import main\nassert main.execute(['compare', '--replications', '2', *{SMALL!r}]) == 0\n"
        "sys.exit(sorted({'mesa', 'scipy.stats', 'pandas'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=300, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr


def test_shipped_folders_prefer_the_checkout(monkeypatch, tmp_path):
    root = paths.checkout()
    assert root is not None
    assert paths.bundled("scenarios") == root / "scenarios"
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "site-packages" / "sim")
    assert paths.checkout() is None
    assert paths.bundled("scenarios") == tmp_path / "site-packages" / "sim" / "shipped" / "scenarios"
