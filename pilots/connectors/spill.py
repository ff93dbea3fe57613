"""Rows of many series, put aside in a file until those of a few series are wanted.

Memory holds the rows of one group of series at a time, however many there are.
"""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilots.connectors.block import Block, ScaledNumbers

Whole = NDArray[np.int64]
# So many series, by their numbers, are got back together.
TOGETHER = 100


class Spill:
    """A file of rows, in groups by the number of their series."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with this object
        weakref.finalize(self, self._file.close)
        self._size = 0
        # Of each group: where its pieces begin, and how many rows each has.
        self._pieces: dict[int, list[tuple[int, int]]] = {}
        self._parts: tuple[str, ...] = ()

    def add(self, series: Whole, block: Block) -> None:
        """Put rows aside, `series` being the number of each one's series. All blocks have the same parts."""
        self._parts = tuple(block.parts)
        rows = np.empty(len(block), self._record())
        rows["series"], rows["day"] = series, block.days
        for part, numbers in block.parts.items():
            rows[part], rows[f"{part} decimals"] = numbers.digits, numbers.decimals
        groups = series // TOGETHER
        if (groups[1:] < groups[:-1]).any():
            order = np.argsort(groups, kind="stable")
            rows, groups = rows[order], groups[order]
        begins = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
        counts = np.diff(np.append(begins, len(rows)))
        for begin, count in zip(begins.tolist(), counts.tolist(), strict=True):
            place = self._size + begin * rows.itemsize
            self._pieces.setdefault(int(groups[begin]), []).append((place, count))
        self._file.seek(self._size)
        self._file.write(rows.tobytes())
        self._size += rows.nbytes

    def groups(self) -> Iterator[int]:
        return iter(sorted(self._pieces))

    def group(self, number: int) -> tuple[Whole, Block]:
        """The rows of a group by series, then by day, and the series of each; alike ones as they came."""
        record = self._record()
        pieces = []
        for place, count in self._pieces.get(number, []):
            self._file.seek(place)
            pieces.append(self._file.read(count * record.itemsize))
        rows = np.frombuffer(b"".join(pieces), record)
        series, days = rows["series"].astype(np.int64), rows["day"].astype(np.int64)
        key = series * 2**20 + (days + 2**19)  # days of four thousand years fit
        if (key[1:] < key[:-1]).any():
            order = np.argsort(key, kind="stable")
            rows, series, days = rows[order], series[order], days[order]
        parts = {}
        for part in self._parts:
            decimals = rows[f"{part} decimals"]
            parts[part] = ScaledNumbers(
                rows[part].astype(np.int64), decimals.astype(np.int64) if decimals.any() else 0
            )
        return series, Block(days, parts)

    def _record(self) -> np.dtype[Any]:
        numbers = [(part, "<i8") for part in self._parts]
        decimals = [(f"{part} decimals", "i1") for part in self._parts]
        return np.dtype([("series", "<i4"), ("day", "<i4"), *numbers, *decimals])


class SpiltBlocks(Mapping[str, Block]):
    """A block for each of these series, whose numbers are given. Those of one group are read together, and
    remembered until one of another group is wanted."""

    def __init__(self, spill: Spill, numbers: dict[str, int]) -> None:
        self._spill, self._numbers = spill, numbers
        self._group, self._blocks = -1, dict[int, Block]()

    def __getitem__(self, entity: str) -> Block:
        number = self._numbers[entity]
        if number // TOGETHER != self._group:
            self._blocks.clear()
            self._blocks = _apart(*self._spill.group(number // TOGETHER))
            self._group = number // TOGETHER
        return self._blocks.get(number) or NOTHING

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


NOTHING = Block(np.zeros(0, np.int64), {})


def _apart(series: Whole, block: Block) -> dict[int, Block]:
    begins = np.flatnonzero(np.concatenate([[True], series[1:] != series[:-1]]))
    ends = np.append(begins[1:], len(series))
    return {
        int(series[a]): block.rows(slice(a, b))
        for a, b in zip(begins.tolist(), ends.tolist(), strict=True)
        if a < b
    }
