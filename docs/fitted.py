"""Ship a finished fit and write docs/fitted.md: the set, what it hits, and the headline under it.

Run it from the project's folder, after the three commands that the page names. It copies the fit's tables to where they are
shipped, then reads the sweeps over them: `uv run python docs/fitted.py ship`, the sweeps, `uv run python docs/fitted.py`.
"""

from __future__ import annotations

import shutil
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
from against_history import curves, hits
from markdown_parts import inside, marked, table

from sim.analysis import over_set
from sim.analysis.comparison import MEANINGFUL
from sim.analysis.regime_map import regimes
from sim.analysis.sweep_data import Sweep, read_sweep
from sim.formatting import points, signed_points
from sim.history.matching import tables
from sim.history.matching.fitted_set import (
    FITTED_MAP,
    FITTED_SET,
    SCREENING,
    fitted_factors,
    fitted_points,
    kept_out,
)
from sim.model.schema import declarations
from sim.model.vocabulary import CAUSE_LABELS
from sim.paths import RESULTS
from sim.reporting.wording import share

PAGE = Path(__file__).with_name("fitted.md")
SHIPPED = Path("sim/data/fit")
EXPERIMENTS = Path("experiments")
FIT = RESULTS / "fit"
COMPARISON, MAP = RESULTS / "fitted_comparison", RESULTS / "fitted_map"
PAIR = ("hierarchy", "distributed")
ENDS = (0.025, 0.5, 0.975)
MOST_CAUSES = 8


def ship() -> None:
    """Copy the tables of the fit, its screening and its calibration to where they are shipped."""
    SHIPPED.mkdir(exist_ok=True)
    for name in (FITTED_SET, FITTED_MAP):
        if (FIT / name).is_file():
            shutil.copyfile(FIT / name, EXPERIMENTS / name)
    for name in (tables.MEMBERS, tables.WAVES, tables.LEFT_OUT, SCREENING, tables.CALIBRATION):
        if (FIT / name).is_file():
            shutil.copyfile(FIT / name, SHIPPED / name)


def number(value: float) -> str:
    """A number for a table."""
    return f"{value:.3g}"


def of_parameters() -> list[str]:
    """Where the fitted parameters lie, the prior defaults, and what is declared."""
    members = fitted_points()
    rows: list[list[object]] = []
    for factor in fitted_factors():
        judged = declarations()[factor.key].judged
        values = [one[factor.key] for one in members]
        if factor.levels is not None:
            counts = ", ".join(f"{level} {values.count(level)}" for level in factor.levels)
            share = values.count(judged) / len(values)
            rows.append(
                [
                    f"`{factor.key}`",
                    "all",
                    counts,
                    judged,
                    members[0][factor.key],
                    f"{100 * share:.0f} % have it",
                ]
            )
            continue
        numbers = np.array(values, dtype=float)
        low, middle, high = np.quantile(numbers, (0.05, 0.5, 0.95))
        below = float((numbers < judged).mean() + 0.5 * (numbers == judged).mean())
        rows.append(
            [
                f"`{factor.key}`", f"{number(factor.low or 0)} to {number(factor.high or 0)}",
                f"{number(middle)} ({number(low)} to {number(high)})", number(judged),
                number(float(members[0][factor.key])), f"above {100 * below:.0f} % of them",
            ]
        )  # fmt: skip
    head = [
        "parameter",
        "beforehand",
        "in the set: middle (nine tenths)",
        "judged before any fit",
        "declared now: the first set",
        "what was judged stands",
    ]
    return [table(head, rows), ""]


def of_waves() -> list[str]:
    """How the waves went."""
    rows = tables.read(SHIPPED / tables.WAVES)
    shown = [
        [
            r["wave"],
            r["points"],
            r["worlds"],
            _share(r["space_left"]),
            r["cases_given_up"],
            _share(r["surprised"]),
        ]
        for r in rows
    ]
    head = [
        "wave",
        "sets of parameters",
        "worlds",
        "space left before it",
        "cases given up",
        "conditions that surprised",
    ]
    return [table(head, shown), ""]


def _share(text: str) -> str:
    return f"{100 * float(text):.3g} %" if text else ""


