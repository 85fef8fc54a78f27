"""`key=value` arguments, read with Hydra's grammar.

Hydra stops at the first mistake; here all mistakes are collected. Additions, deletions, interpolations, sweeps where a
command takes one value, and Hydra's own settings are refused here.
"""

from __future__ import annotations

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
from sim.scenarios.forms import NO_INTERPOLATION, has_interpolation

SETTINGS = ("seed", "scenario", "mechanisms")
"""Keys of the command rather than of the parameters; `mechanisms` is both."""

MECHANISM_CHOICES = ("as_scenario", "none")
INTERVENTIONS = "interventions"
MOST_SWEPT = 1_000_000
_PARSER = OverridesParser.create()
NO_SWEEP = {
    "seed": "one seed only; for more runs use --replications",
    "mechanisms": "cannot be swept as a whole; the design `ablation` of an experiment file switches each off in turn",
    "interventions": "cannot be swept; write a scenario for each list of dated changes",
}


class _Refused(Exception):
    def __init__(self, message: str, nearest: str | None = None) -> None:
        super().__init__(message)
        self.message, self.nearest = message, nearest


@dataclass
class Overrides:
    """The `key=value` arguments of one command.

    Args:
        leaves: value by parameter, rows of power taken apart.
        mechanisms: `none`, `as_scenario`, or None if not given.
        seed: value of `seed=`, or None.
        scenario: value of `scenario=`, or None.
        sweeps: several values by parameter, where a command takes them.
        problems: all problems with the arguments.
        origins: the file that sets a parameter, by key; the others are from the command line.
    """

    leaves: dict[str, Any] = field(default_factory=dict)
    mechanisms: str | None = None
    seed: int | None = None
    scenario: str | None = None
    sweeps: dict[str, list[Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    _written: Written = field(default_factory=Written, init=False, repr=False, compare=False)

    def take(self, key: str, value: Any, where: str) -> None:
        """Add the parameters that a key and its value set, or the problems with them.

        Args:
            key: key of a parameter, row or group; empty for a whole tree.
            value: what is set there.
            where: file or command line, for messages.
        """
        for found in leaves(key, value, where):
            if isinstance(found, Problem):
                self.problems.append(found)
                continue
            leaf, given = found[0], value_now(*found)
            now, again, at_odds = self._written.note(leaf, given)
            refusal = "is given twice" if leaf in self._seen else at_odds
            if has_interpolation(found[1]):
                refusal = NO_INTERPOLATION
            if refusal:
                self.problems.append(Problem(where, leaf, refusal, shown(found[1])))
            elif not again:
                self.leaves[now] = given
                self.origins[now] = where
            self._seen.add(leaf)

    def take_sweep(self, key: str, values: list[Any]) -> None:
        """Add the values over which a parameter, or the scenario, is swept."""
        self._once(key)
        values = value_now(key, values)
        now, _, at_odds = self._written.note(key, values)
        if at_odds:
            raise _Refused(at_odds)
        self.sweeps[now] = values

    def take_setting(self, key: str, value: Any) -> None:
        """Add a seed, a scenario or a choice for all mechanisms."""
        self._once(key)
        if key == "seed":
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_SEED:
                raise _Refused(f"must be a whole number from 0 to {MAX_SEED}")
            self.seed = value
        elif isinstance(value, list):
            raise _Refused("takes one name, not a list")
        elif key == "scenario":
            self.scenario = str(value)
        elif value in MECHANISM_CHOICES:
            self.mechanisms = str(value)
        else:
            one = f"set one strength with mechanisms.{MECHANISM_NAMES[0]}=0.5"
            nearest = nearest_name(str(value), MECHANISM_CHOICES)
            raise _Refused(f"must be one of {', '.join(MECHANISM_CHOICES)}; {one}", nearest)

    def _once(self, key: str) -> None:
        if key in self._seen:
            raise _Refused("is given twice")
        self._seen.add(key)

    @property
    def sets_parameters(self) -> bool:
        """Whether any parameter is given."""
        return bool(self.leaves) or self.mechanisms is not None


def is_override(argument: str) -> bool:
    """Whether an argument sets something; the others are names."""
    return "=" in argument or argument.startswith(("+", "~"))


def read(arguments: Sequence[str], sweeping: bool = False) -> Overrides:
    """Read all `key=value` arguments, and find all problems with them.

    Args:
        arguments: as written.
        sweeping: whether a key may be given several values, as in `key=0,0.5,1` or `key=range(0,1,0.1)`.
    """
    asked = Overrides()
    for argument in arguments:
        key, _, text = argument.partition("=")
        try:
            override = _parsed(argument)
            sweep = override.is_sweep_override()
            value: Any = _swept_values(override, key, sweeping) if sweep else override.value()
            if has_interpolation(value):
                raise _Refused(NO_INTERPOLATION)
            if sweep:
                asked.take_sweep(key, value)
            elif key in SETTINGS and not (key == "mechanisms" and isinstance(value, Mapping)):
                asked.take_setting(key, value)
            else:
                asked.take(key, value, COMMAND_LINE)
        except _Refused as refused:
            asked.problems.append(Problem(COMMAND_LINE, key, refused.message, text, refused.nearest))
    return asked


def from_tree(tree: Mapping[Any, Any], where: str) -> Overrides:
    """The same for the parameters that a file sets, `mechanisms: none` included."""
    asked = Overrides()
    values = dict(tree)
    if isinstance(values.get("mechanisms"), str):
        chosen = values.pop("mechanisms")
        try:
            asked.take_setting("mechanisms", chosen)
        except _Refused as refused:
            asked.problems.append(Problem(where, "mechanisms", refused.message, chosen, refused.nearest))
    asked.take("", values, where)
    return asked


@lru_cache(maxsize=1024)
def _parsed(argument: str) -> Override:
    """One argument in Hydra's grammar, without the powers of Hydra that a study does not need."""
    key = argument.partition("=")[0]
    if argument.startswith("+"):
        raise _Refused("`+` is refused: all parameters are declared, none can be added")
    if argument.startswith("~"):
        raise _Refused("`~` is refused: no parameter can be taken away; set it to 0 instead")
    if not key.strip():
        raise _Refused("there is no key before `=`")
    if key == "hydra" or key.startswith(("hydra.", "hydra/")):
        raise _Refused("Hydra's own settings cannot be changed")
    try:
        override = _PARSER.parse_override(argument)
    except HydraException as error:
        what = str(error).splitlines()[0]
        raise _Refused(
            f"cannot be read as KEY=VALUE ({what}); text with other signs in it goes in quotes"
        ) from None
    if override.package is not None:
        raise _Refused("`@` is refused; write the parameter's own key")
    return override


def _swept_values(override: Override, key: str, sweeping: bool) -> list[Any]:
    """The values that a key is swept over, or why it cannot be."""
    if not sweeping:
        nearest = None if key in SETTINGS or _known(key) else nearest_key(key)
        raise _Refused("one value only; several values belong in `gapsim sweep`", nearest)
    if key not in declarations() and key not in RENAMED and key != "scenario":
        if key in NO_SWEEP:
            raise _Refused(NO_SWEEP[key])
        if _known(key):
            raise _Refused(
                "only single parameters can be swept; for several at once write a scenario for each setting"
            )
        raise _Refused("there is no such parameter", nearest_key(key))
    swept = override.value()
    if isinstance(swept, ChoiceSweep) and not swept.shuffle:
        choices = override.sweep_iterator()
        values = [choice.text if isinstance(choice, QuotedString) else choice for choice in choices]
    elif isinstance(swept, RangeSweep) and not swept.shuffle:
        values = _range(swept.start, swept.stop, swept.step)
    else:
        raise _Refused(
            "several values are written 0,0.5,1 or choice(0,0.5,1) or range(0,1,0.1); a range is sampled by an "
            "experiment file, with its design"
        )
    if len(values) > MOST_SWEPT:
        raise _Refused(f"has more than {MOST_SWEPT:,} values")
    return values


def _range(start: Any, stop: Any, step: Any) -> list[Any]:
    """The values from start by steps, short of stop, in decimals.

    Hydra itself adds up binary fractions, so that its range(0,1.1,0.1) ends at 1.1.
    """
    first, last, by = (Decimal(str(part)) for part in (start, stop, step))
    count = max(0, math.ceil((last - first) / by)) if by else 0
    kind = int if all(isinstance(part, int) for part in (start, stop, step)) else float
    return [kind(first + number * by) for number in range(min(count, MOST_SWEPT + 1))]


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
        (key, value) of each parameter that is set, under the key as written, which may be an earlier one; or a problem.
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
