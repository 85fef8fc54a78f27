"""Tables and atomic writes: a file or folder appears complete or not at all.

Arrow arrays are built from buffers, since `pyarrow.array` imports pandas, which takes longer than many runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet


def column(values: Sequence[Any] | np.ndarray) -> pa.Array:
    """A column of whole numbers, of numbers or of text, as its values are; unknown numbers (NaN) become null."""
    given = np.asarray(values)
    if given.dtype.kind in "iub":
        return numbers(given, pa.int64())
    if given.dtype.kind == "f":
        return numbers(given, pa.float64(), ~np.isnan(given))
    return texts([str(word) for word in values])


def numbers(values: np.ndarray, kind: pa.DataType, known: np.ndarray | None = None) -> pa.Array:
    """A column of numbers of one kind; where they are not known it holds null."""
    mask = None if known is None or known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    data = np.ascontiguousarray(values, kind.to_pandas_dtype())
    return pa.Array.from_buffers(kind, len(data), [mask, pa.py_buffer(data)])


def texts(words: Sequence[str | None]) -> pa.Array:
    """A column of text; None becomes null."""
    known = np.array([word is not None for word in words], dtype=bool)
    mask = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    letters = [b"" if word is None else word.encode() for word in words]
    ends = np.cumsum([0, *(len(word) for word in letters)]).astype(np.int32)
    buffers = [mask, pa.py_buffer(ends), pa.py_buffer(b"".join(letters))]
    return pa.Array.from_buffers(pa.string(), len(letters), buffers)


def values(held: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """The numbers of a column of numbers; where it holds null, NaN, or 0 in a column of whole numbers."""
    whole = held.combine_chunks() if isinstance(held, pa.ChunkedArray) else held
    kind = np.dtype(whole.type.to_pandas_dtype())
    if not len(whole):
        return np.empty(0, kind)
    found = np.frombuffer(whole.buffers()[1], kind)[whole.offset : whole.offset + len(whole)]
    if not whole.null_count:
        return found
    known = np.from_dlpack(whole.is_valid().cast(pa.int8())).astype(bool)
    return np.where(known, found, np.nan if kind.kind == "f" else 0)


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """A draft folder to fill: its files take their place when all are written, or leave no trace.

    Files of the same names in an existing folder are replaced; others there are left alone.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield draft
        if folder.exists():
            for file in sorted(draft.iterdir()):
                os.replace(file, folder / file.name)
        else:
            draft.chmod(0o755)
            os.replace(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def atomic_write(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place, have it stored, and put it there: others see all of it or nothing.

    Args:
        path: where it goes.
        write: writes the file whose path it is given.

    Raises:
        OSError: if it cannot be stored; then nothing of it is left.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".tmp", dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        write(draft)
        with open(draft, "rb+") as written:
            os.fsync(written.fileno())
        draft.chmod(0o644)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def atomic_write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    atomic_write(path, lambda draft: draft.write_text(text, encoding="utf-8"))


def json_text(content: Mapping[str, Any]) -> str:
    """The text of a JSON file."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def file_hash(path: Path) -> str:
    """The SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_table(path: Path, columns: Mapping[str, Sequence[Any] | np.ndarray]) -> None:
    """Write columns of numbers and text as a Parquet table; unknown numbers (NaN) become null."""
    parquet.write_table(pa.table({name: column(values) for name, values in columns.items()}), path)
