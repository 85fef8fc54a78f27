"""What commands print for people to read: tables as text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from sim.formatting import number, points
from sim.model.vocabulary import UNITS, cause_name, outcome_name
from sim.reporting.wording import without_quoted

WIDTH = 100
SIDE_BY_SIDE = 4


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text in aligned columns, the first to the left and the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [
            first.ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)),
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def wrapped(text: str) -> str:
    """Prose in lines of readable length."""
    return "\n".join(textwrap.wrap(text, WIDTH)) + "\n"


def comparison(summary: Mapping[str, Any]) -> str:
    """The outcomes of every scenario with their 95 % intervals, and where the benefit was lost."""
    scenarios = summary["scenarios"]
    outcomes = [name for name in next(iter(scenarios.values())) if name != "losses"]
    title = (
        f"{summary['replications']} replications of each, seed {summary['seed']}, gapsim {summary['version']}"
    )
    head = ["mean, 95 % interval", *scenarios]
    rows = [head, *([_named(o), *(_interval(o, s[o]) for s in scenarios.values())] for o in outcomes)]
    if len(scenarios) > SIDE_BY_SIDE:
        rows = [list(row) for row in zip(*rows, strict=True)]
    parts = [title, table(rows)]
    if len(scenarios) <= SIDE_BY_SIDE:
        causes = next(iter(scenarios.values()))["losses"]
        # A cause that takes nothing anywhere belongs to a rule that is off.
        met = [c for c in causes if any(s["losses"][c] != 0.0 for s in scenarios.values())]
        lost = [[cause_name(c), *(points(s["losses"][c]) for s in scenarios.values())] for c in met]
        parts.append(table([["where it was lost, % of intended benefit", *scenarios], *lost]))
    return "\n\n".join(parts) + "\n"


def _named(outcome: str) -> str:
    return outcome_name(outcome) + ("" if outcome in UNITS else ", %")


def _interval(outcome: str, interval: Mapping[str, float | None]) -> str:
    write = number if outcome in UNITS else points
    mean, low, high = (write(interval[end]) for end in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]" if interval["low"] is not None else mean


def run(name: str, outcomes: Mapping[str, float]) -> str:
    """The outcomes of one run."""
    rows = [["outcome", name]]
    for key, value in outcomes.items():
        plain = key in UNITS
        rows.append([_named(key), number(value) if plain else points(value)])
    return table(rows)


def checks(found: Sequence[Mapping[str, Any]]) -> str:
    """Checks of the model, one a line: what was predicted, what came, whether it holds."""
    head = ["check", "class", "predicted", "mean", "95 % interval", ""]
    rows = [head, *(_check(check) for check in found)]
    failed = sum(check["passed"] is False for check in found)
    reported = sum(_only_reported(check) for check in found)
    return f"{table(rows)}\n\n{len(found) - failed - reported} hold, {failed} do not, {reported} are only reported."


def _only_reported(check: Mapping[str, Any]) -> bool:
    return check["class"] == "R" and check["passed"] is not False


def _check(check: Mapping[str, Any]) -> list[str]:
    mean, low, high = (number(check[end], 4) for end in ("mean", "low", "high"))
    verdict = "reported" if _only_reported(check) else "holds" if check["passed"] else "FAILED"
    return [*(str(check[key]) for key in ("name", "class", "predicted")), mean, f"[{low}, {high}]", verdict]


def practice(found: Sequence[Mapping[str, Any]]) -> str:
    """Patterns of practice, a statement a line: the target, what came, and whether it is reached."""
    head = ["statement", "target", "mean", "95 % interval", "share of the set", "at half", "at double", ""]
    rows = [head, *(_statement(row) for row in found)]
    reached = sum(row["passed"] for row in found)
    said = (
        f"{reached} of {len(found)} statements are reached at the declared defaults. At half and at double: whether the same "
        "mean reaches half and double the target. The share of the set is that of shipped sets of parameters whose own mean "
        "reaches the target. A statement that is missed is a result, and no failure of the check."
    )
    return f"{table(rows)}\n\n{wrapped(said)}"


def _statement(row: Mapping[str, Any]) -> list[str]:
    mean, low, high = (number(row[end], 4) for end in ("mean", "low", "high"))
    share = "–" if row["share_of_set"] is None else f"{100 * row['share_of_set']:.0f} %"
    words = {True: "yes", False: "no", None: "–"}
    verdict = "not measured" if row["mean"] is None else "reached" if row["passed"] else "missed"
    return [
        str(row["name"]), str(row["target"]), mean, f"[{low}, {high}]", share, words[row["at_half"]],
        words[row["at_double"]], verdict,
    ]  # fmt: skip


def cases(summary: Mapping[str, Any], note: str) -> str:
    """Hit or miss of every historical case, with its conditions."""
    runs = summary["sets"] * summary["replications"]
    over = f" ({summary['sets']} sets of parameters)" if summary["fitted"] else ""
    title = f"{runs} runs of each case{over}, seed {summary['seed']}, gapsim {summary['version']}"
    head = ["case", "result", "runs that show it", "mended reading"]
    rows = [[*head, *(["left out of the fit"] if summary["fitted"] else [])]]
    for name, case in summary["cases"].items():
        row = [name, _hit_or_miss(case["hit"]), f"{100 * case['share']:.0f} %", _mended(case)]
        if summary["fitted"]:
            foreseen = case["left_out"]
            row.append(
                f"{_hit_or_miss(foreseen['hit'])}, {100 * foreseen['share']:.0f} %"
                if foreseen
                else "not fitted"
            )
        rows.append(row)
    parts = [title, table(rows)]
    for name, case in summary["cases"].items():
        parts.append(_conditions(name, case["conditions"]))
        if case["mended_conditions"] is not None:
            parts.append(_conditions(f"{name}, mended reading", case["mended_conditions"]))
    nulls = list(next(iter(summary["cases"].values()))["nulls"])
    words = {True: "hit", False: "miss", None: "–"}
    rows = [["null models, same rules", *nulls]]
    rows += [
        [name, *(words[case["nulls"][null]["hit"]] for null in nulls)]
        for name, case in summary["cases"].items()
    ]
    parts.append(table(rows))
    parts.append(wrapped(f"{_counts(summary)} {note}"))
    return "\n\n".join(parts)


def _counts(summary: Mapping[str, Any]) -> str:
    """How many patterns are hit by the frozen and by the mended readings, and without the cases that parameters quote."""
    said = (
        f"{summary['hits']} of {len(summary['cases'])} patterns are hit by the frozen readings, "
        f"{summary['mended_hits']} of {summary['mended_cases']} by the mended ones."
    )
    others = without_quoted(summary["cases"], summary["hits_of_independent"], summary["independent_cases"])
    return " ".join([said, *others])


def _conditions(title: str, conditions: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        [c["condition"], number(c["observed"]), number(c["median"]), f"{100 * c['share']:.0f} %"]
        for c in conditions
    ]
    return table([[title, "observed", "median run", "holds in"], *lines])


def _mended(case: Mapping[str, Any]) -> str:
    """The verdict of a mended reading, marked where it differs from the frozen one."""
    if case["mended_left_out"]:
        return "left out"
    if case["mended_hit"] is None:
        return "–"
    other = "" if case["mended_hit"] == case["hit"] else "another verdict: "
    return f"{other}{_hit_or_miss(case['mended_hit'])}, {100 * case['mended_share']:.0f} %"


def _hit_or_miss(hit: bool) -> str:
    return "hit" if hit else "miss"
