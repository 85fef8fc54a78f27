"""Parts: rows of finished runs in files of their own, each there whole or not at all.

A row says which run it is by replication, design point and position of the scenario, not by its number, so that it is
still right when points are added to the plan.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sim import columns
from sim.experiments.plans import Plan
from sim.results import whole_file
from sim.sweeping.living import Lived

PARTS = "parts"
DAMAGED = ".damaged"
KEYS = ("replication", "design_point", "scenario")
SECONDS = ("seconds_setting_up", "seconds_living", "seconds_reading")
OK, FAILED = "ok", "failed"


def table(plan: Plan, runs: np.ndarray, lived: Sequence[Lived]) -> pa.Table:
    """Rows of runs, in the order of their numbers."""
    order = np.argsort(runs, kind="stable")
    rows = [lived[place] for place in order.tolist()]
    keys = plan.keys(runs[order])
    unknown = [float("nan")] * len(plan.responses)
    responses = np.array([row.responses or unknown for row in rows]).reshape(len(rows), -1)
    seconds = np.array([row.seconds for row in rows], dtype=np.float32)
    held = {
        **{name: columns.numbers(key, pa.int64()) for name, key in zip(KEYS, keys, strict=True)},
        "status": columns.texts([FAILED if row.stage else OK for row in rows]),
        "stage": columns.texts([row.stage or None for row in rows]),
        "message": columns.texts([row.message or None for row in rows]),
        **{name: columns.numbers(seconds[:, place], pa.float32()) for place, name in enumerate(SECONDS)},
        **{name: columns.column(responses[:, place]) for place, name in enumerate(plan.responses)},
    }
    failed = sum(1 for row in rows if row.stage)
    about = {b"identity": plan.identity.encode(), b"failed": str(failed).encode()}
    return pa.Table.from_arrays(list(held.values()), names=list(held)).replace_schema_metadata(about)


def write(folder: Path, part: pa.Table, name: str) -> Path:
    """Keep a part, whole or not at all, under a name that ends in a hash of what is in it.

    Raises:
        OSError: if it cannot be stored; nothing of it is left.
    """
    packed = pa.BufferOutputStream()
    parquet.write_table(part, packed, compression="zstd", use_dictionary=["status", "stage", "message"])
    content = packed.getvalue().to_pybytes()
    path = folder / PARTS / f"{name}-{_hash(content)}.parquet"

    def checked(draft: Path) -> None:
        draft.write_bytes(content)
        if parquet.read_metadata(draft).num_rows != part.num_rows:
            raise OSError(f"{draft} does not hold what was written to it")

    whole_file(path, checked)
    return path


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def sound(folder: Path, identity: str) -> tuple[list[Path], list[Path]]:
    """The parts of a folder that hold what was written, for this plan; and those that do not. By name."""
    found = sorted((folder / PARTS).glob("*.parquet"))
    good = [path for path in found if _readable(path, identity)]
    return good, [path for path in found if path not in set(good)]


def set_aside(path: Path) -> None:
    """Put a damaged part where no reader takes it for one; its runs have to be made again."""
    os.replace(path, path.with_name(path.name + DAMAGED))


def _readable(path: Path, identity: str) -> bool:
    # A reader of Parquet trusts what it reads, and may do anything with a damaged file; the hash comes first.
    if path.stem.rpartition("-")[2] != _hash(path.read_bytes()):
        return False
    about = parquet.read_schema(path).metadata or {}
    return about.get(b"identity") == identity.encode()


def counts(folder: Path) -> Iterator[tuple[int, int]]:
    """Rows and failed rows of every part, damaged ones left out, without touching any."""
    for path in (folder / PARTS).glob("*.parquet"):
        # Whoever sweeps may take a part away, or set it aside, meanwhile.
        try:
            about = parquet.read_metadata(path)
        except (OSError, ValueError):
            continue
        yield about.num_rows, int((about.metadata or {}).get(b"failed", b"0"))
