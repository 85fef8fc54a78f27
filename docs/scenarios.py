"""Run every scenario that tests a claim, judge the claim by the rule fixed beforehand, and write docs/scenarios.md.

    uv run python docs/scenarios.py                   run everything: about three minutes on two cores
    uv run python docs/scenarios.py rush heard_late   run these alone; the rows of the others stay
    uv run python docs/scenarios.py page              write the page again from docs/scenarios.csv

The rule is in docs/decisions.md, of 2026-11-30. Numbers go to docs/scenarios.csv, and the page is made from them and from the
scenario files.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from markdown_parts import inside, marked, table

from sim.analysis.comparison import MEANINGFUL
from sim.errors import nearest_name
from sim.formatting import listing, number
from sim.history.matching.fitted_set import fitted_points
from sim.model.outcomes import summary
from sim.model.parameters import Parameters
from sim.model.provenance import model
from sim.model.schedule import simulate
from sim.model.state import CAUSES
from sim.model.vocabulary import cause_name
from sim.runner.compare import cores
from sim.scenarios import scenario_files
from sim.scenarios.compose import compose_file
from sim.scenarios.overrides import Overrides
from sim.scenarios.scenario_files import NARROWS, REPORTS, Claim, ScenarioFile
from sim.stats import interval

PAGE = Path(__file__).with_name("scenarios.md")
TABLE = Path(__file__).with_name("scenarios.csv")
NOTES = "notes"
"""Between the markers of this name the page has what people wrote; it stays."""
BASELINE = "baseline"
SEED = 2026
REPLICATIONS = 100
REPLICATIONS_OF_A_SET = 2
ENOUGH = 0.9
"""Share of the sets that must agree."""
HALF = 0.5
"""Share of the change of the gap that the named causes must carry."""
ENDS = (0.05, 0.95)
SHOWN = 3
HOLDS, FAILS, OPPOSITE, INERT = "holds", "does not hold", "opposite", "inert"
VERDICTS = (HOLDS, FAILS, OPPOSITE, INERT)
WATCHED = ("gap", "rhetoric_reality", *(f"losses.{cause}" for cause in CAUSES))
COLUMNS = (
    "scenario", "without", "hash", "mean", "low", "high", "narrows", "widens", "within", "set_low", "set_middle", "set_high",
    REPORTS, *CAUSES, "replications", "sets", "replications_of_a_set", "seed", "rules",
)  # fmt: skip
"""Effects are in points of intended benefit; `narrows`, `widens` and `within` are shares of the sets."""

Row = dict[str, Any]


# The rule


def verdict(
    predicts: str, mean: float, low: float, high: float, narrows: float, widens: float, within: float
) -> str:
    """What the rule says of a claim.

    Args:
        predicts: `narrows` or `widens`.
        mean: paired effect on the gap at the defaults, in points.
        low: lower end of its 95 % interval.
        high: upper end.
        narrows: share of the sets in which the gap narrows by more than the difference that matters.
        widens: share in which it widens by more.
        within: share in which it moves by less.
    """
    matters = 100 * MEANINGFUL
    if abs(mean) < matters:
        return INERT if within >= ENOUGH else FAILS
    if mean < -matters and high < 0 and narrows >= ENOUGH:
        return HOLDS if predicts == NARROWS else OPPOSITE
    if mean > matters and low > 0 and widens >= ENOUGH:
        return OPPOSITE if predicts == NARROWS else HOLDS
    return FAILS


def carried(through: Iterable[str], mean: float, changes: Mapping[str, float]) -> float | None:
    """The share of the change of the gap that the named causes carry; None if the gap hardly changes."""
    if abs(mean) < 100 * MEANINGFUL:
        return None
    return sum(changes[cause] for cause in through) / mean


# Running


def digest(path: Path) -> str:
    """A short hash of a scenario file: another one means that its row must be run again."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:12]


def claims() -> dict[str, ScenarioFile]:
    """The scenarios that test a claim, by name."""
    files = (scenario_files.read(path) for path in scenario_files.available()[0].values())
    return {file.name: file for file in files if file.claim is not None}


