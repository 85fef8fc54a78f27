"""The page of the historical cases: what was reported over the fan of runs, hit or miss, and what a miss may mean."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import yaml

from sim.formatting import counted, number, percent
from sim.history.case_schema import Observed
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
from sim.reporting.charts.base import Chart
from sim.reporting.charts.histories import calendar_month, history_charts
from sim.reporting.charts.render import drawing, library
from sim.reporting.html import NO_SCRIPT, asset, carry, chart_box, document, escape, table
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
    mended, independent = by_mended_readings(page.histories), of_independent_cases(page.histories)
    return {
        "cases": {history.case.name: _one(page, history) for history in page.histories},
        "hits": sum(history.hit for history in page.histories),
        "misses": sum(not history.hit for history in page.histories),
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
    recoded = [
        {
            "dimension": r.dimension,
            "level": r.level,
            "share": r.share,
            "hit": r.hit,
            "own": r.own,
            "turned": r.turned,
        }
        for r in history.recoded
    ]
    nulls = {
        null.name: {"hit": null.hit, "error": null.error, "error_of_runs": null.error_of_runs}
        for null in against_nulls(history.case, history.series)
    }
    about = {"title": history.case.file.header.title, "pattern": history.case.file.pattern.says}
    return {
        **about,
        "hit": history.hit,
        "share": history.share,
        "mended_hit": history.mended_hit,
        "mended_share": history.mended_share,
        "mended_left_out": history.mended_left_out,
        "sets_that_hit": history.systems_that_hit,
        "left_out": _left_out(page, history),
        "conditions": _conditions(history.judged),
        "mended_conditions": None if history.mended is None else _conditions(history.mended),
        "recoded": recoded,
        "nulls": nulls,
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
    drawn = {
        h.case.name: history_charts(h, page.replications * page.systems, page.seed, page.version)
        for h in page.histories
    }
    parts = [
        "<h1>Does it hold against history?</h1>",
        f'<p class="lead">{counted(len(page.histories), "historical case")} · {counted(page.systems, "parameter set")} · '
        f"{counted(page.replications, 'replication')} each · "
        f"seed {page.seed} · gapsim {escape(page.version)}</p>",
        _verdict(page),
        _overview(page),
        NO_SCRIPT,
        *(_section(page, history, drawn[history.case.name]) for history in page.histories),
        f'<section id="again"><h2>Make it again</h2><pre>gapsim {escape(page.command)}</pre></section>',
        f"<footer>{asset('licence.html')}</footer>",
    ]
    charts = [chart for name in drawn for chart in drawn[name]]
    return document(
        "Historical cases: the implementation gap",
        asset("report.css"),
        parts,
        [carry(f"{chart.key}-drawing", drawing(chart)) for chart in charts],
        [library(), asset("report.js")],
    )


def _verdict(page: Page) -> str:
    """Both counts, the count of the cases that are an independent test, and where the parameters come from."""
    frozen, mended = by_frozen_readings(page.histories), by_mended_readings(page.histories)
    independent = of_independent_cases(page.histories)
    said = [f"By the mended readings: {mended.hits} of {mended.cases}. {MENDED_BESIDE}"]
    said += without_quoted([h.case.name for h in page.histories], independent.hits, independent.cases)
    points = "".join(f"<li>{escape(one)}</li>" for one in [*said, page.note])
    return (
        f'<section class="verdict"><p class="headline">{frozen.hits} of {frozen.cases} patterns are hit by '
        f"{escape(page.system)}</p><ul>{points}</ul></section>"
    )


def _word(hit: bool | None) -> str:
    return "hit" if hit else "miss"


def _result(history: History) -> str:
    return _word(history.hit)


def _result_mended(history: History) -> str:
    """The verdict of the mended reading in a cell, marked where it differs from the frozen one."""
    if history.mended_left_out:
        return "left out"
    if history.mended_hit is None:
        return "none"
    other = "" if history.mended_hit == history.hit else "another verdict: "
    return f"{other}{_word(history.mended_hit)}, {percent(history.mended_share, 0)} of runs"


def _overview(page: Page) -> str:
    """All cases in a table; with a fit, how each is foreseen from the others as well."""
    head = ["Case", "Pattern", "Result", "Runs that show it", "Mended reading"]
    if page.fitted:
        head += ["Sets that hit", "Left out of the fit"]
    rows = []
    for h in page.histories:
        row = [h.case.name, h.case.file.pattern.says, _result(h), percent(h.share, 0), _result_mended(h)]
        if page.fitted:
            foreseen = _left_out(page, h)
            said = "not fitted"
            if foreseen is not None:
                said = f"{_word(foreseen['hit'])}, {percent(foreseen['share'], 0)} of runs"
            row += [f"{h.systems_that_hit} of {h.systems}", said]
        rows.append((*row, _nulls_that_hit(h)))
    return table((*head, "Null models that show it"), rows)


def _section(page: Page, history: History, charts: Sequence[Chart]) -> str:
    file = history.case.file
    said = f"<p><b>{_result(history).capitalize()}.</b> {escape(file.pattern.says)} "
    said += f"{percent(history.share, 0)} of runs show all of it.</p>"
    if not history.hit:
        guess = findings()[history.case.name]
        said += f"<p><b>A guess at why</b> (written for the fitted set): {escape(guess)}</p>"
    return (
        f'<section id="{history.case.name}"><h2>{escape(file.header.title)}</h2><p>{escape(file.header.question)}</p>{said}'
        + _conditions_table(history.judged)
        + _mended(history)
        + "".join(_figure(chart) for chart in charts)
        + _nulls(history)
        + _assumed(history)
        + "</section>"
    )


def _conditions_table(judged: Sequence[ConditionResult]) -> str:
    return table(
        ("Condition", "Observed", "Median run", "Holds in"),
        [
            (
                condition_words(j),
                number(j.seen),
                number(float(np.median(j.values))),
                percent(float(j.held.mean()), 0),
            )
            for j in judged
        ],
    )


def _mended(history: History) -> str:
    """The mended reading of a case: its verdict, its reason, its conditions and how it reads the series."""
    mended = history.case.file.mended
    if mended is None:
        return ""
    head = f"<p><b>Mended reading of {mended.date.isoformat()}: "
    if history.mended is None:
        return f"{head}left out of the mended count.</b> {escape(mended.because)}</p>"
    said = f"{head}{_word(history.mended_hit)}.</b> "
    if mended.pattern is not None and mended.pattern.says is not None:
        said += f"{escape(mended.pattern.says)} "
    said += f"{percent(history.mended_share, 0)} of runs show all of it. {escape(mended.because)}</p>"
    said += _conditions_table(history.mended)
    return said + (_read(mended.observed) if mended.observed else "")


def _read(observed: Mapping[str, Observed]) -> str:
    """How series are read from the model, as a table."""
    rows = [
        (name, o.outcome, "" if o.at_none is None else f"{o.at_none:g} to {o.at_full:g}", o.because)
        for name, o in observed.items()
    ]
    return table(("Series", "Read from", "Nobody to everybody", "Because"), rows)


def _figure(chart: Chart) -> str:
    return (
        f"<figure>{chart_box(chart)}</figure><details><summary>Its numbers</summary>"
        f"{table(chart.columns, chart.rows)}</details>"
    )


def _nulls_that_hit(history: History) -> str:
    return ", ".join(null.name for null in against_nulls(history.case, history.series) if null.hit) or "none"


def _nulls(history: History) -> str:
    """What curves that know nothing of power make of the case."""
    words = {True: "hit", False: "miss", None: "no test: too few figures"}
    rows = [
        (null.name, words[null.hit], percent(null.error, 0), percent(null.error_of_runs, 0))
        for null in against_nulls(history.case, history.series)
    ]
    columns = ("Null model", "Result", "Error", "Median run on the same points")
    return (
        f"<details><summary>What null models make of it</summary>{table(columns, rows)}"
        "<p>Errors: root mean square, as a share of the range from nobody to everybody, on points after the announcement that "
        "the null model was not given.</p></details>"
    )


def _assumed(history: History) -> str:
    """What was coded and dated, and what other codings make of it."""
    file = history.case.file
    kinds = [(name, row.level, row.because) for name, row in file.change.type.items()]
    dated = [
        (e.month, e.event, e.until or "", e.by or "", ", ".join(e.places or []), e.source)
        for e in file.timeline
    ]
    moved = [
        (r.dimension, r.level, "hit" if r.hit else "miss", percent(r.share, 0), percent(r.own, 0))
        for r in history.recoded
    ]
    parts = [
        table(("Kind of change", "Level", "Because"), kinds),
        table(("Month", "Event", "Until", "By", "Where", "Source"), dated),
        _read(file.observed),
    ]
    if moved:
        parts.append(
            table(("One level moved", "To", "Result", "Runs that show it", "The same runs as coded"), moved)
        )
    return (
        f"<details><summary>What was coded and dated, and what another coding gives</summary>{''.join(parts)}"
        f"<p>Source: {escape(file.header.source)}</p></details>"
    )
