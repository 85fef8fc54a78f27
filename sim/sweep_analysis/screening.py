"""What a screening leaves: the parameters with the largest effects, ready to be the factors of a closer look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.sweep_analysis.sensitivity import Sensitivity
from sim.sweep_analysis.swept import Sweep


@dataclass(frozen=True)
class Kept:
    """One parameter that a screening leaves.

    Attributes:
        factor: its key.
        effects: mean absolute effect (mu*) on each response, None where others have a larger one.
    """

    factor: str
    effects: tuple[float | None, ...]


def screened(found: Sequence[Sensitivity], most: int) -> tuple[list[Kept], list[str]]:
    """The union of the parameters with the largest effects on each response of a Morris screening.

    Args:
        found: the screening, response by response.
        most: how many are kept for each response.

    Returns:
        What is kept, largest effect first, and what is left out though its interval reaches the last one kept.
    """
    kept: dict[str, list[float | None]] = {}
    close: set[str] = set()
    for k, sensitivity in enumerate(found):
        ranked = sorted(sensitivity.influences, key=lambda i: -i.first[0])
        cut = min((i.first[0] for i in ranked[:most]), default=np.inf)
        for i in ranked[:most]:
            kept.setdefault(i.factor, [None] * len(found))[k] = i.first[0]
        close |= {i.factor for i in ranked[most:] if i.first[2] >= cut}
    order = sorted(kept, key=lambda key: -max(e for e in kept[key] if e is not None))
    return [Kept(key, tuple(kept[key])) for key in order], sorted(close - set(kept))


def as_factors(sweep: Sweep, found: Sequence[Sensitivity], most: int) -> str:
    """What a screening leaves, as the `factors` of an experiment file, with the ranges that were screened."""
    kept, close = screened(found, most)
    said = {factor["key"]: factor for factor in sweep.plan["factors"]}
    lines = [
        f"# Printed by `gapsim report DIR --screened {most}` for the folder of `{sweep.plan['command']}`",
        f"# ({sweep.points:,} points, {int(sweep.whole_replications.sum())} whole replications, seed {sweep.plan['seed']}, "
        f"gapsim {sweep.plan['version']}, model {str(sweep.plan['model'])[:12]}).",
        f"# The union of the {most} largest mean absolute effects (mu*) on each of: "
        f"{'; '.join(s.response for s in found)}.",
        "# A dash: not among them for that response.",
        f"# Left out though their intervals reach the last one kept: {len(close)} of {len(sweep.factors)}.",
        "factors:",
    ]
    forms = [f"  {key}: {_form(said[key])}" for key in (one.factor for one in kept)]
    width = max((len(form) for form in forms), default=0)
    for form, one in zip(forms, kept, strict=True):
        effects = "  ".join("-   " if e is None else f"{e:.3f}".lstrip("0") for e in one.effects)
        lines.append(f"{form:<{width}}  # {effects}".rstrip())
    return "\n".join(lines)


def _form(factor: dict) -> str:
    """A factor as an experiment file writes it."""
    if factor["levels"] is not None:
        return (
            f"{{levels: [{', '.join(v if isinstance(v, str) else json.dumps(v) for v in factor['levels'])}]}}"
        )
    return f"{{range: [{factor['low']:g}, {factor['high']:g}]}}"
