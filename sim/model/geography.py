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
    header, rows = _read(path)
    crossings_header, crossings = _read(ties) if ties.is_file() else (TIE_COLUMNS, [])
    found = _table_problems(path, header, rows)
    found += _tie_problems(ties, crossings_header, crossings, {row.get("code") for row in rows})
    if found:
        raise ValueError("; ".join(found))
    weight = np.array([float(row[NUMBERS["population"]]) for row in rows])
    weight = weight / weight.sum()
    columns = {name: np.array([float(row[column]) for row in rows]) for name, column in NUMBERS.items()}
    character = np.column_stack([standardised(columns[name], weight) for name in ("deprivation", "rurality")])
    code = tuple(row["code"] for row in rows)
    start, other, share = _ties(rows, code, crossings, character, columns["population"])
    tiles = all(row.get("tile_row") and row.get("tile_col") for row in rows)
    return Territory(
        code=code,
        name=tuple(row["name"] for row in rows),
        **columns,
        character=character,
        tile_row=tuple(int(row["tile_row"]) for row in rows) if tiles else None,
        tile_col=tuple(int(row["tile_col"]) for row in rows) if tiles else None,
        tie_start=start,
        tie_other=other,
        tie_weight=share,
    )


def _read(path: Path) -> tuple[Sequence[str], list[dict[str, str]]]:
    """The header and the rows of a CSV file."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey=BEYOND)
            return reader.fieldnames or (), list(reader)
    except UnicodeDecodeError as error:
        said = f"the file is not UTF-8 (byte {error.start + 1}); save it as CSV UTF-8"
        raise ValueError(f"{path.name}: {said}") from error
    except csv.Error as error:
        raise ValueError(f"{path.name}: the file cannot be read as CSV: {error}") from error


def _header_problems(path: Path, header: Sequence[str], needed: Sequence[str]) -> list[str]:
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        return [f"{path.name}: column {', '.join(twice)} is there more than once"]
    missing = [column for column in needed if column not in header]
    if missing:
        hint = "" if len(header) > 1 else "; are the columns separated by commas?"
        return [f"{path.name}: no column {', '.join(missing)}; needed are {', '.join(needed)}{hint}"]
    return []


def _table_problems(path: Path, header: Sequence[str], rows: list[dict[str, str]]) -> list[str]:
    if not rows:
        return [f"{path.name}: the table has no rows"]
    found = _header_problems(path, header, REQUIRED)
    if found:
        return found
    codes = Counter(row["code"] for row in rows)
    names = Counter(row["name"] for row in rows)
    drawn = Counter((row.get(TILE[0]), row.get(TILE[1])) for row in rows)
    tiled = [bool(row.get(TILE[0]) and row.get(TILE[1])) for row in rows]
    for number, row in enumerate(rows, start=2):
        where = f"{path.name}, line {number}"
        if row.get(BEYOND):
            found.append(f"{where}: more cells than the header has columns; write 40000, not 40,000")
        if not row["code"] or codes[row["code"]] > 1:
            found.append(f"{where}: code '{row['code'] or ''}' must be there once")
        if not row["name"] or names[row["name"]] > 1 or (row["name"] in codes and row["name"] != row["code"]):
            found.append(
                f"{where}: name '{row['name'] or ''}' must be there once, and be no other place's code"
            )
        found += [f"{where}: {said}" for said in _number_problems(row)]
        for neighbour in filter(None, (row["land_neighbours"] or "").split(";")):
            if neighbour not in codes or neighbour == row["code"]:
                found.append(f"{where}: land neighbour '{neighbour}' is not another place of the table")
        for column in TILE if all(tiled) else ():
            if not row[column].isdecimal():
                found.append(f"{where}: {column} is '{row[column]}', not a whole number from 0")
        here = (row.get(TILE[0]), row.get(TILE[1]))
        if all(tiled) and drawn[here] > 1:
            found.append(
                f"{where}: {' and '.join(TILE)} are {', '.join(map(str, here))}, another place's tile too"
            )
    if any(tiled) and not all(tiled):
        found.append(
            f"{path.name}: {tiled.count(False)} places have no {' and '.join(TILE)}; give all of them, or none"
        )
    return found


def _number_problems(row: dict[str, str]) -> Iterator[str]:
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


def _tie_problems(
    path: Path, header: Sequence[str], rows: list[dict[str, str]], codes: set[str | None]
) -> list[str]:
    found = _header_problems(path, header, TIE_COLUMNS)
    if found:
        return found
    needs = f"a tie needs two codes of the table and a kind of {', '.join(WEIGHTS)}"
    for number, row in enumerate(rows, start=2):
        if (
            row["a"] not in codes
            or row["b"] not in codes
            or row["a"] == row["b"]
            or row["kind"] not in WEIGHTS
        ):
            given = ", ".join(str(row[column] or "") for column in TIE_COLUMNS)
            found.append(f"{path.name}, line {number}: {needs}; it is '{given}'")
    return found


def _ties(
    rows: list[dict[str, str]],
    code: tuple[str, ...],
    crossings: list[dict[str, str]],
    character: np.ndarray,
    population: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = len(code)
    position = {c: a for a, c in enumerate(code)}
    weights: list[dict[int, float]] = [{} for _ in code]

    def tie(a: int, b: int, kind: str) -> None:
        weights[a][b] = max(weights[a].get(b, 0.0), WEIGHTS[kind])

    for a, row in enumerate(rows):
        for neighbour in filter(None, (row["land_neighbours"] or "").split(";")):
            tie(a, position[neighbour], "land")
            tie(position[neighbour], a, "land")
    for row in crossings:
        tie(position[row["a"]], position[row["b"]], row["kind"])
        tie(position[row["b"]], position[row["a"]], row["kind"])
    size = np.log(population)
    size = (size - size.mean()) / (size.std() or 1.0)
    alike = np.column_stack([character, size])
    for a in range(count):
        distance = np.sum((alike - alike[a]) ** 2, axis=1)
        distance[a] = np.inf
        for b in np.argsort(distance, kind="stable")[: min(SIMILAR, count - 1)]:
            tie(a, int(b), "similar")
    start = np.zeros(count + 1, np.int64)
    other: list[int] = []
    share: list[float] = []
    for a in range(count):
        total = sum(weights[a].values())
        for b in sorted(weights[a]):
            other.append(b)
            share.append(weights[a][b] / total)
        start[a + 1] = len(other)
    return start, np.array(other, np.int64), np.array(share, np.float64)
