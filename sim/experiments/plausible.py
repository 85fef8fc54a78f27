"""The range over which a parameter is swept when nobody states one.

Declared bounds are hard limits, often far from anything plausible (a design may take up to 100,000 staff hours), so
"all uncertainties" cannot mean "over their declared bounds". The rule, for a spread s, is:

- mechanism strengths, and shares, degrees and chances declared from 0 (or nearly 0) to 1: over all of it;
- every other number: from 1/s of its default to s times its default, as that was judged before any fit, cut off at its
  declared bounds; whole numbers stay whole. This holds for mean levels of will, ability and capacity (no nation has
  none at all) and for reference magnitudes (their strength already takes them down to nothing);
- a number whose default is 0, or whose range the bounds leave empty, has no such range: it must be stated;
- choices: all of them when asked for.

It is a rule for looking widely, not a claim about the world.
"""

from __future__ import annotations

import math

from sim.declarations import Declaration
from sim.experiments.factors import Factor, is_whole

SHARE_UNITS = ("strength", "share", "degree", "chance", "share of time")
NEARLY_ZERO = 0.01


def plausible_factor(declared: Declaration, spread: float) -> Factor | None:
    """The factor that an uncertainty becomes under the rule, or None when its range must be stated.

    Args:
        declared: the parameter.
        spread: how many times smaller and larger than its judged default a number may be; more than 1.
    """
    if declared.choices:
        return Factor(declared.key, "uncertainty", levels=declared.choices)
    assert declared.low is not None
    assert declared.high is not None
    if declared.judged is None:
        return None
    if _runs_from_nothing_to_all(declared):
        low, high = float(declared.low), float(declared.high)
    else:
        low, high = sorted((declared.judged / spread, declared.judged * spread))
        low, high = max(low, declared.low), min(high, declared.high)
    whole = is_whole(declared.key)
    if whole:
        low, high = math.ceil(low), math.floor(high)
    return Factor(declared.key, "uncertainty", low, high, whole=whole) if low < high else None


def _runs_from_nothing_to_all(declared: Declaration) -> bool:
    assert declared.low is not None
    bounded = 0.0 <= declared.low <= NEARLY_ZERO and declared.high == 1.0
    return bounded and declared.group != "reference" and declared.unit in SHARE_UNITS