def of_cases() -> list[str]:
    """What each case says of the set, and how each is foreseen from the others."""
    members = tables.read(SHIPPED / tables.MEMBERS)
    judged, chosen = members[0], members[1:]
    rows: list[list[object]] = []
    for left in tables.read(SHIPPED / tables.LEFT_OUT):
        case = left["case"]
        against = np.mean([float(row[f"implausibility.{case}"]) > 3 for row in chosen])
        foreseen = float(left["shows"])
        rows.append(
            [
                case, *(number(float(row[f"implausibility.{case}"])) for row in (judged, chosen[0])), f"{100 * against:.0f} %",
                _share(left["shows_when_fitted"]), f"{'hit' if foreseen >= 0.5 else 'miss'}, {100 * foreseen:.0f} %",
                f"{left['sets']} ({left['others_given_up']})", *(_share(left[name]) for name in ("constant_hazards", "bass")),
            ]
        )  # fmt: skip
    head = [
        "case", "implausibility of what was judged", "of what is declared", "sets it speaks against",
        "runs that show it, fitted",
        "runs that show it, left out", "sets the others leave (others given up)", "constant hazards, fitted to the others",
        "Bass, fitted to the others",
    ]  # fmt: skip
    return [table(head, rows), ""]


def of_calibration() -> list[str]:
    """How often sets hold truths that are known."""
    whole, *rows = tables.read(SHIPPED / tables.CALIBRATION)
    said = (
        f"Of {whole['histories']} made-up histories {_share(whole['truth_held'])} do not rule out the truth they were made "
        f"from, and {_share(whole['truth_nearly_held'])} do not but for one case; "
        f"{_share(whole['left'])} of the space is left on average."
    )
    shown = [
        [f"`{r['parameter']}`", _share(r["inside_50"]), _share(r["inside_90"]), _share(r["width"])]
        for r in rows
    ]
    return [
        said,
        "",
        table(["parameter", "truth in the middle half", "in the middle nine tenths", "width left"], shown),
        "",
    ]


def means(sweep: Sweep, name: str, response: str = "gap") -> np.ndarray:
    """(sets, worlds) of one structure, in points of intended benefit."""
    return 100 * sweep.responses[response][sweep.structures.index(name)]


def spread(values: np.ndarray) -> str:
    """The mean over everything, and between which ends means over worlds lie over the sets."""
    low, _, high = np.quantile(values.mean(axis=1), ENDS)
    return f"{values.mean():.1f} ({low:.1f} to {high:.1f})"


def of_comparison() -> list[str]:
    """The headline: gaps by structure, and the paired difference of the ends, set by set."""
    sweep = read_sweep(COMPARISON)
    difference = means(sweep, PAIR[0]) - means(sweep, PAIR[1])
    by_set = difference.mean(axis=1)
    low, _, high = np.quantile(by_set, ENDS)
    single = np.quantile(difference, ENDS)
    lines = [
        f"Hierarchy minus distributed, paired, is {difference.mean():+.1f} points of intended benefit on average over "
        f"{len(by_set)} sets and {difference.shape[1]} worlds. Over sets, their means lie from {low:+.1f} to "
        f"{high:+.1f} (95 %); single worlds in single sets from {single[0]:+.1f} to {single[2]:+.1f}. "
        f"Distributed power closes more in {100 * (by_set > 0).mean():.0f} % of sets, by more than half a "
        f"point in {100 * (by_set > 0.5).mean():.0f} %; hierarchy by more than half a point in "
        f"{100 * (by_set < -0.5).mean():.0f} %. "
        f"In the first set, the declared defaults, it is {by_set[0]:+.1f}.",
        "",
    ]
    rows = []
    for name in sweep.structures:
        against = means(sweep, name) - means(sweep, "baseline")
        rows.append(
            [
                name, *(spread(means(sweep, name, outcome)) for outcome in ("gap", "worst_decile_gap", "nominal_gap")),
                "" if name == "baseline" else spread(against),
            ]
        )  # fmt: skip
    head = [
        "structure",
        "gap, %",
        "gap in the worst-served tenth, %",
        "gap as reported, %",
        "gap minus that of the status quo, points",
    ]
    lines += [table(head, rows), ""]
    lost = {cause: [means(sweep, name, f"losses.{cause}") for name in PAIR] for cause in CAUSE_LABELS}
    order = sorted(lost, key=lambda cause: -max(part.mean() for part in lost[cause]))[:MOST_CAUSES]
    rows = [
        [CAUSE_LABELS[c], *(spread(part) for part in lost[c]), spread(lost[c][0] - lost[c][1])] for c in order
    ]
    return [*lines, table(["where it was lost, points", *PAIR, "difference"], rows), ""]


