"""Where shipped scenarios and experiments are: in the checkout when there is one, else in the installed package.

An editable installation leaves a copy of the scenarios from the day it was made; the checkout's own folder comes first,
so that an edit is never ignored. Results alone depend on the working directory.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent

RESULTS = Path("results")
"""Where results go when no folder is named."""


def checkout() -> Path | None:
    """The folder of the source checkout that this package runs from, or None when it was installed from a wheel."""
    folder = PACKAGE.parent
    return folder if (folder / "pyproject.toml").is_file() and (folder / "scenarios").is_dir() else None


def shipped(name: str) -> Path:
    """The folder of that name that comes with the model: `scenarios`, `experiments` or `decks`."""
    root = checkout()
    return root / name if root else PACKAGE / "shipped" / name
