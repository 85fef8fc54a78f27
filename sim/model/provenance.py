"""Which code made a result: versions and commit."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from sim import paths

MATTERING = ("numpy", "numba")
UNCOMPILED = ("model/outcomes.py", "model/schema.py", "experiments/design_point.py", "scenarios/layers.py")
"""Files that no compiled process reads, and that fix the numbers of a run all the same."""
EQUAL_MODELS = paths.PACKAGE / "data" / "equal_models.txt"
"""Groups of fingerprints that stand for the same model, one a line."""


def version() -> str:
    """The version of this package."""
    return metadata.version("gapsim")


def versions() -> dict[str, str]:
    """Versions of everything that could move a number."""
    found = {name: metadata.version(name) for name in MATTERING}
    return {"python": platform.python_version(), **found, "gapsim": version()}


def model() -> str:
    """A fingerprint of all that turns parameters and a seed into outcomes: rules, shipped data, packages that compute.

    It is the same on every machine, and an edit of a chart leaves it alone.
    """
    return _hash({**_texts(), **{name: metadata.version(name) for name in MATTERING}})


def rules() -> str:
    """A fingerprint of the rules and the shipped data alone, for rounded means, which no version of a package moves.

    The tested versions of numpy differ between Pythons, and so does `model` with them.
    """
    return _hash(_texts())


def _texts() -> dict[str, str]:
    from sim.model.kernels import jit

    texts = jit.rule_sources()
    texts.update((name, (paths.PACKAGE / name).read_text("utf-8")) for name in UNCOMPILED)
    texts.update(
        (f"data/{path.name}", path.read_text("utf-8")) for path in (paths.PACKAGE / "data").glob("*.csv")
    )
    return texts


def _hash(texts: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()[:16]


def same_model(a: str, b: str) -> bool:
    """Whether two fingerprints stand for the same model: they are equal, or a shipped list says that they are.

    The fingerprint moves with every comment in a rule; the list has those known to give the same outcomes to the bit.
    """
    return a == b or any({a, b} <= group for group in equal_models(EQUAL_MODELS))


@lru_cache(maxsize=2)
def equal_models(path: Path) -> tuple[frozenset[str], ...]:
    """The groups of a list of equal models; lines that share a fingerprint make one group."""
    groups: list[frozenset[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        group = frozenset(line.partition("#")[0].split())
        apart = [other for other in groups if not other & group]
        joined = frozenset().union(group, *(other for other in groups if other & group))
        groups = [*apart, joined] if group else groups
    return tuple(groups)


def table_of_places(name: str) -> str:
    """A fingerprint of a table of places: the shipped one, or a file that could change between two runs."""
    path = Path(name)
    content = path.read_bytes() if path.is_file() else name.encode()
    return hashlib.sha256(content).hexdigest()[:16]


def commit() -> str | None:
    """The commit of the checkout, or None where there is none (an installed wheel, say)."""
    root = paths.checkout()
    if root is None or not (root / ".git").exists():
        return None
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
