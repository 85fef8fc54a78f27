"""How far a search has come: the hypervolume that its archive dominates, and its ε-progress."""

from __future__ import annotations

import numpy as np


def hypervolume(objectives: np.ndarray, ideal: np.ndarray, reference: np.ndarray) -> float:
    """Share of the box between an ideal and a reference point that some trade-offs dominate, 0 to 1.

    Args:
        objectives: shape (policies, objectives), all minimised.
        ideal: the best value of each objective, declared beforehand.
        reference: the worst value that still counts, declared beforehand.
    """
    if len(objectives) == 0:
        return 0.0
    from pymoo.indicators.hv import HV

    scaled = (np.asarray(objectives, float) - ideal) / (np.asarray(reference, float) - ideal)
    inside = np.clip(scaled[(scaled < 1.0).all(axis=1)], 0.0, None)
    if len(inside) == 0:
        return 0.0
    return float(HV(ref_point=np.ones(scaled.shape[1]))(inside))
