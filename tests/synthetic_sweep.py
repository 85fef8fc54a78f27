"""Results folders of sweeps made from formulas instead of runs, so that the true map is known."""

import json

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim.analysis.sweep_data import read_sweep
from sim.model.state import CAUSES
from sim.runner.parts import write as write_part

KEY = ("replication", "design_point", "scenario")


def design(points, names=("x", "y"), seed=1):
    """Points spread evenly at random over the unit cube, one column a factor."""
    from scipy.stats import qmc

    table = qmc.LatinHypercube(len(names), rng=np.random.default_rng(seed)).random(points)
    return {name: table[:, k] for k, name in enumerate(names)}


def grid(**levels):
    every = np.meshgrid(*levels.values(), indexing="ij")
    return {name: column.ravel() for name, column in zip(levels, every, strict=True)}


def worlds(points, replications, seed=5, spread=0.05, luck=0.01):
    """What worlds do to all structures alike, and the luck particular to each point: shape (points, replications)."""
    generator = np.random.default_rng(seed)
    return generator.normal(0, spread, replications) + generator.normal(0, luck, (points, replications))


def gaps(means, replications=20, luck=0.01, seed=5):
    """Gaps by structure: means of shape (points,), the same replications, and luck of each one's own."""
    generator = np.random.default_rng(seed)
    shared = worlds(len(next(iter(means.values()))), replications, seed + 1)
    return {
        name: np.asarray(mean)[:, None] + shared + generator.normal(0, luck, shared.shape)
        for name, mean in means.items()
    }


def responses(by_structure, weights=None):
    """The default responses of a sweep, consistent with given gaps."""
    shares = {name: np.ones(len(CAUSES)) for name in by_structure} | (weights or {})
    found = {}
    for name, gap in by_structure.items():
        share = np.asarray(shares[name], float) / np.sum(shares[name])
        found[name] = {
            "gap": gap,
            "nominal_gap": gap - 0.2,
            "worst_decile_gap": gap + 0.1,
            "months_to_half": 100 * gap,
            **{f"gap_fifth_{k}": gap + 0.03 - 0.01 * k for k in range(1, 6)},
            **{f"losses.{cause}": gap * part for cause, part in zip(CAUSES, share, strict=True)},
        }
    return found


def write(folder, columns, by_structure, *, kind="latin_hypercube", failed=(), drop=0, parts=False, **more):
    """Write a results folder as the runner does.

    Args:
        folder: where.
        columns: factor values by key, each of shape (points,).
        by_structure: responses by structure, each a dict of arrays (points, replications).
        kind: of the design.
        failed: (structure, point, replication) of runs that failed.
        drop: how many runs at the end have not come in.
        parts: leave parts and no finished table.
        more: further keys of plan.json; `settings` joins the design's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = list(by_structure)
    points = len(next(iter(columns.values()))) if columns else 1
    wanted = list(by_structure[names[0]])
    replications = by_structure[names[0]][wanted[0]].shape[1]
    settings = more.pop("settings", {})
    plan = {
        "name": "synthetic",
        "question": "Under which x and y does a close more of the gap than b?",
        "command": "gapsim sweep synthetic",
        "scenarios": [{"name": n, "title": n.capitalize(), "parameters": {}} for n in names],
        "factors": [
            {"key": key, "role": "uncertainty", "unit": "share", "sentence": f"All about {key}.", "low": 0.0,
             "high": 1.0, "levels": None}
            for key in columns
        ],
        "design": {"kind": kind, **settings},
        "points": points,
        "replications": replications,
        "seed": 1,
        "responses": wanted,
        "version": "0.1.0",
        "model": "abc",
        "identity": "def",
    } | more  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    table = {key: _column(values) for key, values in columns.items()}
    parquet.write_table(pa.table({"design_point": np.arange(points), **table}), folder / "design.parquet")
    r, p, s = (
        a.ravel() for a in np.meshgrid(range(replications), range(points), range(len(names)), indexing="ij")
    )
    bad = np.zeros(len(r), bool)
    for name, point, replication in failed:
        bad |= (s == names.index(name)) & (p == point) & (r == replication)
    runs = {
        "design_point": p,
        "scenario": [names[k] for k in s],
        "replication": r,
        "seed": np.full(len(r), 1),
        "status": np.where(bad, "failed", "ok"),
        **{key: column.take(pa.array(p)) for key, column in table.items()},
    }
    for response in wanted:
        values = np.array([by_structure[n][response] for n in names])[s, p, r]
        runs[response] = pa.array(values, mask=bad | np.isnan(values))
    whole = pa.table(runs).slice(0, len(r) - drop)
    if parts:
        (folder / "parts").mkdir()
        # Parts say the scenario by its position, and whose plan they belong to.
        about = {b"identity": plan["identity"].encode()}
        held = whole.set_column(1, "scenario", pa.array(s[: whole.num_rows])).replace_schema_metadata(about)
        half = held.num_rows // 2
        write_part(folder, held.slice(0, half), "000")
        write_part(folder, held.slice(half), "001")
    else:
        parquet.write_table(whole, folder / "runs.parquet")
    return folder


def _column(values):
    return pa.array(list(values)) if np.asarray(values).dtype.kind in "OU" else pa.array(values)


def sweep(folder, columns, means, replications=20, **more):
    """A sweep read back from a folder of synthetic gaps."""
    return read_sweep(write(folder, columns, responses(gaps(means, replications)), **more))
