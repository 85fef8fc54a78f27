"""What `key=value` arguments ask for, read with Hydra's own grammar before anything is composed.

Hydra stops at the first mistake and has more powers than a study needs; here every argument is read, every mistake is
collected, and additions, deletions, interpolations and Hydra's own settings are refused.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Override, QuotedString, RangeSweep
from hydra.errors import HydraException

from sim.errors import COMMAND_LINE, Problem, nearest_name, shown, there_is_no
from sim.model.aliases import RENAMED, Written
from sim.model.aliases import value as value_now
from sim.model.decision_rights import ROWS
from sim.model.parameters import MAX_SEED, MECHANISM_NAMES
from sim.model.schema import declarations, nearest_key

SETTINGS = ("seed", "scenario", "mechanisms")
"""Keys of the command rather than of the parameters; `mechanisms` is both."""

MECHANISM_CHOICES = ("as_scenario", "none")
INTERVENTIONS = "interventions"
MOST_SWEPT = 1_000_000
INTERPOLATION = "${"
NO_SWEEP = {
    "seed": "one seed only; more worlds come from --replications",
    "mechanisms": "cannot be swept as a whole; the design `ablation` of an experiment file switches each off in turn",
    "interventions": "cannot be swept; write a scenario for each list of dated changes",
}
NO_INTERPOLATION = "${…} is refused: it could read the environment; write the value itself"


@dataclass
class Overrides:
    """The `key=value` arguments of one command.

    Args:
        texts: what Hydra is handed, in its own grammar.
        leaves: value by parameter, rows of power taken apart.
        mechanisms: `none` or `as_scenario`.
        seed: value of `seed=`, or None.
        scenario: value of `scenario=`, or None.
        sweeps: several values by parameter, where a command takes them.
        problems: all that is wrong with the arguments.
    """

    texts: list[str] = field(default_factory=list)
    leaves: dict[str, Any] = field(default_factory=dict)
    mechanisms: str = "as_scenario"
    seed: int | None = None
    scenario: str | None = None
    sweeps: dict[str, list[Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def is_override(argument: str) -> bool:
    """Whether an argument sets something; the others are names."""
    return "=" in argument or argument.startswith(("+", "~"))


def read(arguments: Sequence[str], sweeping: bool = False) -> Overrides:
    """Read all `key=value` arguments, and find all that is wrong with them.

    Args:
        arguments: what was written.
        sweeping: whether a key may be given several values, as in `key=0,0.5,1` or `key=range(0,1,0.1)`.
    """
    asked = Overrides()
    seen: set[str] = set()
    written = Written()
    for argument in arguments:
        _read_one(argument, asked, seen, written, sweeping)
    return asked


def _read_one(argument: str, asked: Overrides, seen: set[str], written: Written, sweeping: bool) -> None:
    key, _, text = argument.partition("=")

    def wrong(said: str, nearest: str | None = None) -> None:
        asked.problems.append(Problem(COMMAND_LINE, key, said, text, nearest))

    refusal = _refused(key, argument)
    if refusal:
        return wrong(refusal)
    try:
        override = OverridesParser.create().parse_override(argument)
    except HydraException as error:
        said = str(error).splitlines()[0]
        return wrong(f"cannot be read as KEY=VALUE ({said}); text with other signs in it goes in quotes")
    if override.package is not None:
        return wrong("`@` is refused; write the parameter's own key")
    if override.is_sweep_override() and sweeping:
        return _sweep(override, key, asked, seen, written, wrong)
    if override.is_sweep_override():
        found = nearest_key(key) if key not in SETTINGS and not _known(key) else None
        return wrong("one value only; several values belong in `gapsim sweep`", found)
    value = override.value()
    if has_interpolation(value):
        return wrong(NO_INTERPOLATION)
    if key in SETTINGS and not (key == "mechanisms" and isinstance(value, Mapping)):
        if key in seen:
            return wrong("is given twice")
        seen.add(key)
        return _setting(override, key, value, asked, wrong)
    return _parameters(argument, key, value, asked, seen, written)


def _sweep(
    override: Override, key: str, asked: Overrides, seen: set[str], written: Written, wrong: Any
) -> None:
    if key not in declarations() and key not in RENAMED and key != "scenario":
        said = NO_SWEEP.get(key, "" if _known(key) else "there is no such parameter")
        if not said:
            said = (
                "only single parameters can be swept; for several at once write a scenario for each setting"
            )
        return wrong(said, None if _known(key) or key in NO_SWEEP else nearest_key(key))
    if key in seen:
        return wrong("is given twice")
    seen.add(key)
    values = _swept_values(override)
    if values is None:
        said = "several values are written 0,0.5,1 or choice(0,0.5,1) or range(0,1,0.1)"
        return wrong(f"{said}; a range is sampled by an experiment file, with its design")
    if len(values) > MOST_SWEPT:
        return wrong(f"has more than {MOST_SWEPT:,} values")
    if has_interpolation(values):
        return wrong(NO_INTERPOLATION)
    values = value_now(key, values)
    now, _, at_odds = written.note(key, values)
    if at_odds:
        return wrong(at_odds)
    asked.sweeps[now] = values
    return None


def _swept_values(override: Override) -> list[Any] | None:
    swept = override.value()
    if isinstance(swept, ChoiceSweep) and not swept.shuffle:
        return [_plain(value) for value in override.sweep_iterator()]
    if isinstance(swept, RangeSweep) and not swept.shuffle:
        return _range(swept.start, swept.stop, swept.step)
    return None


def _range(start: Any, stop: Any, step: Any) -> list[Any]:
    """The values from start by steps, short of stop, as they are written.

    In tenths as people know them: Hydra itself adds up binary fractions, so that its range(0,1.1,0.1) ends at 1.1.
    """
    first, last, by = (Decimal(str(part)) for part in (start, stop, step))
    count = max(0, math.ceil((last - first) / by)) if by else 0
    kind = int if all(isinstance(part, int) for part in (start, stop, step)) else float
    return [kind(first + number * by) for number in range(min(count, MOST_SWEPT + 1))]


def _plain(value: Any) -> Any:
    return value.text if isinstance(value, QuotedString) else value


def _refused(key: str, argument: str) -> str | None:
    if argument.startswith("+"):
        return "`+` is refused: all parameters are declared, none can be added"
    if argument.startswith("~"):
        return "`~` is refused: no parameter can be taken away; set it to 0 instead"
    if not key.strip():
        return "there is no key before `=`"
    if key == "hydra" or key.startswith(("hydra.", "hydra/")):
        return "Hydra's own settings cannot be changed"
    return None


def _setting(override: Override, key: str, value: Any, asked: Overrides, wrong: Any) -> None:
    if key == "seed":
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SEED:
            asked.seed = value
        else:
            wrong(f"must be a whole number from 0 to {MAX_SEED}")
    elif isinstance(value, list):
        wrong("takes one name, not a list")
    elif key == "scenario":
        asked.scenario = str(value)
    elif value in MECHANISM_CHOICES:
        asked.mechanisms = str(value)
        asked.texts.append(f"mechanisms={value}")
    else:
        one = f"set one strength with mechanisms.{MECHANISM_NAMES[0]}=0.5"
        wrong(
            f"must be one of {', '.join(MECHANISM_CHOICES)}; {one}",
            nearest_name(str(value), MECHANISM_CHOICES),
        )


def _parameters(
    argument: str, key: str, value: Any, asked: Overrides, seen: set[str], written: Written
) -> None:
    good: dict[str, Any] = {}
    complaints = []
    for found in leaves(key, value, COMMAND_LINE):
        if isinstance(found, Problem):
            complaints.append(found)
            continue
        leaf, given = found[0], value_now(*found)
        now, again, at_odds = written.note(leaf, given)
        if leaf in seen:
            complaints.append(Problem(COMMAND_LINE, leaf, "is given twice", shown(found[1])))
        elif at_odds:
            complaints.append(Problem(COMMAND_LINE, leaf, at_odds, shown(found[1])))
        elif not again:
            good[now] = given
        seen.add(leaf)
    asked.leaves.update(good)
    asked.problems.extend(complaints)
    if key in RENAMED or (isinstance(value, Mapping) and key not in _leaf_keys()):
        # Hydra cannot take a mapping for a key that is also a group, nor leave out the wrong parts of one.
        asked.texts.extend(f"{leaf}={in_grammar(part)}" for leaf, part in good.items())
    elif good:
        asked.texts.append(argument)


def in_grammar(value: Any) -> str:
    """A value in Hydra's grammar."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{in_grammar(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(in_grammar(part) for part in value) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=1)
