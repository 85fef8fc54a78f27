"""What was found in a sweep as one object for other programs; unknown numbers are None."""

from __future__ import annotations

from typing import Any

from sim.statistics import known_or_none
from sim.sweep_analysis.decision_rules import Rules
from sim.sweep_analysis.regimes import NOBODY, OPEN, SAME, UNKNOWN
from sim.sweep_analysis.swept import FAILED, NOT_RUN
from sim.sweep_report import tables
from sim.sweep_report.findings import Findings


def summary(found: Findings) -> dict[str, Any]:
    """The object that `gapsim report --json` prints."""
    status, verdict = found.sweep.status, found.verdict
    return {
        "name": found.sweep.plan["name"],
        "question": found.sweep.plan.get("question"),
        "verdict": {
            "kind": verdict.kind,
            "winner": verdict.winner,
            "notice": verdict.notice,
            "headline": verdict.headline,
            "sentences": list(verdict.sentences),
        },
        "map": _map(found),
        "rules": _rules(found, found.rules, "rules"),
        "rules_of_two": _rules(found, found.rules_of_two, "rules-of-two"),
        **{
            table.key.replace("-", "_"): [dict(zip(table.columns, row, strict=True)) for row in table.rows]
            for table in (
                tables.sensitivity_table(found),
                tables.seed_table(found),
                tables.differences_table(found),
                tables.contrasts_table(found),
                tables.losses_table(found),
                tables.replications_table(found),
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
            kind: int(((regimes.kind == kind) & (regimes.winner == NOBODY)).sum())
            for kind in (SAME, OPEN, UNKNOWN)
        },
    }


def _rules(found: Findings, rules: Rules | None, key: str) -> dict[str, Any] | None:
    if rules is None:
        return None
    table = tables.rules_table(found, rules, key)
    return {
        "better_than_guessing": rules.better,
        "accuracy": known_or_none(rules.accuracy),
        "guess": known_or_none(rules.guess),
        "rules": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
    }
