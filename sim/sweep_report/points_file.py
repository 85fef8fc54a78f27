"""All points of a map as a file beside the page, where they are too many for the page to hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim.results import whole_text
from sim.sweep_analysis.paired import mean_over
from sim.sweep_analysis.regimes import NOBODY
from sim.sweep_report import map_data
from sim.sweep_report.findings import Findings


def points_file_name(found: Findings) -> str | None:
    """What the file is called; None where the page itself holds every point."""
    if found.compared.points <= map_data.MOST_ON_PAGE:
        return None
    return f"{map_data.file_name(found)}-all-points.csv"


def write_points(found: Findings, folder: Path) -> Path | None:
    """Write every point with its factors, its means and who wins it, whole or not at all; None where the page holds them.

    Raises:
        OSError: if it cannot be stored.
    """
    name = points_file_name(found)
    if name is None:
        return None
    path = folder / name
    whole_text(path, points_table(found).to_csv(index=False, lineterminator="\n"))
    return path


def points_table(found: Findings) -> pd.DataFrame:
    """Every point, a row each: its number, its factors, the mean of each structure, and who wins where that is asked."""
    compared = found.compared
    columns: dict[str, np.ndarray] = {"design_point": np.arange(compared.points)}
    columns |= {factor.key: factor.values for factor in compared.factors}
    response = compared.decided_by
    for structure, values in zip(compared.structures, compared.responses[response], strict=True):
        columns[f"mean_{response}_{structure}"] = mean_over(values, axis=1)
    regimes = found.found
    if regimes is not None:
        called = np.array([*regimes.structures, "nobody"])
        columns["winner"] = called[np.where(regimes.winner == NOBODY, -1, regimes.winner)]
        columns["why"] = regimes.kind
        columns["best"] = called[np.where(regimes.best == NOBODY, -1, regimes.best)]
        columns["rival"] = called[np.where(regimes.rival == NOBODY, -1, regimes.rival)]
        columns |= {"ahead_by": regimes.edge, "low": regimes.low, "high": regimes.high}
    return pd.DataFrame(columns)
