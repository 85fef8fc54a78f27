"""The page of the historical cases: what was reported over the fan of runs, hit or miss, and what a miss may mean."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import yaml

from sim.history.evaluate import (
    HIT_SHARE,
    ConditionResult,
    History,
    by_frozen_readings,
    by_mended_readings,
    of_independent_cases,
)
from sim.history.null_models import against_nulls
from sim.model.geography import DATA
from sim.reporting.charts.histories import calendar_month, history_charts
from sim.reporting.html import render
from sim.reporting.wording import without_quoted

MENDED_BESIDE = (
    "They were written after the freeze, from the text and before any run was judged by them. A case without one is read as "
    "frozen; one that is left out is not counted. The runs are the same. All else on this page is by the frozen readings."
)
FIXED_BEFORE = "Levels, events and rules were fixed before any case was run. A miss is a finding; nothing is changed to hit."
THE_DEFAULTS = (
    "The parameters are the declared defaults, or what the command set. The defaults are the one among the sets that these "
    "histories rule out least which lies nearest to the prior defaults (`gapsim fit`). A hit of theirs is no "
    "forecast. " + FIXED_BEFORE
)
A_FIT = (
    "The parameters are the sets that these histories do not rule out, or rule out least (`gapsim fit`), "
    "simulated in other replications "
    "than those they were found in. A hit among them is no forecast: what counts is the column for the case left out, where "
    "the sets were fitted to the other cases alone. " + FIXED_BEFORE
)


@dataclass(frozen=True)
class Page:
    """Everything the page says of one command: the histories, and how they were made.

    Args:
        histories: the cases, simulated and judged.
        replications: in how many replications each set of parameters was simulated.
        seed: random seed.
        version: version of this package.
        fitted: whether the parameters are the fitted set; else they are the defaults.
        changed: whether the command set any of them.
        command: what asked for it.
    """

    histories: Sequence[History]
    replications: int
    seed: int
    version: str
    fitted: bool
    changed: bool
    command: str

    @property
    def systems(self) -> int:
        """How many sets of parameters were simulated."""
        return self.histories[0].systems

    @property
    def system(self) -> str:
        """What was simulated, in words."""
        what = f"{self.systems} fitted sets of parameters" if self.fitted else "the default parameters"
        return f"{what} with what the command set" if self.changed else what

    @property
    def note(self) -> str:
        """What a reader must know of where the parameters come from."""
        return A_FIT if self.fitted else THE_DEFAULTS


@lru_cache(maxsize=1)
def findings() -> dict[str, str]:
    """Guesses at why cases miss, by case, written after a look at the fitted set."""
    found: dict[str, str]
    found = yaml.safe_load((DATA / "case_findings.yaml").read_text(encoding="utf-8")) or {}
    return found


@lru_cache(maxsize=1)
def left_out() -> dict[str, dict[str, str]]:
    """What the fit shipped says of each case when it was left out, by case."""
    path = DATA / "fit" / "left_out.csv"
    with open(path, encoding="utf-8", newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def condition_words(judged: ConditionResult) -> str:
    """A condition in words."""
    c = judged.condition
    what = {
        "level": f"{c.series} in {c.month}",
        "change": f"change of {c.series} from {c.first} to {c.last}",
        "apart": f"{c.series} less {c.less} in {c.month}",
    }[c.kind]
    bounds = [f"at least {c.at_least:g}"] if c.at_least is not None else []
    bounds += [f"at most {c.at_most:g}"] if c.at_most is not None else []
    return f"{what}: {' and '.join(bounds)}".replace(" -", " −")


def cases_json(page: Page) -> dict[str, Any]:
    """What the command prints with --json."""
    frozen, mended = by_frozen_readings(page.histories), by_mended_readings(page.histories)
    independent = of_independent_cases(page.histories)
    return {
        "cases": {history.case.name: _one(page, history) for history in page.histories},
        "hits": frozen.hits,
        "misses": frozen.cases - frozen.hits,
        "mended_hits": mended.hits,
        "mended_cases": mended.cases,
        "hits_of_independent": independent.hits,
        "independent_cases": independent.cases,
        "parameters": page.system,
        "fitted": page.fitted,
        "sets": page.systems,
        "replications": page.replications,
        "seed": page.seed,
        "version": page.version,
    }


def _conditions(judged: Sequence[ConditionResult]) -> list[dict[str, Any]]:
    return [
        {
            "condition": condition_words(one),
            "observed": one.seen,
            "median": float(np.median(one.values)),
            "share": float(one.held.mean()),
        }
        for one in judged
    ]


def _one(page: Page, history: History) -> dict[str, Any]:
    recoded = ("dimension", "level", "share", "hit", "own", "turned")
    nulls = ("hit", "error", "error_of_runs")
    return {
        "title": history.case.file.header.title,
        "pattern": history.case.file.pattern.says,
        "hit": history.hit,
        "share": history.share,
        "mended_hit": history.mended_hit,
        "mended_share": history.mended_share,
        "mended_left_out": history.mended_left_out,
        "sets_that_hit": history.systems_that_hit,
        "left_out": _left_out(page, history),
        "conditions": _conditions(history.judged),
        "mended_conditions": None if history.mended is None else _conditions(history.mended),
        "recoded": [{key: getattr(r, key) for key in recoded} for r in history.recoded],
        "nulls": {
            null.name: {key: getattr(null, key) for key in nulls}
            for null in against_nulls(history.case, history.series)
        },
    }


def _left_out(page: Page, history: History) -> dict[str, Any] | None:
    """How the pattern is foreseen where the parameters were fitted to the other cases; None for a case that is not fitted."""
    row = left_out().get(history.case.name) if page.fitted else None
    if row is None:
        return None
    share = float(row["shows"])
    return {"hit": share >= HIT_SHARE, "share": share}


def series_table(histories: Sequence[History]) -> dict[str, Any]:
    """Every reported series month by month: what was reported, and the middle and the fan of the runs; as columns."""
    rows: dict[str, list[Any]] = {
        name: [] for name in ("case", "series", "month", "reported", "low", "median", "high")
    }
    for history in histories:
        for name, values in history.series.items():
            points = history.case.points(name)
            low, middle, high = np.quantile(values, (0.05, 0.5, 0.95), axis=0)
            months = range(history.case.months)
            rows["case"] += [history.case.name] * len(months)
            rows["series"] += [name] * len(months)
            rows["month"] += [calendar_month(history.case.file.months.first, month) for month in months]
            rows["reported"] += [points.get(month, float("nan")) for month in months]
            for column, part in (("low", low), ("median", middle), ("high", high)):
                rows[column] += part.tolist()
    return rows


def page_html(page: Page) -> str:
    """The whole page as text; it fetches nothing."""
    runs = page.replications * page.systems
    drawn = {h.case.name: history_charts(h, runs, page.seed, page.version) for h in page.histories}
    summary = cases_json(page)
    return render(
        "cases.html.j2",
        [chart for charts in drawn.values() for chart in charts],
        page=page,
        summary=summary,
        drawn=drawn,
        mended_beside=MENDED_BESIDE,
        quoted=without_quoted(summary["cases"], summary["hits_of_independent"], summary["independent_cases"]),
        guesses=findings(),
    )
