"""The one decorator for compiled processes, and where their compiled form is kept.

The folder is named after a hash of every source file of the package and of the versions that compile it: an edit in any
submodel gives a new folder, so a stale caller can never run. No fastmath and no parallel loops: compiled and uncompiled
runs agree to the bit.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
import numpy as np

Rule = TypeVar("Rule", bound=Callable[..., Any])

SOURCES = Path(__file__).parent


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for part in (platform.machine(), sys.version, numba.__version__, llvmlite.__version__, np.__version__):
        digest.update(part.encode())
    for source in sorted(SOURCES.rglob("*.py")):
        digest.update(str(source.relative_to(SOURCES)).encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _cache_root() -> Path:
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "gapsim"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "gapsim"


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="gapsim-"))


CACHE = _writable(_cache_root() / _fingerprint())
numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]


def is_cached() -> bool:
    """Whether this version of the model has been compiled on this machine before."""
    return bool(numba.config.DISABLE_JIT) or any(CACHE.rglob("month.*.nbc"))  # type: ignore[attr-defined]


def compiled(rule: Rule) -> Rule:
    """Compile a rule or process: same numbers as uncompiled, without holding Python's lock.

    A rule is compiled into whatever calls it: a month calls rules a million times, and calls cost a tenth of it.
    """
    return numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(rule)  # type: ignore[return-value]
