"""What `gapsim cases` and `gapsim fit` found, as tables: hits and misses, and the null models beside them.

Read by `docs/fitted.py`, which writes the page, and by `docs/figures.py`, which puts single numbers into prose.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.history.evaluate import HIT_SHARE
from sim.history.matching import tables
from sim.paths import RESULTS

SHIPPED = Path("sim/data/fit")
FITTED, DEFAULTS = RESULTS / "cases", RESULTS / "cases_defaults"
NULLS = ("constant_hazards", "bass", "last_value", "linear_trend")
FITTED_NULLS = ("constant_hazards", "bass")


@lru_cache(maxsize=2)
def summaries(folder: Path) -> dict[str, Any]:
    """What a command `gapsim cases … --out FOLDER` came to."""
    found: dict[str, Any] = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    return found


def left_out() -> dict[str, dict[str, str]]:
    """What the shipped fit says of each case when it was left out, by case."""
    return {row["case"]: row for row in tables.read(SHIPPED / tables.LEFT_OUT)}


def verdict(share: float) -> str:
    """Hit or miss by the frozen rule, and the share of runs that show the pattern."""
    return f"{'**hit**' if share >= HIT_SHARE else 'miss'}, {100 * share:.0f} %"


def mended(case: dict[str, Any]) -> str:
    """Hit or miss by the mended reading of a case, where it has one."""
    if case["mended_left_out"]:
        return "left out"
    return "" if case["mended_share"] is None else verdict(case["mended_share"])


def hits() -> tuple[list[str], list[list[object]]]:
    """Every case under the defaults, under the fitted set, and left out of the fit."""
    fitted, defaults, apart = summaries(FITTED), summaries(DEFAULTS), left_out()
    head = [
        "case",
        "defaults",
        "defaults, mended reading",
        "fitted set",
        "fitted set, mended reading",
        "sets that hit",
        "left out of the fit",
        "what fails most in the fitted set",
    ]
    rows: list[list[object]] = []
    for name, case in fitted["cases"].items():
        worst = min(case["conditions"], key=lambda one: one["share"])
        failing = (
            f"{worst['condition']}: {worst['median']:.3g} in the middle run, {worst['observed']:.3g} observed"
        )
        rows.append(
            [
                name, verdict(defaults["cases"][name]["share"]), mended(defaults["cases"][name]),
                verdict(case["share"]), mended(case), f"{case['sets_that_hit']} of {fitted['sets']}",
                verdict(float(apart[name]["shows"])) if name in apart else "not fitted",
                "–" if case["hit"] else failing,
            ]
        )  # fmt: skip
    return head, rows


def curves() -> tuple[list[str], list[list[object]]]:
    """Every case as null models have it, beside the median run of defaults and fitted set."""
    fitted, defaults, apart = summaries(FITTED), summaries(DEFAULTS), left_out()
    head = [
        "case", "constant hazards", "Bass", "last value", "linear trend", "median run, defaults", "median run, fitted",
        "constant hazards, fitted to the others", "Bass, fitted to the others",
    ]  # fmt: skip
    rows: list[list[object]] = []
    for name, case in fitted["cases"].items():
        of = [defaults["cases"][name], case]
        middle = [
            f"{'**hit**' if one['hit'] else 'miss'} {_error(one['nulls']['constant_hazards']['error_of_runs'])}"
            for one in of
        ]
        informed = [_null(case["nulls"][null]) for null in NULLS]
        fitted_to_others = [
            verdict(float(apart[name][null])) if name in apart else "not fitted" for null in FITTED_NULLS
        ]
        rows.append([name, *informed, *middle, *fitted_to_others])
    return head, rows


def _null(null: dict[str, Any]) -> str:
    word = {True: "**hit**", False: "miss", None: "" if null["error"] is not None else "no test"}[null["hit"]]
    return f"{word} {_error(null['error'])}".strip()


def _error(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".lstrip("0")
