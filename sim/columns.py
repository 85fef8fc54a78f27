"""Columns of Arrow tables, built from their buffers: `pyarrow.array` imports pandas, which takes longer than many runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa


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
    chunks = held.chunks if isinstance(held, pa.ChunkedArray) else [held]
    found = [_chunk(chunk) for chunk in chunks]
    return np.concatenate(found) if found else np.empty(0, held.type.to_pandas_dtype())


def _chunk(held: pa.Array) -> np.ndarray:
    mask, data = held.buffers()
    size, start = len(held), held.offset
    found = np.frombuffer(data, held.type.to_pandas_dtype())[start : start + size]
    if mask is None or held.null_count == 0:
        return found
    known = np.unpackbits(np.frombuffer(mask, np.uint8), bitorder="little")[start : start + size].astype(bool)
    return np.where(known, found, np.nan if found.dtype.kind == "f" else 0)
