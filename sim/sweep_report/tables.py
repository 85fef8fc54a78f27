"""The tables of a sweep's report as numbers, to be downloaded as CSV: unknown numbers are empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.statistics import known_or_none
from sim.sweep_analysis.decision_rules import Rules
from sim.sweep_analysis.regimes import NOBODY
from sim.sweep_analysis.swept import losses_of
from sim.sweep_report.findings import Findings


@dataclass(frozen=True)
class Table:
    """Columns and rows of numbers and words.

    Attributes:
        key: short name, also of the file.
        columns: their names.
        rows: one tuple a row.
    """

    key: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


def rules_table(findings: Findings, rules: Rules, key: str) -> Table:
    """Some rules, one a row."""
    names = findings.compared.structures
    rows = [
        (
            rule.words,
            "nobody" if rule.outcome == NOBODY else names[rule.outcome],
            int(rule.inside.sum()),
            rule.density,
            rule.coverage,
        )
        for rule in rules.rules
    ]
    return Table(key, ("where", "wins_most", "points", "density", "coverage"), rows)


def sensitivity_table(findings: Findings) -> Table:
    """Every index of every factor and response."""
    ends = ("", "_low", "_high")
    columns = (
        "response",
        "method",
        "factor",
        *(f"{m}{e}" for m in ("first", "total", "rank") for e in ends),
        "points",
    )
    rows = [
        (s.response, s.method, i.factor, *_known(i.first), *_known(i.total), *_known(i.rank), s.points)
        for s in findings.sensitivities
        for i in s.influences
    ]
    return Table("sensitivity", columns, rows)


def seed_table(findings: Findings) -> Table:
    """Which share of a run's variance is due to the seed."""
    rows = [(response, *_known(found)) for response, found in findings.seed_shares]
    return Table("seed-share", ("response", "share", "low", "high"), rows)


def differences_table(findings: Findings) -> Table:
    """Every paired difference over the map."""
    columns = ("a", "b", "outcome", "mean", "low", "high", "replications", "smallest_at_a_point", "largest_at_a_point",
               "p_holm")  # fmt: skip
    rows = [
        (d.a, d.b, d.response, d.mean, d.low, d.high, d.pairs, d.smallest, d.largest, d.adjusted)
        for d in findings.differences
    ]
    return Table("differences", columns, rows)


def contrasts_table(findings: Findings) -> Table:
    """Every point against the one that its group starts from."""
    columns = ("group", "start", "point", "response", "mean", "low", "high", "replications", "p_holm")
    rows = [
        (c.group, c.start, c.point, c.response, c.mean, c.low, c.high, c.pairs, c.adjusted)
        for c in findings.contrasts
    ]
    return Table("contrasts", columns, rows)


def losses_table(findings: Findings) -> Table:
    """Where the benefit was lost: a row for each region, structure and cause."""
    causes = losses_of(findings.compared)
    rows = [
        (region.name, region.points, name, cause, known_or_none(float(region.lost[row, k])))
        for region in findings.regions
        for k, name in enumerate(findings.compared.structures)
        for row, cause in enumerate(causes)
    ]
    return Table("losses", ("region", "points", "structure", "cause", "share_of_intended_benefit"), rows)


def replications_table(findings: Findings) -> Table:
    """What fewer replications would have said."""
    enough = findings.enough
    rows = list(zip(enough.tried, enough.agreement, enough.decided, strict=True)) if enough else []
    return Table("replications", ("replications", "called_the_same", "given_to_a_structure"), rows)


def factors_table(findings: Findings) -> Table:
    """What was varied."""
    rows = []
    for f in findings.sweep.factors:
        low, high = (float(f.values.min()), float(f.values.max())) if f.numeric else (None, None)
        rows.append((f.key, f.role, low, high, len(f.levels), f.unit, f.sentence))
    return Table("factors", ("factor", "role", "lowest", "highest", "values", "unit", "meaning"), rows)


def _known(values: Sequence[float]) -> tuple[float | None, ...]:
    return tuple(known_or_none(float(v)) if np.isfinite(v) else None for v in values)
