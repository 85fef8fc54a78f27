"""Which code made a result: versions and commit."""

from __future__ import annotations

import platform
import subprocess
from importlib import metadata

from sim import places

MATTERING = ("numpy", "numba")


def version() -> str:
    """The version of this package."""
    return metadata.version("gapsim")


def versions() -> dict[str, str]:
    """Versions of everything that could move a number."""
    found = {name: metadata.version(name) for name in MATTERING}
    return {"python": platform.python_version(), **found, "gapsim": version()}


def commit() -> str | None:
    """The commit of the checkout, or None where there is none (an installed wheel, say)."""
    root = places.checkout()
    if root is None or not (root / ".git").exists():
        return None
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