def groups_of(file: ScenarioFile) -> dict[str, dict[str, Any]]:
    """What a scenario sets, taken apart: a key, a row of rights or the dated changes of one key each."""
    parts: dict[str, dict[str, Any]] = {}
    for key, value in file.leaves.items():
        if key == "interventions":
            for dated in value:
                parts.setdefault(f"{dated['key']}, dated", {"interventions": []})["interventions"].append(
                    dated
                )
        else:
            row = ".".join(key.split(".")[:2]) if key.startswith("power.") else key
            parts.setdefault(row, {})[key] = value
    return parts


def together(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What some parts of a scenario set."""
    whole: dict[str, Any] = {}
    for leaves in parts:
        dated = [*whole.get("interventions", ()), *leaves.get("interventions", ())]
        whole |= leaves
        if dated:
            whole["interventions"] = dated
    return whole


def parameters_of(leaves: Mapping[str, Any], beneath: Mapping[str, Any]) -> Parameters:
    """What a scenario runs with over a set of parameters: what it sets wins."""
    whole = Overrides(leaves={**beneath, **leaves})
    return compose_file(scenario_files.read(scenario_files.available()[0][BASELINE]), whole).parameters


def outcomes(parameters: Parameters, replications: int) -> np.ndarray:
    """The watched outcomes of every replication, in points."""
    runs = (summary(simulate(parameters, SEED, k)) for k in range(replications))
    return 100 * np.array([[run[name] for name in WATCHED] for run in runs])


def work(job: tuple[dict[str, Any], int, int]) -> np.ndarray:
    """One piece of work: some leaves over the defaults (set −1) or over one of the shipped sets."""
    leaves, which, replications = job
    beneath = {} if which < 0 else fitted_points()[which]
    return outcomes(parameters_of(leaves, beneath), replications)


def jobs_of(leaves: dict[str, Any], sets: int) -> list[tuple[dict[str, Any], int, int]]:
    """All pieces of work of a scenario: at the defaults, and in every set."""
    return [(leaves, -1, REPLICATIONS), *((leaves, which, REPLICATIONS_OF_A_SET) for which in range(sets))]


def measured(names: Sequence[str]) -> list[Row]:
    """The rows of some scenarios, each followed by those of what is left of it without one of its parts, at the defaults."""
    files, sets, rules = claims(), len(fitted_points()), model()
    asked: list[tuple[str, str]] = []
    jobs = jobs_of({}, sets)
    whole = len(jobs)
    for name in names:
        parts = groups_of(files[name])
        asked.append((name, ""))
        jobs += jobs_of(files[name].leaves, sets)
        for part in parts if len(parts) > 1 else ():
            asked.append((name, part))
            jobs.append(
                (together(leaves for other, leaves in parts.items() if other != part), -1, REPLICATIONS)
            )
    found = []
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        for done, result in enumerate(pool.map(work, jobs, chunksize=4), start=1):
            found.append(result)
            print(f"\r{done} of {len(jobs)} pieces of work done", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    base, place, rows = found[:whole], whole, []
    for name, without in asked:
        size = 1 if without else whole
        own, place = found[place : place + size], place + size
        differences = [one - other for one, other in zip(own, base, strict=False)]
        rows.append(row_of(name, without, differences, rules))
    return rows


def row_of(name: str, without: str, differences: list[np.ndarray], rules: str) -> Row:
    """One row of the table: from paired differences at the defaults, and in the sets if they were run."""
    defaults, sets = differences[0], np.array([one[:, 0].mean() for one in differences[1:]])
    found = interval(defaults[:, 0])
    row: Row = {"scenario": name, "without": without, "hash": digest(scenario_files.available()[0][name])}
    row |= {end: f"{found[end]:.4f}" for end in ("mean", "low", "high")}
    if sets.size:
        matters = 100 * MEANINGFUL
        shares = {"narrows": sets < -matters, "widens": sets > matters, "within": np.abs(sets) < matters}
        row |= {key: f"{share.mean():.4f}" for key, share in shares.items()}
        ends = np.quantile(sets, (ENDS[0], 0.5, ENDS[1]))
        row |= {f"set_{key}": f"{v:.4f}" for key, v in zip(("low", "middle", "high"), ends, strict=True)}
    means = defaults.mean(axis=0)
    row |= {key: f"{value:.4f}" for key, value in zip((REPORTS, *CAUSES), means[1:], strict=True)}
    row |= {"replications": len(defaults), "sets": sets.size, "seed": SEED, "rules": rules}
    row["replications_of_a_set"] = REPLICATIONS_OF_A_SET if sets.size else 0
    return row


# The page


def read() -> list[Row]:
    """The rows of the table."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def changes_of(row: Row) -> dict[str, float]:
    """By how much each loss changes, in points, and the part of the gap that reports do not show."""
    return {cause: float(row[cause]) for cause in (REPORTS, *CAUSES)}


def judged(row: Row, claim: Claim) -> str:
    """The verdict on the claim of a row."""
    numbers = (float(row[key]) for key in ("mean", "low", "high", "narrows", "widens", "within"))
    return verdict(claim.predicts, *numbers)


def signed(text: str | float, decimals: int = 2) -> str:
    """A number of points with its sign."""
    value = float(text)
    said = number(round(value, decimals) + 0.0, decimals)
    return f"+{said}" if value > 0 and not said.startswith("−") else said


def effect(row: Row) -> str:
    """The effect at the defaults with its interval."""
    return f"{signed(row['mean'])} [{signed(row['low'])}, {signed(row['high'])}]"


def over_sets(row: Row) -> str:
    """Between which ends the effect lies over nine tenths of the sets."""
    return f"{signed(row['set_low'], 1)} to {signed(row['set_high'], 1)}"


def agreeing(row: Row, claim: Claim) -> str:
    """In how many sets the effect is as predicted."""
    sets = int(row["sets"])
    return f"{round(float(row[claim.predicts]) * sets)} of {sets}"


def through(row: Row, claim: Claim) -> str:
    """Whether the named causes carry at least half of the change, and what share."""
    share = carried(claim.through, float(row["mean"]), changes_of(row))
    if share is None:
        return "–"
    return f"{'yes' if share >= HALF else 'no'}, {number(100 * share, 0)} %"


def causes(row: Row) -> str:
    """The causes of loss that change most."""
    changes = {cause: change for cause, change in changes_of(row).items() if cause != REPORTS}
    most = sorted(changes, key=lambda cause: -abs(changes[cause]))[:SHOWN]
    return "; ".join(
        f"{cause_name(cause)} {signed(changes[cause])}" for cause in most if abs(changes[cause]) >= 0.005
    )


def written(value: Any) -> str:
    """A value as it stands in a scenario file."""
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def sets_of(file: ScenarioFile) -> str:
    """What a scenario sets, on one line."""
    said = []
    for part, leaves in groups_of(file).items():
        for dated in leaves.get("interventions", ()):
            until = f" until {dated['until']}" if "until" in dated else ""
            said.append(f"`{dated['key']}` = {written(dated['value'])} from month {dated['month']}{until}")
        if "interventions" not in leaves:
            values = {key.removeprefix(f"{part}."): written(value) for key, value in leaves.items()}
            shown = ", ".join(f"{who} {v}" for who, v in values.items())
            said.append(f"`{part}` = {shown if part not in leaves else values[part]}")
    return "; ".join(said)


def page(rows: Sequence[Row], files: Mapping[str, ScenarioFile], notes: str) -> str:
    """The whole page."""
    found: list[tuple[ScenarioFile, Claim, Row, str]] = []
    for row in rows:
        file = files[row["scenario"]]
        if not row["without"] and file.claim is not None:
            found.append((file, file.claim, row, judged(row, file.claim)))
    found.sort(key=lambda one: (VERDICTS.index(one[3]), one[0].name))
    counted = {v: [f"`{file.name}`" for file, _, _, said in found if said == v] for v in VERDICTS}
    claims_table = table(
        [
            "scenario",
            "predicted",
            "effect at the defaults, points",
            "over the sets, 5 to 95 %",
            "sets as predicted",
            "through",
            "verdict",
        ],
        [
            [
                f"[`{f.name}`](#{f.name})",
                c.predicts,
                effect(r),
                over_sets(r),
                agreeing(r, c),
                through(r, c),
                f"**{v}**",
            ]
            for f, c, r, v in found
        ],
    )
    by_verdict = [
        f"- **{v}** ({len(names)}): {listing(names) if names else 'none'}." for v, names in counted.items()
    ]
    lines = [
        "# Which claims hold",
        "",
        *head(rows[0]),
        "## All claims",
        "",
        *by_verdict,
        "",
        claims_table,
        "",
    ]
    lines += [marked(NOTES, notes), ""]
    for said in VERDICTS:
        for file, claim, row, its in found:
            if its == said:
                lines += of_one(
                    file, claim, row, its, [r for r in rows if r["scenario"] == file.name and r["without"]]
                )
    return "\n".join(lines).rstrip() + "\n"


def head(row: Row) -> list[str]:
    """What the page is, and the rule."""
    matters = number(100 * MEANINGFUL)
    return [
        "*Written by `uv run python docs/scenarios.py` from the scenario files and `docs/scenarios.csv`; only the notes are "
        f"written by hand. {row['replications']} paired replications at the defaults, {row['replications_of_a_set']} in each "
        f"of {row['sets']} sets that history does not rule out, random seed {row['seed']}.*", "",
        "Each scenario below tests one claim of practitioners: it moves the lever that the claim names, and nothing else. "
        "A verdict is about this model under its assumptions, not about Scotland.", "",
        "## The rule", "",
        "It was fixed before any scenario was run under it ([decisions](decisions.md), 2026-11-30). E is the mean paired "
        "effect on the gap against the status quo at the defaults, in points of intended benefit; below 0 the gap narrows. S "
        "is the share of the sets in which the effect has the predicted sign and is larger than "
        f"{matters} points, the smallest difference that matters.", "",
        f"- **holds**: E has the predicted sign, its 95 % interval is clear of 0, it is larger than {matters} points, and S is "
        f"at least {number(ENOUGH)}.",
        "- **opposite**: the same with the other sign.",
        f"- **inert**: E is smaller than {matters} points, and so is the effect in at least {100 * ENOUGH:.0f} % of the sets.",
        "- **does not hold**: all else.", "",
        "*Through* says whether the causes of loss that the claim names carry at least half of the change of the gap at the "
        "defaults, and what share they carry. It can be more than 100 % where other losses move the other way, and it is not "
        f"judged where the gap moves by less than {matters} points.", "",
    ]  # fmt: skip


def of_one(file: ScenarioFile, claim: Claim, row: Row, said: str, parts: Sequence[Row]) -> list[str]:
    """The part of the page about one scenario."""
    named = (
        "what reports do not show"
        if claim.through == (REPORTS,)
        else listing([cause_name(c) for c in claim.through])
    )
    lines = [
        f"## {file.name}", "",
        f"**{file.header['title']}: {said}.** {claim.says}", "",
        f"- It sets {sets_of(file)}.",
        f"- Predicted: the gap {claim.predicts}, through {named}.",
        f"- The gap changes by {effect(row)} points at the defaults; over the sets "
        f"{over_sets(row)}, with the predicted sign and size in {agreeing(row, claim)} of them.",
        f"- The losses that change most: {causes(row) or 'none'}. Through the named ones: {through(row, claim)}.",
    ]  # fmt: skip
    if parts:
        each = "; ".join(f"without `{one['without']}` {effect(one)}" for one in parts)
        lines.append(f"- With one of its parts left out, at the defaults: {each}.")
    return [*lines, ""]


def write() -> None:
    """Write the page from the table."""
    notes = inside(PAGE.read_text(encoding="utf-8"), NOTES)
    PAGE.write_text(page(read(), claims(), notes), encoding="utf-8")


def main(words: list[str]) -> None:
    """Run what is asked for, keep the rows of the others, write table and page."""
    known = claims()
    if words == ["page"]:
        write()
        return
    for word in words:
        if word not in known:
            sys.exit(f"no scenario {word!r} tests a claim; did you mean {nearest_name(word, known)!r}?")
    kept = (
        [row for row in read() if row["scenario"] in known and row["scenario"] not in words] if words else []
    )
    order = {name: place for place, name in enumerate(known)}
    rows = sorted([*kept, *measured(words or list(known))], key=lambda row: order[row["scenario"]])
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write()


if __name__ == "__main__":
    main(sys.argv[1:])
