"""The results of a sweep for other programs: CSV tables, the summary object, and all points as a file.

Unknown numbers are empty in CSV and null in JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.decision_rules import Rules
from sim.analysis.regime_map import NOBODY, OPEN, SAME, UNKNOWN
from sim.analysis.sweep_data import FAILED, NOT_RUN, losses_of
from sim.reporting.sweep_page.findings import Findings
from sim.reporting.sweep_page.map_section import points_file_name
from sim.reporting.sweep_page.section import Table
from sim.stats import known_or_none, mean_over
from sim.storage import atomic_write_text


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


def write_points(found: Findings, folder: Path) -> Path | None:
    """Write every point with its factors, its means and who wins it, whole or not at all; None where the page holds them.

    Raises:
        OSError: if it cannot be stored.
    """
    name = points_file_name(found)
    if name is None:
        return None
    path = folder / name
    atomic_write_text(path, points_table(found).to_csv(index=False, lineterminator="\n"))
    return path


def points_table(found: Findings) -> pd.DataFrame:
    """Every point, a row each: its number, its factors, the mean of each structure, and who wins where that is asked."""
    compared = found.compared
    columns: dict[str, np.ndarray] = {"design_point": np.arange(compared.points)}
    columns |= {factor.key: factor.values for factor in compared.factors}
    response = compared.decided_by
    for structure, values in zip(compared.structures, compared.responses[response], strict=True):
        columns[f"mean_{response}_{structure}"] = mean_over(values, axis=1)
    regimes = found.found
    if regimes is not None:
        called = np.array([*regimes.structures, "nobody"])
        columns["winner"] = called[np.where(regimes.winner == NOBODY, -1, regimes.winner)]
        columns["why"] = np.array([output_name(kind) for kind in regimes.kind], object)
        columns["best"] = called[np.where(regimes.best == NOBODY, -1, regimes.best)]
        columns["rival"] = called[np.where(regimes.rival == NOBODY, -1, regimes.rival)]
        columns |= {"ahead_by": regimes.edge, "low": regimes.low, "high": regimes.high}
    return pd.DataFrame(columns)


def output_name(kind: str) -> str:
    """How outputs name why a point has no winner; others script against these names, so they stay as they were."""
    return "not told apart" if kind == OPEN else kind


def summary(found: Findings) -> dict[str, Any]:
    """The object that `gapsim report --json` prints."""
    status = found.sweep.status
    return {
        "name": found.sweep.plan["name"],
        "question": found.sweep.plan.get("question"),
        "verdict": asdict(found.verdict),
        "map": _map(found),
        "rules": _rules(found, found.rules, "rules"),
        "rules_of_two": _rules(found, found.rules_of_two, "rules-of-two"),
        **{
            table.key.replace("-", "_"): [dict(zip(table.columns, row, strict=True)) for row in table.rows]
            for table in (
                sensitivity_table(found),
                seed_table(found),
                differences_table(found),
                contrasts_table(found),
                losses_table(found),
                replications_table(found),
            )
        },
        "runs": {
            "planned": int(status.size),
            "in": int((status != NOT_RUN).sum()),
            "failed": int((status == FAILED).sum()),
        },
        "replications": found.sweep.replications,
        "seed": found.sweep.plan["seed"],
        "version": found.sweep.plan["version"],
    }


def _map(found: Findings) -> dict[str, Any] | None:
    regimes = found.found
    if regimes is None:
        return None
    return {
        "points": regimes.points,
        "won": {name: int(regimes.won_by(k).sum()) for k, name in enumerate(regimes.structures)},
        "leads": {name: int(regimes.leaders[k].sum()) for k, name in enumerate(regimes.structures)},
        "nobody": {
            output_name(kind): int(((regimes.kind == kind) & (regimes.winner == NOBODY)).sum())
            for kind in (SAME, OPEN, UNKNOWN)
        },
    }


def _rules(found: Findings, rules: Rules | None, key: str) -> dict[str, Any] | None:
    if rules is None:
        return None
    table = rules_table(found, rules, key)
    return {
        "better_than_guessing": rules.better,
        "accuracy": known_or_none(rules.accuracy),
        "guess": known_or_none(rules.guess),
        "rules": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
    }
