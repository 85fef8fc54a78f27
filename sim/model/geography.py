"""Territory: the places of a run, their people and their ties, read from a table."""

from __future__ import annotations

import csv
import difflib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.paths import PACKAGE

DATA = PACKAGE / "data"

NUMBERS = {
    "population": "pop_mid2022",
    "deprivation": "simd2020_pct_pop2020_in_most_deprived_20pct",
    "rurality": "pct_pop2020_rural_ur6_5_6",
}
REQUIRED = ("code", "name", *NUMBERS.values(), "land_neighbours")
TILE = ("tile_row", "tile_col")
"""Where a place lies on the map of tiles; may be left out."""
MOST_PEOPLE = 8.3e9
"""People on Earth: what is above was written in another unit."""
TIE_COLUMNS = ("a", "b", "kind")
BEYOND = "cells beyond the header"
SIMILAR = 2
"""How many of the most alike places each place looks to."""
WEIGHTS = {"land": 1.0, "bridge": 1.0, "ferry": 0.5, "air": 0.5, "similar": 0.5}


@dataclass(frozen=True, eq=False)
class Territory:
    """Places in the order of their table; A places.

    Attributes:
        code: official codes.
        name: names.
        population: (A,) inhabitants.
        deprivation: (A,) percentage of people in the nation's most deprived fifth.
        rurality: (A,) percentage of people in rural areas.
        character: (A, 2) deprivation and rurality, standardised over people: mean 0, standard deviation 1.
        tile_row: (A,) row on the tile map, or None.
        tile_col: (A,) column on the tile map, or None.
        tie_start: (A + 1,) first tie of each place.
        tie_other: place at the other end of each tie.
        tie_weight: share of a place's attention to each tie.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    population: np.ndarray
    deprivation: np.ndarray
    rurality: np.ndarray
    character: np.ndarray
    tile_row: tuple[int, ...] | None
    tile_col: tuple[int, ...] | None
    tie_start: np.ndarray
    tie_other: np.ndarray
    tie_weight: np.ndarray

    def knows(self, name: str) -> bool:
        """Whether a name or code belongs to a place."""
        return name in self.code or name in self.name

    def index(self, name: str) -> int:
        """Position of a place, by its code or its name."""
        return self.code.index(name) if name in self.code else self.name.index(name)

    def nearest(self, name: str) -> str:
        """The place whose name looks most like a mistyped one."""
        return difflib.get_close_matches(name, self.name, n=1, cutoff=0.0)[0]


def standardised(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Values less their mean over people, in standard deviations over people; all 0 if they do not differ."""
    centred = values - np.sum(weight * values)
    spread = math.sqrt(np.sum(weight * centred * centred))
    return centred / spread if spread > 0 else np.zeros_like(centred)


@lru_cache(maxsize=8)
def territory(places: str) -> Territory:
    """Read a table of places: `scotland`, or the path of a CSV with the same columns.

    Ties that land neighbours do not show (bridges, ferries) come from a second table beside it: `ties.csv` for
    Scotland, `<name>_ties.csv` for `<name>.csv`, with columns a, b, kind.

    Raises:
        ValueError: naming every row and column that cannot be used.
    """
    path = DATA / "councils.csv" if places == "scotland" else Path(places)
    ties = DATA / "ties.csv" if places == "scotland" else path.with_name(f"{path.stem}_ties.csv")
    if not path.is_file():
        raise ValueError(f"no table '{places}'; give 'scotland' or the path of a CSV file")
    rows, found = _read(path, REQUIRED)
    crossings, found_in_ties = _read(ties, TIE_COLUMNS) if ties.is_file() else ([], [])
    if not rows:
        found = [f"{path.name}: the table has no rows"]
    found = found or list(_place_problems(path, rows))
    found += found_in_ties or _tie_problems(ties, crossings, {row.get("code") for row in rows})
    if found:
        raise ValueError("; ".join(found))
    columns = {name: np.array([float(row[column]) for row in rows]) for name, column in NUMBERS.items()}
    weight = columns["population"] / columns["population"].sum()
    character = np.column_stack([standardised(columns[name], weight) for name in ("deprivation", "rurality")])
    size = np.log(columns["population"])
    start, other, share = _ties(
        rows, crossings, np.column_stack([character, (size - size.mean()) / (size.std() or 1.0)])
    )
    tiles = {column: tuple(int(row[column]) for row in rows) if _tiled(rows) else None for column in TILE}
    return Territory(
        code=tuple(row["code"] for row in rows),
        name=tuple(row["name"] for row in rows),
        **columns,
        character=character,
        tile_row=tiles["tile_row"],
        tile_col=tiles["tile_col"],
        tie_start=start,
        tie_other=other,
        tie_weight=share,
    )


Row = dict[str, str]
"""One row of a table as text, by column; a cell that the line lacks is None."""