def of_map() -> list[str]:
    """Who wins where, over the fitted set and all that was not fitted."""
    sweep = read_sweep(MAP)
    found = regimes(sweep)
    best = np.asarray(found.winner)
    rows: list[list[object]] = []
    for place, name in enumerate(sweep.structures):
        against = means(sweep, name) - means(sweep, "baseline")
        rows.append(
            [
                name, f"{100 * (best == place).mean():.0f} %", spread(means(sweep, name)),
                "" if name == "baseline" else spread(against),
            ]
        )  # fmt: skip
    rows.append(["there is no clear winner", f"{100 * (best < 0).mean():.0f} %", "", ""])
    difference = means(sweep, PAIR[0]) - means(sweep, PAIR[1])
    by_point = difference.mean(axis=1)
    low, _, high = np.quantile(by_point, ENDS)
    said = (
        f"Hierarchy minus distributed is {difference.mean():+.1f} points on average over {len(by_point)} points, from "
        f"{low:+.1f} to {high:+.1f} (95 % of points); distributed power closes more at {100 * (by_point > 0.5).mean():.0f} % "
        f"of points by more than half a point, hierarchy at {100 * (by_point < -0.5).mean():.0f} %."
    )
    head = ["structure", "closes most at", "gap, %", "gap minus that of the status quo, points"]
    return [said, "", table(head, rows), ""]


def of_range() -> list[str]:
    """Every pair of structures over the set and the ranges of what was kept out: what `gapsim compare` weighs."""
    found = over_set.table()
    if found is None:
        return [over_set.NO_TABLE, ""]
    rows: list[list[object]] = []
    for a, b in combinations(over_set.STRUCTURES, 2):
        known = over_set.of_pair(found, a, b)
        ends, smaller = known.range(), known.smaller(MEANINGFUL)
        written = f"{signed_points(ends.mean)} ({points(ends.low)} to {points(ends.high)})"
        rows.append([f"{a} − {b}", written, share(smaller[a]), share(smaller[b])])
    said = (
        f"{known.points} design points, {known.replications} replications each. A difference above 0 means that the second "
        f"closes more; it counts from {points(MEANINGFUL)} points. The range is the middle 95 % of design points."
    )
    head = ["pair", "difference of the gap, points", "the first closes more at", "the second at"]
    return [said, "", table(head, rows), ""]


def of_kept_out() -> list[str]:
    """What was kept out, and why."""
    return [f"- {', '.join(f'`{key}`' for key in row.keys)}: {row.because}" for row in kept_out()] + [""]


def of_frontier() -> list[str]:
    """What `docs/frontier.py` wrote between its markers, kept as it stands."""
    return [marked("frontier", inside(PAGE.read_text(encoding="utf-8"), "frontier")), ""]


def write() -> None:
    """Write the page."""
    parts: list[tuple[str, str, list[str]]] = [
        ("What is fitted", "From `sim/data/fit.yaml` and `experiments/fitted_set.csv`.", of_parameters()),
        ("Kept out, fixed by assumption", "", of_kept_out()),
        ("How the waves went", "From `uv run gapsim fit` (`sim/data/fit/waves.csv`).", of_waves()),
        ("What each case says", "From the same command (`members.csv`, `left_out.csv`).", of_cases()),
        (
            "Hit or miss",
            "From `uv run gapsim cases --out results/cases`, and the same with `--defaults` into `results/cases_defaults`; "
            "left out of the fit: from `uv run gapsim fit`.",
            [table(*hits()), ""],
        ),
        ("History against practice", "", of_frontier()),
        (
            "Against null models",
            "From the same commands. Errors are root mean squares on points after the announcement, as a share of the range "
            "from nobody to everybody; that of the median run is on the points that constant hazards are held to. "
            "Percentages are shares of the curves that hit most of the other cases.",
            [table(*curves()), ""],
        ),
        (
            "Does a set hold the truth, where it is known?",
            "From `uv run gapsim fit calibration`.",
            of_calibration(),
        ),
        (
            "The headline under the fitted set",
            "From `uv run gapsim sweep fitted_comparison`.",
            of_comparison(),
        ),
        (
            "The range behind the headline",
            "From `uv run python docs/over_the_set.py` (`sim/data/fit/over_set.csv`). Each design point is a fitted set with a "
            "draw of what was kept out of the fit; `gapsim compare` weighs it.",
            of_range(),
        ),
        ("The map under the fitted set", "From `uv run gapsim sweep fitted_map`.", of_map()),
    ]
    lines = [
        "# The fitted set, and the headline under it", "",
        "*Written by `uv run python docs/fitted.py`. What it means: [validation](validation.md), [claims](claims.md).*",
        "",
    ]  # fmt: skip
    for heading, source, body in parts:
        lines += [f"## {heading}", "", *([source, ""] if source else []), *body]
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["ship"]:
        ship()
    else:
        write()