def _leaf_keys() -> frozenset[str]:
    return frozenset((*declarations(), *RENAMED, INTERVENTIONS))


@lru_cache(maxsize=1)
def _group_keys() -> frozenset[str]:
    return frozenset(("", *(d.group for d in declarations().values()), *(f"power.{row}" for row in ROWS)))


def _known(key: str) -> bool:
    return key in _leaf_keys() or key in _group_keys()


def leaves(key: str, value: Any, where: str) -> Iterator[tuple[str, Any] | Problem]:
    """Take a value apart into single parameters.

    Args:
        key: key of a parameter, row or group; empty for a whole tree.
        value: what is set there.
        where: file or command line, for messages.

    Yields:
        (key, value) of each parameter that is set, under the key as written, which may be an earlier one; or what is wrong.
    """
    if key in _leaf_keys():
        yield key, value
    elif key not in _group_keys():
        nearest = nearest_key(key)
        yield Problem(where, key, there_is_no("parameter", nearest), shown(value), nearest)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from leaves(f"{key}.{name}" if key else str(name), part, where)
    elif key.startswith("power."):
        yield Problem(
            where, key, "is a row of shares, as in {centre: 0.5, users: 0.5}, that sum to 1", shown(value)
        )
    else:
        inside = next(k for k in declarations() if k.startswith(f"{key}."))
        yield Problem(where, key, f"is a group of parameters; set one of them, as in {inside}", shown(value))


def has_interpolation(value: Any) -> bool:
    """Whether any text inside a value would be replaced by something else when read."""
    if isinstance(value, Mapping):
        return any(has_interpolation(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return any(has_interpolation(part) for part in value)
    return isinstance(value, str) and INTERPOLATION in value