def _read(path: Path, needed: Sequence[str]) -> tuple[list[Row], list[str]]:
    """The rows of a CSV file, and what is wrong with its header."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey=BEYOND)
            header, rows = reader.fieldnames or (), list(reader)
    except UnicodeDecodeError as error:
        said = f"the file is not UTF-8 (byte {error.start + 1}); save it as CSV UTF-8"
        raise ValueError(f"{path.name}: {said}") from error
    except csv.Error as error:
        raise ValueError(f"{path.name}: the file cannot be read as CSV: {error}") from error
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        return rows, [f"{path.name}: column {', '.join(twice)} is there more than once"]
    missing = [column for column in needed if column not in header]
    if missing:
        hint = "" if len(header) > 1 else "; are the columns separated by commas?"
        return rows, [f"{path.name}: no column {', '.join(missing)}; needed are {', '.join(needed)}{hint}"]
    return rows, []


def _neighbours(row: Row) -> list[str]:
    """Codes of the land neighbours that a row names."""
    return [code for code in (row["land_neighbours"] or "").split(";") if code]


def _tile(row: Row) -> tuple[str | None, ...]:
    """The cells that say where a place lies on the map of tiles."""
    return tuple(row.get(column) for column in TILE)


def _tiled(rows: list[Row]) -> bool:
    """Whether every place has a tile."""
    return all(all(_tile(row)) for row in rows)


def _place_problems(path: Path, rows: list[Row]) -> Iterator[str]:
    codes = Counter(row["code"] for row in rows)
    names = Counter(row["name"] for row in rows)
    tiles = Counter(map(_tile, rows)) if _tiled(rows) else Counter()
    for number, row in enumerate(rows, start=2):
        found = [*_row_problems(row, codes, names), *(_tile_problems(row, tiles) if tiles else ())]
        yield from (f"{path.name}, line {number}: {problem}" for problem in found)
    without = sum(not all(_tile(row)) for row in rows)
    if 0 < without < len(rows):
        yield f"{path.name}: {without} places have no {' and '.join(TILE)}; give all of them, or none"


def _row_problems(row: Row, codes: Counter[str], names: Counter[str]) -> Iterator[str]:
    code, name = row["code"], row["name"]
    if row.get(BEYOND):
        yield "more cells than the header has columns; write 40000, not 40,000"
    if not code or codes[code] > 1:
        yield f"code '{code or ''}' must be there once"
    if not name or names[name] > 1 or (name in codes and name != code):
        yield f"name '{name or ''}' must be there once, and be no other place's code"
    yield from _number_problems(row)
    for neighbour in _neighbours(row):
        if neighbour not in codes or neighbour == code:
            yield f"land neighbour '{neighbour}' is not another place of the table"


def _tile_problems(row: Row, tiles: Counter[tuple[str | None, ...]]) -> Iterator[str]:
    for column in TILE:
        if not row[column].isdecimal():
            yield f"{column} is '{row[column]}', not a whole number from 0"
    if tiles[_tile(row)] > 1:
        yield f"{' and '.join(TILE)} are {row[TILE[0]]}, {row[TILE[1]]}, another place's tile too"


def _number_problems(row: Row) -> Iterator[str]:
    for name, column in NUMBERS.items():
        try:
            value = float(row[column])
        except (TypeError, ValueError):
            yield f"{column} is '{row[column]}', not a number"
            continue
        if not math.isfinite(value) or value < 0 or (name == "population" and value <= 0):
            yield f"{column} is {row[column]}; it must be {'above 0' if name == 'population' else '0 or more'}"
        if name == "population" and MOST_PEOPLE < value < math.inf:
            yield f"{column} is {row[column]}, more people than there are on Earth"
        if name != "population" and value > 100:
            yield f"{column} is {row[column]}, but is a percentage"


def _tie_problems(path: Path, rows: list[Row], codes: set[str | None]) -> list[str]:
    needs = f"a tie needs two codes of the table and a kind of {', '.join(WEIGHTS)}"
    return [
        f"{path.name}, line {number}: {needs}; it is '{', '.join(row[column] or '' for column in TIE_COLUMNS)}'"
        for number, row in enumerate(rows, start=2)
        if not {row["a"], row["b"]} <= codes or row["a"] == row["b"] or row["kind"] not in WEIGHTS
    ]


def _ties(
    rows: list[Row], crossings: list[Row], features: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First tie of each place, the place at the other end of each tie, and its share of attention.

    Args:
        rows: the table of places, which names land neighbours.
        crossings: the table of other ties.
        features: (A, 3) by which places are alike.
    """
    count = len(rows)
    position = {row["code"]: number for number, row in enumerate(rows)}
    links = [(row["code"], neighbour, "land") for row in rows for neighbour in _neighbours(row)]
    links += [(row["a"], row["b"], row["kind"]) for row in crossings]
    weights = np.zeros((count, count))
    for one, other, kind in links:
        a, b = position[one], position[other]
        weights[a, b] = weights[b, a] = max(weights[a, b], WEIGHTS[kind])
    distance = ((features[:, None] - features) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    similar = np.argsort(distance, axis=1, kind="stable")[:, : min(SIMILAR, count - 1)]
    pairs = np.arange(count)[:, None], similar
    weights[pairs] = np.maximum(weights[pairs], WEIGHTS["similar"])
    start = np.append(0, np.count_nonzero(weights, axis=1).cumsum())
    ends = np.nonzero(weights)
    return start, ends[1], weights[ends] / weights.sum(axis=1)[ends[0]]
