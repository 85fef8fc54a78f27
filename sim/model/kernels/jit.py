"""The one decorator for compiled processes, and where their compiled form is kept.

The folder is named after a hash of the versions that compile and of every source file that a compiled process could
read, through whatever it imports: an edit in any submodel gives a new folder, so a stale caller can never run, while an
edit of a chart costs no compiling. No fastmath and no parallel loops: compiled and uncompiled runs agree to the bit.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
import numpy as np

Rule = TypeVar("Rule", bound=Callable[..., Any])

SOURCES = Path(__file__).parents[2]
"""The package, whose files are searched for rules."""
NOT_RULES = (os.path.join("model", "aliases.py"),)
"""Read on the way to parameters, before any rule: which names an earlier version had."""
IMPORTS = re.compile(r"^\s*(?:from|import)\s+sim\b([\w.]*)(?:\s+import\s+(\([^)]*\)|[^\n]*))?", re.MULTILINE)


def rule_sources(folder: Path = SOURCES) -> dict[str, str]:
    """The text of every file that holds compiled processes, and of all that these import, by its path in the package."""
    texts = {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*.py")}
    found: dict[str, str] = {}
    waiting = [path for path, text in texts.items() if "sim.model.kernels.jit" in text]
    while waiting:
        path = waiting.pop()
        if path in found or path not in texts or path in NOT_RULES:
            continue
        found[path] = texts[path]
        for module, names in IMPORTS.findall(texts[path]):
            stem = module.strip(".").replace(".", os.sep)
            waiting.append(f"{stem}.py")
            waiting.extend(os.path.join(stem, f"{name}.py") for name in re.findall(r"\w+", names))
    return dict(sorted(found.items()))


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for part in (platform.machine(), sys.version, numba.__version__, llvmlite.__version__, np.__version__):
        digest.update(part.encode())
    for path, text in rule_sources().items():
        digest.update(path.encode())
        digest.update(text.encode())
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
    return bool(numba.config.DISABLE_JIT) or any(CACHE.rglob("schedule.*.nbc"))  # type: ignore[attr-defined]


def kernel(rule: Rule) -> Rule:
    """Compile a rule or process: same numbers as uncompiled, without holding Python's lock.

    A rule is compiled into whatever calls it: a month calls rules a million times, and calls cost a tenth of it.
    """
    return numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(rule)  # type: ignore[return-value]
