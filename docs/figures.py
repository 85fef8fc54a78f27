"""Put the numbers of validation.md, claims.md and README.md where they stand, from what commands gave.

    uv run python docs/figures.py           measure again: reads results/, writes figures.csv, fills the pages
    uv run python docs/figures.py fill      fill the pages from figures.csv, and from the shipped tables of the fit

In a page a figure stands between `<!--fig NAME-->` and `<!--end-->`, which no reader sees. Nobody types one: a test compares
every page with `figures.csv`, and that with the shipped set. Words that follow from numbers (who closes more, which cases) are
figures as well, so that a sentence turns when its number does.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from against_history import DEFAULTS, FITTED, SHIPPED, left_out, summaries
from scipy.stats import spearmanr

from sim.analysis import over_set
from sim.analysis.comparison import difference
from sim.analysis.regime_map import regimes
from sim.analysis.sweep_data import Sweep, read_sweep
from sim.history.evaluate import HIT_SHARE
from sim.history.matching import tables
from sim.history.matching.fitted_set import FITTED_SET, SCREENING, fitted_factors, fitted_points
from sim.history.matching.targets import CUT_OFF
from sim.history.matching.waves import WaveSettings
from sim.model.geography import DATA
from sim.model.parameters import STABLE
from sim.model.vocabulary import CAUSE_LABELS
from sim.paths import RESULTS
from sim.reporting.comparison_text import Verdict, at_these_settings
from sim.runner.compare import compare
from sim.scenarios.compose import compose
from sim.verification import practice

HERE = Path(__file__).parent
PAGES = (
    HERE / "validation.md",
    HERE / "claims.md",
    HERE / "index.md",
    HERE / "results.md",
    HERE.parent / "README.md",
)
TABLE = HERE / "figures.csv"
FIGURE = re.compile(r"<!--fig (?P<name>[\w.]+)-->(?P<text>.*?)<!--end-->", re.DOTALL)

COMPARISON, MAP = RESULTS / "fitted_comparison", RESULTS / "fitted_map"
PAIR = ("hierarchy", "distributed")
MATTERS = 0.5
"""Points of intended benefit below which a difference is none."""
ENDS = (0.025, 0.975)
WORLDS = 100
"""Worlds of one comparison, unless said otherwise."""
NARROWED = 0.7
"""Width of the middle nine tenths of the set, as a share of that of the range, from which a parameter counts as narrowed."""
EXPENSIVE = "design.hours=30000"
NUMBERS = [
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]

Figures = dict[str, str]


def in_words(count: int) -> str:
    """A small number as a word."""
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def listed(names: list[str], nothing: str = "none") -> str:
    """Names one after the other."""
    plain = [f"`{name}`" if "_" in name else name for name in names]
    return (
        nothing if not plain else plain[0] if len(plain) == 1 else f"{', '.join(plain[:-1])} and {plain[-1]}"
    )


SAID = {"hierarchy": "hierarchy", "distributed": "distributed power"}


def closes_more(found: Verdict) -> str:
    """Who closes more of the gap, as far as the verdict on the comparison says so."""
    if found.winner is not None:
        (other,) = set(SAID) - {found.winner}
        return f"{SAID[found.winner]} closes more of the gap than {SAID[other]}"
    if found.kind == "depends":
        return "it depends on chance which of hierarchy and distributed power closes more of the gap"
    return "neither hierarchy nor distributed power is shown to close more of the gap"


def percent(share: float) -> str:
    """A share for a sentence."""
    return f"{100 * share:.3g} %"


def from_to(counts: list[int]) -> str:
    """The smallest and the largest of some counts in words, or the one that all are."""
    low, high = in_words(min(counts)), in_words(max(counts))
    return low if low == high else f"{low} to {high}"


# From the tables that are shipped with the model: a test makes these again.


def of_the_fit() -> Figures:
    """What was fitted, and what each case says of it."""
    screened = tables.read(SHIPPED / SCREENING)
    judged, *members = tables.read(SHIPPED / tables.MEMBERS)
    apart = left_out()
    cases = list(apart)

    def against(row: dict[str, str]) -> list[str]:
        return [name for name in cases if float(row[f"implausibility.{name}"]) > CUT_OFF]

    counted = [int(row["cases_against"]) for row in members]
    by_frozen = [int(row["frozen_against"]) for row in members]
    foreseen = [name for name in cases if float(apart[name]["shows"]) >= HIT_SHARE]
    whole = tables.read(SHIPPED / tables.CALIBRATION)[0]
    effort = WaveSettings()
    names = [factor.key for factor in fitted_factors()]
    informed = [
        factor.key for factor, width in zip(fitted_factors(), _widths(), strict=True) if width < NARROWED
    ]
    return {
        "fit.screened": str(len(screened)),
        "fit.fitted": str(len(names)),
        "fit.first": str(effort.first),
        "fit.later": str(effort.later),
        "fit.worlds": in_words(effort.replications),
        "fit.waves": in_words(effort.waves),
        "fit.again": in_words(effort.confirm_replications),
        "fit.enough": in_words(effort.enough) if effort.enough <= 12 else str(effort.enough),
        "fit.sets": str(len(members)),
        "fit.against": from_to(counted),
        "fit.but_for_one": str(sum(count <= 1 for count in counted)),
        "fit.frozen_against": from_to(by_frozen),
        "fit.frozen_but_for_two": str(sum(count <= 2 for count in by_frozen)),
        "fit.cases": in_words(len(cases)),
        "fit.never": listed([n for n in cases if all(n in against(row) for row in members)]),
        "fit.never_shown": listed([n for n in cases if all(float(r[f"shows.{n}"]) == 0 for r in members)]),
        "fit.judged_against": in_words(len(against(judged))),
        "fit.default_against_names": listed(against(members[0])),
        "fit.narrowed": ", ".join(f"`{key}`" for key in informed) or "none",
        "fit.as_wide": str(len(names) - len(informed)),
        "left_out.hits": in_words(len(foreseen)),
        "left_out.hit_names": listed(foreseen),
        "left_out.misses": in_words(len(cases) - len(foreseen)),
        **{
            f"left_out.{null}": in_words(sum(float(apart[n][null]) >= HIT_SHARE for n in cases))
            for null in ("constant_hazards", "bass")
        },
        "calibration.histories": whole["histories"],
        "calibration.held": percent(float(whole["truth_held"])),
        "calibration.nearly": percent(float(whole["truth_nearly_held"])),
        "mechanisms.count": str(len(STABLE)),
        "mechanisms.centre": in_words(len(for_the_centre())),
    }


def _widths() -> list[float]:
    """How wide the middle nine tenths of the set are, as a share of those of the range; choices by their commonest level."""
    points, found = fitted_points(), []
    for factor in fitted_factors():
        values = [one[factor.key] for one in points]
        if factor.levels is not None:
            most = max(values.count(level) for level in factor.levels) / len(values)
            found.append((1.0 - most) / (1.0 - 1.0 / len(factor.levels)))
            continue
        assert factor.low is not None
        assert factor.high is not None
        low, high = np.quantile(np.array(values, dtype=float), (0.05, 0.95))
        found.append(float(high - low) / (0.9 * (factor.high - factor.low)))
    return found


def for_the_centre() -> set[str]:
    """Mechanisms that theory says favour the centre, as written down before they were run."""
    written = yaml.safe_load((DATA / "directions.yaml").read_text(encoding="utf-8"))["contrasts"]
    return {row["name"] for row in written if row.get("predicted") == "-" and row["name"] in STABLE}


# From results, measured by commands.


def of_the_cases() -> Figures:
    """Hits and misses of the defaults and of the fitted set: `gapsim cases --out results/cases`, and with `--defaults`."""
    fitted, defaults = summaries(FITTED), summaries(DEFAULTS)
    close = [
        name
        for name, case in fitted["cases"].items()
        if case["nulls"]["constant_hazards"]["error_of_runs"] < case["nulls"]["constant_hazards"]["error"]
    ]
    turned = []
    for name, case in fitted["cases"].items():
        others = sum(moved["turned"] for moved in case["recoded"])
        if others:
            turned.append(f"`{name}` at {others} of {len(case['recoded'])}")
    names = list(fitted["cases"])
    linear = [n for n in names if fitted["cases"][n]["nulls"]["linear_trend"]["hit"]]
    found = {
        "cases.count": in_words(len(names)),
        "cases.mended_count": in_words(fitted["mended_cases"]),
        "cases.fitted_mended_hits": in_words(fitted["mended_hits"]),
        "cases.defaults_mended_hits": in_words(defaults["mended_hits"]),
        "cases.fitted_hits": in_words(fitted["hits"]),
        "cases.fitted_hit_names": listed([n for n in names if fitted["cases"][n]["hit"]]),
        "cases.defaults_hits": in_words(defaults["hits"]),
        "cases.defaults_hit_names": listed([n for n in names if defaults["cases"][n]["hit"]]),
        "cases.runs": f"{fitted['sets'] * fitted['replications']}",
        "cases.replications": str(defaults["replications"]),
        "cases.closer_than_hazards": in_words(len(close)),
        "cases.linear_hits": in_words(len(linear)),
        "cases.turned": "; ".join(turned) or "none",
    }
    return found


def gaps(sweep: Sweep, name: str, response: str = "gap") -> np.ndarray:
    """(points, worlds) of one structure, in points of intended benefit."""
    return 100 * sweep.responses[response][sweep.structures.index(name)]


def of_the_comparison() -> Figures:
    """Hierarchy minus distributed under the fitted set: `gapsim sweep fitted_comparison`."""
    sweep = read_sweep(COMPARISON)
    difference = gaps(sweep, PAIR[0]) - gaps(sweep, PAIR[1])
    by_set = difference.mean(axis=1)
    low, high = np.quantile(by_set, ENDS)
    run_variance = (
        float(np.sqrt(difference.var(axis=1, ddof=1).mean())) if difference.shape[1] > 1 else float("nan")
    )
    lost = {cause: [gaps(sweep, name, f"losses.{cause}") for name in PAIR] for cause in CAUSE_LABELS}
    of_hierarchy, of_distributed, unclear = [], [], []
    for cause, (one, other) in lost.items():
        away = (one - other).mean(axis=1)
        bottom, top = np.quantile(away, ENDS)
        if abs(away.mean()) < MATTERS:
            continue
        where = of_hierarchy if bottom > 0 else of_distributed if top < 0 else unclear
        where.append(CAUSE_LABELS[cause])
    largest = [max(lost, key=lambda cause: float(lost[cause][side].mean())) for side in (0, 1)]
    lead = gaps(sweep, PAIR[1]).mean(axis=1) - gaps(sweep, "citizen_led").mean(axis=1)
    return {
        "comparison.mean": f"{by_set.mean():+.1f}",
        "comparison.low": f"{low:+.1f}",
        "comparison.high": f"{high:+.1f}",
        "comparison.width": f"{high - low:.1f}",
        "comparison.chance": f"{2 * 1.96 * run_variance / np.sqrt(WORLDS):.2f}",
        "comparison.distributed": percent(float((by_set > MATTERS).mean())),
        "comparison.hierarchy": percent(float((by_set < -MATTERS).mean())),
        "comparison.hierarchy_loses": listed(of_hierarchy),
        "comparison.distributed_loses": listed(of_distributed),
        "comparison.unclear": listed(unclear),
        "comparison.largest": " and ".join(dict.fromkeys(CAUSE_LABELS[cause] for cause in largest)),
        **_what_the_lead_hangs_on(lead),
    }


def _what_the_lead_hangs_on(lead: np.ndarray) -> Figures:
    """The fitted number with which the lead of `citizen_led` over distributed power goes most, over the sets."""
    most, r = goes_most_with(lead, fitted_points(), lambda x, y: float(np.corrcoef(x, y)[0, 1]))
    return {
        "comparison.lead": f"{lead.mean():+.1f}",
        "comparison.lead_key": f"`{most}`",
        "comparison.lead_r": f"{r:+.2f}",
    }


def goes_most_with(
    outcome: np.ndarray,
    points: Sequence[Mapping[str, Any]],
    correlation: Callable[[np.ndarray, np.ndarray], float],
) -> tuple[str, float]:
    """The number of some points with which an outcome goes most, and the correlation of the two."""
    numbers = {
        key: np.array([p[key] for p in points]) for key, one in points[0].items() if not isinstance(one, str)
    }
    found = {key: correlation(values, outcome) for key, values in numbers.items() if np.std(values) > 0}
    most = max(found, key=lambda key: abs(found[key]))
    return most, found[most]


def of_the_map() -> Figures:
    """Who wins where over the fitted set: `gapsim sweep fitted_map`."""
    sweep = read_sweep(MAP)
    best = np.asarray(regimes(sweep).winner)
    by_point = (gaps(sweep, PAIR[0]) - gaps(sweep, PAIR[1])).mean(axis=1)
    return {
        "map.citizen_led": percent(float((best == sweep.structures.index("citizen_led")).mean())),
        "map.nobody": percent(float((best < 0).mean())),
        "map.hierarchy": percent(float((by_point < -MATTERS).mean())),
    }


def of_one_comparison(*overrides: str) -> tuple[str, str]:
    """Hierarchy minus distributed, in points, over a hundred worlds, and who closes more at these settings alone."""
    compared = compare(compose(PAIR, overrides), WORLDS, 2026)
    mean = difference(*compared.scenarios, "gap").mean or 0.0
    return f"{100 * mean:+.1f}", closes_more(at_these_settings(compared))


def of_the_defaults() -> Figures:
    """Hierarchy minus distributed at the declared defaults: `gapsim compare`."""
    difference, says = of_one_comparison()
    return {"comparison.defaults": difference, "comparison.defaults_says": says}


def of_the_range() -> Figures:
    """Hierarchy minus distributed over the shipped set, as `gapsim compare` prints it."""
    found = over_set.table()
    if found is None:
        raise SystemExit("the table over the set is of another version: uv run python docs/over_the_set.py")
    known = over_set.of_pair(found, *PAIR)
    ends, smaller = known.range(), known.smaller(MATTERS / 100)
    return {
        "range.mean": f"{100 * ends.mean:+.1f}",
        "range.low": f"{100 * ends.low:+.1f}",
        "range.high": f"{100 * ends.high:+.1f}",
        "range.points": str(known.points),
        **{f"range.{name}": percent(smaller[name]) for name in PAIR},
        **_what_the_range_hangs_on(known.differences["gap"]),
    }


def _what_the_range_hangs_on(difference: np.ndarray) -> Figures:
    """The number with which the difference goes most over the design points, by rank."""
    points = fitted_points(over_set.design_file())
    most, r = goes_most_with(difference, points, lambda x, y: float(spearmanr(x, y).statistic))
    return {"range.hangs_on": f"`{most}`", "range.hangs_on_r": f"{r:+.2f}"}


def of_practice() -> Figures:
    """Which statements of practitioners come out at the defaults: `gapsim verify practice`."""
    rows = practice.measure(points=()).rows()
    missed = [row["name"].partition(" ")[2] for row in rows if not row["passed"]]
    return {
        "practice.statements": str(len(rows)),
        "practice.reached": str(len(rows) - len(missed)),
        "practice.missed": "; ".join(missed) or "none",
    }


def of_expensive_designs() -> Figures:
    """Hierarchy minus distributed where designing is expensive: `gapsim compare design.hours=30000`."""
    difference, says = of_one_comparison(EXPENSIVE)
    return {"expensive.difference": difference, "expensive.says": says}


SOURCES = {
    "gapsim fit": of_the_fit,
    "gapsim cases": of_the_cases,
    "gapsim compare": of_the_defaults,
    "docs/over_the_set.py": of_the_range,
    "gapsim sweep fitted_comparison": of_the_comparison,
    "gapsim sweep fitted_map": of_the_map,
    f"gapsim compare {EXPENSIVE}": of_expensive_designs,
    "gapsim verify practice": of_practice,
}


def fingerprint() -> str:
    """Which fitted set results are of."""
    return hashlib.sha256((HERE.parent / "experiments" / FITTED_SET).read_bytes()).hexdigest()[:12]


def measured() -> Figures:
    """All figures as last measured, and the set that they are of."""
    with open(TABLE, encoding="utf-8", newline="") as file:
        return {row["name"]: row["text"] for row in csv.DictReader(file)}


def measure() -> None:
    """Make every figure again from results, and write the table."""
    rows = [("set", fingerprint(), "gapsim fit")]
    for command, source in SOURCES.items():
        rows += [(name, text, command) for name, text in source().items()]
    with open(TABLE, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("name", "text", "command"))
        writer.writerows(rows)


def filled(text: str, figures: Figures) -> str:
    """A page with its figures as they are."""
    return FIGURE.sub(lambda found: f"<!--fig {found['name']}-->{figures[found['name']]}<!--end-->", text)


def fill() -> None:
    """Put every figure into its pages."""
    figures = measured()
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8"), figures), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["fill"]:
        measure()
    fill()
