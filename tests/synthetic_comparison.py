"""Made-up comparisons, so that what is said of them can be checked against what was put in."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import sim
from sim.model.decision_rights import KINDS
from sim.model.parameters import Parameters
from sim.model.vocabulary import CAUSE_LABELS, STAGE_LABELS
from sim.runner.compare import Comparison, ScenarioRuns

ACTIVITIES = ("usual_business", "crisis", "delivery", "unspent")
WEIGHTS = {
    "capacity": 3.0,
    "waiting_on_clearance": 2.5,
    "will": 2.0,
    "wrong_design": 2.0,
    "not_started": 1.5,
    "ahead": -0.1,
}


def scotland() -> dict[str, list]:
    path = Path(sim.__file__).parent / "data" / "councils.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        "code": [r["code"] for r in rows],
        "name": [r["name"] for r in rows],
        "population": [float(r["pop_mid2022"]) for r in rows],
        "deprivation": [float(r["simd2020_pct_pop2020_in_most_deprived_20pct"]) for r in rows],
        "rurality": [float(r["pct_pop2020_rural_ur6_5_6"]) for r in rows],
        "tile_row": [int(r["tile_row"]) for r in rows],
        "tile_col": [int(r["tile_col"]) for r in rows],
    }


def nowhere(count: int) -> dict[str, list]:
    """Places of a user's own table, without tiles."""
    return {
        "code": [f"P{k}" for k in range(count)],
        "name": [f"Place {k}" for k in range(count)],
        "population": [1000.0] * count,
        "deprivation": [10.0] * count,
        "rurality": [10.0] * count,
        "tile_row": [None] * count,
        "tile_col": [None] * count,
    }


def split_by_cause(
    gap: np.ndarray, weights: dict[str, float], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    share = {c: weights.get(c, 0.05) * (1 + 0.03 * rng.standard_normal(gap.shape)) for c in CAUSE_LABELS}
    total = sum(share.values())
    return {c: gap * s / total for c, s in share.items()}


def scenario(
    name: str,
    gap: float | Sequence[float],
    replications: int = 100,
    *,
    months: int = 120,
    seed: int = 1,
    spread: float = 0.01,
    weights: dict[str, float] | None = None,
    places: dict[str, list] | None = None,
    parameters: Parameters | None = None,
    **outcomes: object,
) -> ScenarioRuns:
    """Replications with a given mean gap (or a given gap each), and all else in keeping with it."""
    rng = np.random.default_rng(seed)
    places = places or scotland()
    n = replications
    gaps = np.asarray(gap, float) if np.ndim(gap) else gap + spread * rng.standard_normal(n)
    by_cause = split_by_cause(gaps, WEIGHTS | (weights or {}), rng)
    summaries = {
        "gap": gaps,
        "nominal_gap": gaps - 0.1,
        "rhetoric_reality": np.full(n, 0.1),
        "worst_decile_gap": gaps + 0.1 + 0.01 * rng.standard_normal(n),
        "months_to_half": 150 * gaps,
        "recovered_later": np.full(n, 0.2),
        "persistence": np.full(n, 0.9),
        **{f"gap_fifth_{k}": gaps + 0.03 - 0.01 * k for k in range(1, 6)},
        "starts": np.full(n, 700.0),
        "stops": np.full(n, 30.0),
        **{f"losses.{c}": v for c, v in by_cause.items()},
        **{f"stage.{s}": np.full(n, 1 / 6) for s in STAGE_LABELS},
    } | {key: np.asarray(value, float) for key, value in outcomes.items()}
    t = np.arange(1, months + 1) / months
    course = (
        gaps[:, None]
        + (0.95 - gaps[:, None]) * np.exp(-5 * t)
        + 0.004 * rng.standard_normal((n, months)).cumsum(1) / 10
    )
    shift = (1 - gaps[:, None]) * t
    stages = {"see": 0.15, "spark": 0.2, "shape": 0.25, "not_started": 0.3, "abandoned": 0.1}
    series = {
        "month": np.broadcast_to(np.arange(1, months + 1), (n, months)),
        "intended": np.broadcast_to(t, (n, months)),
        "realised": np.broadcast_to(t, (n, months)) * (1 - course),
        "nominal": np.broadcast_to(t, (n, months)) * (1.1 - course),
        "gap": course,
        "gap_month": course,
        "nominal_gap": course - 0.1,
        **{f"loss.{c}": course * (v / gaps)[:, None] for c, v in by_cause.items()},
        **{f"stage.{s}": (1 - shift) * share for s, share in stages.items()},
        "stage.shift": shift,
        "starts": np.ones((n, months)),
        "stops": np.zeros((n, months)),
        **{f"hours.{a}": np.ones((n, months)) for a in ACTIVITIES},
    }
    for j, thing in enumerate(("will", "ability", "capacity")):
        for k, kind in enumerate(KINDS):
            series[f"{thing}.{kind}"] = 0.9 - 0.15 * j - 0.08 * k - 0.3 * gaps[:, None] * t
    local = gaps[:, None] + 0.05 * np.random.default_rng(3).standard_normal(len(places["name"]))
    local = local + 0.01 * rng.standard_normal(local.shape)
    councils = {"gap": local, "nominal_gap": local - 0.1, "will": local, "ability": local, "capacity": local}
    return ScenarioRuns(
        name=name,
        title=f"All about {name}",
        parameters=parameters or Parameters(),
        summaries=summaries,
        series=series,
        councils=councils,
        places=places,
    )


def comparison(*scenarios: ScenarioRuns) -> Comparison:
    n = len(scenarios[0].summaries["gap"])
    return Comparison(scenarios=scenarios, replications=n, seed=1, version="0.1.0")
