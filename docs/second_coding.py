"""Write into docs/cases.md how far the two blind codings of the historical cases agree.

    uv run python docs/second_coding.py

Agreement is Cohen's kappa with linear weights, dimension by dimension: 1 if both coders always chose the same level, 0 if they
agree as often as their own frequencies would by chance. Eight cases say little about any single dimension.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from markdown_parts import between, table
from sklearn.metrics import cohen_kappa_score

from sim.history.case_schema import LEVELS, levels
from sim.history.cases import cases
from sim.model.geography import DATA

PAGE = Path(__file__).with_name("cases.md")
MARKED = "second coding"
HEAD = ("dimension", "same level", "kappa, linear weights", "cases coded otherwise by the second coder")

Codings = dict[str, tuple[list[str], list[str]]]


def codings() -> Codings:
    """By dimension, the levels that the first and the second coder chose, case by case."""
    second = yaml.safe_load((DATA / "case_second_coding.yaml").read_text(encoding="utf-8"))["cases"]
    known = cases()
    return {
        name: (
            [case.file.change.type[name].level for case in known],
            [second[case.name][name]["level"] for case in known],
        )
        for name in levels()
    }


def kappa(first: list[str], second: list[str]) -> float | None:
    """Weighted agreement beyond chance; None where both coders chose one level throughout."""
    if len({*first, *second}) == 1:
        return None
    order = [LEVELS.index(level) for level in first], [LEVELS.index(level) for level in second]
    return float(cohen_kappa_score(*order, labels=range(len(LEVELS)), weights="linear"))


def section() -> str:
    """The table of agreement, and where the coders differ."""
    found = codings()
    names = [case.name for case in cases()]
    rows = []
    for name, (first, second) in found.items():
        apart = [
            f"{case} ({one} → {other})"
            for case, one, other in zip(names, first, second, strict=True)
            if one != other
        ]
        value = kappa(first, second)
        same = len(names) - len(apart)
        words = "–" if value is None else f"{value:.2f}"
        rows.append([name, f"{same} of {len(names)}", words, ", ".join(apart) or "none"])
    first = [level for one, _ in found.values() for level in one]
    second = [level for _, other in found.values() for level in other]
    same = sum(one == other for one, other in zip(first, second, strict=True))
    rows.append(["**all**", f"{same} of {len(first)}", f"{kappa(first, second):.2f}", ""])
    return table(HEAD, rows)


def written(page: str) -> str:
    """The page with the section as it is now."""
    return between(page, MARKED, section())


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
