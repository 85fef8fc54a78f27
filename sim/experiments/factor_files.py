"""The factors of an experiment file: each a range or levels, and the shorthand for all uncertainties.

factors:
  changes.heterogeneity: {range: [0, 2]}
  power.distribution: {levels: [0, 0.5, 1]}
  work.load: {range: [0.5, 2], count: 4}      # four evenly spaced levels
  work.form: {levels: all}                    # every choice
  uncertainties: {spread: 2, choices: true, except: [reference, changes.arriving]}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.declarations import Declaration, declarations, nearest_key, on_trial
from sim.experiments.drafts import Draft
from sim.experiments.factors import ROLES, Factor, declared_role, is_whole
from sim.experiments.plausible import plausible_factor
from sim.experiments.point_checks import allowed, as_declared, is_allowed
from sim.overrides import INTERVENTIONS
from sim.power import ROWS
from sim.problems import nearest_name, shown
from sim.renamed import RENAMED, Written, today
from sim.renamed import value as value_now

UNCERTAINTIES = "uncertainties"
PARTS = ("range", "levels", "count", "role")
IN_UNITS = ("range", "levels")
SHORTHAND_PARTS = ("spread", "choices", "except")
FORM = "must say {range: [low, high]} or {levels: [one, another]}"
MOST_LEVELS = 1_000_000
INERT = "focal"
"""The group of a change that only studies of one change have; elsewhere it does nothing, and is varied only by name."""


def read_factors(given: Any, draft: Draft) -> None:
    """Read all factors into a draft, with what is wrong with each."""
    if not isinstance(given, Mapping) or not given:
        draft.wrong("factors", "must be a mapping from keys of parameters to a range or levels", shown(given))
        return
    given = _named_now(given, draft)
    found = [
        factor
        for key, said in given.items()
        if key != UNCERTAINTIES and (factor := _factor(str(key), said, draft)) is not None
    ]
    if UNCERTAINTIES in given:
        # What is stated for one parameter wins over the shorthand for all.
        stated = {str(key) for key in given}
        found += [
            factor for factor in _uncertainties(given[UNCERTAINTIES], draft) if factor.key not in stated
        ]
    draft.factors = found


def _named_now(given: Mapping[Any, Any], draft: Draft) -> dict[Any, Any]:
    """The same factors under the keys of today, with ranges and levels in the unit of today."""
    written, named = Written(), {}
    for key, said in given.items():
        now, again, wrong = str(key), False, None
        if key != UNCERTAINTIES:
            if isinstance(said, Mapping) and key in RENAMED:
                said = {part: value_now(key, v) if part in IN_UNITS else v for part, v in said.items()}
            now, again, wrong = written.note(str(key), said)
        if wrong:
            draft.wrong(f"factors.{key}", wrong)
        if not again:
            named[now] = said
    return named


def key_problem(key: str) -> tuple[str, str | None] | None:
    """Why a key cannot be a factor, and the nearest that can; None if it can."""
    if key in declarations() or key in RENAMED:
        return None
    if key == INTERVENTIONS:
        return "is no single value; write a scenario for each list of dated changes", None
    if key == "mechanisms":
        return "is many parameters; name them, or use the design `ablation`", None
    if key.removeprefix("power.") in ROWS:
        share = next(k for k in declarations() if k.startswith(f"{key}."))
        return f"is a row of shares; vary all its shares together (as in {share}) with a zip or list", None
    members = [name for name, declared in declarations().items() if declared.group == key]
    if members:
        return f"is a group of parameters; name them one by one, as in {members[0]}", None
    return "there is no such parameter", nearest_key(key)


def _factor(key: str, said: Any, draft: Draft) -> Factor | None:
    place = f"factors.{key}"
    problem = key_problem(key)
    if problem:
        draft.wrong(place, problem[0], "", problem[1])
        return None
    declared = declarations()[key]
    if not isinstance(said, Mapping) or ("range" in said) == ("levels" in said):
        draft.wrong(place, FORM, shown(said))
        return None
    for part in (part for part in said if part not in PARTS):
        draft.wrong(f"{place}.{part}", FORM, shown(said[part]), nearest_name(str(part), PARTS))
    role = said.get("role", declared_role(key))
    if role not in ROLES:
        draft.wrong(f"{place}.role", f"must be one of {', '.join(ROLES)}", shown(role))
        role = declared_role(key)
    if "levels" in said:
        if "count" in said:
            draft.wrong(
                f"{place}.count", "belongs to a range; levels are already counted", shown(said["count"])
            )
        levels = _levels(declared, said["levels"], place, draft)
        return Factor(key, role, levels=levels, whole=is_whole(key)) if levels else None
    ends = _range(declared, said["range"], place, draft)
    if ends is None:
        return None
    if "count" in said:
        spaced = _spaced(*ends, said["count"], is_whole(key))
        if spaced is None:
            whole = " that fall on whole numbers" if is_whole(key) else ""
            draft.wrong(
                f"{place}.count",
                f"must be a number of evenly spaced levels{whole}, 2 or more",
                shown(said["count"]),
            )
            return None
        return Factor(key, role, levels=spaced, whole=is_whole(key))
    return Factor(key, role, *ends, whole=is_whole(key))


def _levels(declared: Declaration, given: Any, place: str, draft: Draft) -> tuple[Any, ...] | None:
    if given == "all" and declared.choices:
        return declared.choices
    if not isinstance(given, list) or not given:
        every = " (or `all`)" if declared.choices else ""
        draft.wrong(f"{place}.levels", f"must be a list of values{every}", shown(given))
        return None
    bad = [value for value in given if value is not None and not is_allowed(declared, value)]
    for value in bad:
        nearest = nearest_name(value, declared.choices) if isinstance(value, str) else None
        said = f"must be {allowed(declared)}, or null for what the scenario says"
        draft.wrong(f"{place}.levels", said, shown(value), nearest)
    return None if bad else tuple(as_declared(declared, value) for value in given)


def _range(declared: Declaration, given: Any, place: str, draft: Draft) -> tuple[Any, Any] | None:
    if declared.low is None:
        said = f"has no range; give levels: {allowed(declared)}"
        draft.wrong(place, said)
        return None
    if not isinstance(given, list) or len(given) != 2:
        draft.wrong(f"{place}.range", "must be [low, high]", shown(given))
        return None
    bad = [value for value in given if not is_allowed(declared, value)]
    for value in bad:
        draft.wrong(f"{place}.range", f"must be {allowed(declared)}", shown(value))
    if not bad and given[0] >= given[1]:
        draft.wrong(f"{place}.range", "the first must be less than the second", shown(given))
        return None
    return None if bad else (as_declared(declared, given[0]), as_declared(declared, given[1]))


def _spaced(low: Any, high: Any, count: Any, whole: bool) -> tuple[Any, ...] | None:
    if not isinstance(count, int) or isinstance(count, bool) or not 2 <= count <= MOST_LEVELS:
        return None
    # Twelve digits, so that a level is 0.3 and not 0.30000000000000004.
    levels = [float(f"{level:.12g}") for level in np.linspace(low, high, count)]
    if not whole:
        return tuple(levels)
    return tuple(int(level) for level in levels) if all(level.is_integer() for level in levels) else None


def _uncertainties(given: Any, draft: Draft) -> list[Factor]:
    place = f"factors.{UNCERTAINTIES}"
    if not isinstance(given, Mapping):
        draft.wrong(place, "must say {spread: 2}: how far from its default a number may be", shown(given))
        return []
    for part in (part for part in given if part not in SHORTHAND_PARTS):
        said, nearest = f"has {', '.join(SHORTHAND_PARTS)}", nearest_name(str(part), SHORTHAND_PARTS)
        draft.wrong(f"{place}.{part}", said, shown(given[part]), nearest)
    spread, choices = given.get("spread"), given.get("choices", False)
    if not isinstance(spread, int | float) or isinstance(spread, bool) or not 1.0 < spread < math.inf:
        draft.wrong(f"{place}.spread", "must be a number above 1: 2 means from half to double", shown(spread))
        return []
    if not isinstance(choices, bool):
        draft.wrong(f"{place}.choices", "must be true or false", shown(choices))
        return []
    without = _without(given.get("except", []), f"{place}.except", draft)
    factors = []
    for declared in declarations().values():
        left_out = declared.group in (*without, INERT) or declared.key in without | on_trial()
        if declared.role != "uncertainty" or left_out:
            continue
        if declared.choices and not choices:
            continue
        factor = plausible_factor(declared, spread)
        if factor is None:
            said = "has no half and double of its default within its bounds; state its range, or except it"
            draft.wrong(place, f"{declared.key} {said}")
        else:
            factors.append(factor)
    return factors


def _without(given: Any, place: str, draft: Draft) -> set[str]:
    if not isinstance(given, list):
        draft.wrong(place, "must be a list of keys or groups of parameters", shown(given))
        return set()
    given = [today(name) if name in RENAMED else name for name in given]
    known = [*declarations(), *{declared.group: None for declared in declarations().values()}]
    for name in (name for name in given if name not in known):
        draft.wrong(place, "there is no such parameter or group", shown(name), nearest_name(str(name), known))
    return {str(name) for name in given}
