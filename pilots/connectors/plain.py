"""A file of many series, columns at once: what is beyond doubt is read here, and what is not is named.

A row is plain where each of its cells is read by the same rules as one row after the other (rows.py)
and nothing is to be said of it. A series with one row that is not, or with two of one period, is left
to those rules altogether: they know the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilots.connectors.block import FIRST_DAY, MOST_DIGITS, Block, BlockNumbers, ScaledNumbers
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.cells import Cells, Grid
from pilots.connectors.csv_text import CsvText
from pilots.connectors.measurement import MeasureKind, RowCounts, Window
from pilots.connectors.spill import Spill, SpiltBlocks

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

# So many bytes are looked at at a time.
CHUNK = 4 * 1024 * 1024
# Longer lines are read as they always were.
LONGEST_LINE = 100_000
MOST_REMEMBERED = 100_000  # cells of a column that were read
MOST_SERIES = 200_000
_DOUBTFUL, _OUTSIDE = np.int64(2**40), np.int64(2**40 + 1)


@dataclass(frozen=True)
class PlainReading:
    """Where the cells stand and how each is read: the same that reads one row after the other."""

    separator: str
    columns: int
    skipped: int  # lines up to and including the names of the columns
    day: int
    entity: int
    parts: dict[str, int]
    filters: list[tuple[int, Callable[[str], bool]]]
    wanted: Collection[str] | None  # None: all there are
    measure: MeasureKind
    window: Window
    period: Callable[[str], date]
    number: Callable[[str, str], Decimal | None]


class PlainFile:
    """What a file says, read once: blocks of the plain series, and lines of the others on demand."""

    def __init__(self, text: CsvText, reading: PlainReading) -> None:
        self._content, self._reading = text, reading
        # In the order in which they are wanted, so that those that are used together lie together.
        self._series = {entity: number for number, entity in enumerate(reading.wanted or ())}
        self._known: dict[bytes, int] = {}
        self._days: dict[bytes, np.int64] = {}
        self._numbers: dict[tuple[str, bytes], tuple[int, int] | None] = {}
        self._spill = Spill()
        self._came = np.zeros(0, np.int64)  # rows of each series
        self._outside = np.zeros(0, np.int64)
        self._doubtful: set[int] = set()
        self.filtered = 0
        # Whether a line has nothing but its first cell, or only empty ones: what it is depends on others.
        self.has_notes = False
        for _first, grid in self._grids():
            self._take(grid)
            if self.has_too_many:
                return
        self._grow()
        self._look_for_repeated_periods()

    @property
    def has_too_many(self) -> bool:
        """Whether a column that tells rows apart was taken for that of the organisations."""
        return self._reading.wanted is None and len(self._series) > MOST_SERIES

    @property
    def doubtful(self) -> set[str]:
        """The series that are left to the rules; "" where those are asked that name none."""
        return {entity for entity, number in self._series.items() if number in self._doubtful}

    def leave(self, names: Collection[str]) -> None:
        """Leave these to the rules as well."""
        self._doubtful.update(self._series[name] for name in names)

    def rows(self) -> dict[str, int]:
        """How many rows there are of each plain series."""
        return {name: int(self._came[self._series[name]]) for name in self.plain()}

    def numbers(self) -> Mapping[str, BlockNumbers]:
        """The plain series as the rules see them while they look for totals."""
        return _PlainNumbers(
            self.plain(), counted="numerator" in self._reading.parts and self._is_value
        )

    @property
    def _is_value(self) -> bool:
        return self._reading.measure is not MeasureKind.PROPORTION

    def plain(self) -> Mapping[str, Block]:
        """The series that were read, each by period; one may have no row in the window."""
        return SpiltBlocks(
            self._spill,
            {
                entity: number
                for entity, number in self._series.items()
                if self._came[number] and number not in self._doubtful
            },
        )

    def count(self, counts: RowCounts) -> None:
        """Add the rows of the plain series, and those that a filter left out."""
        is_plain = np.ones(len(self._series), bool)
        is_plain[list(self._doubtful)] = False
        came, outside = int(self._came[is_plain].sum()), int(self._outside[is_plain].sum())
        counts.received += came + self.filtered
        counts.accepted += came - outside
        counts.outside += outside
        counts.filtered += self.filtered

    def lines(self, of: Collection[str], *, misfits: bool) -> Iterator[tuple[int, str]]:
        """The lines of these series, each with its number, and perhaps those that are no rows."""
        reading = self._reading
        for first, grid in self._grids():
            cells, which = grid.column(reading.entity).alike()
            wanted = np.array([self._text(cell) in of for cell in cells], bool)
            mine = np.full(len(grid.starts), misfits)
            mine[grid.even] = self._passing(grid)
            if len(cells):
                mine[grid.even] &= wanted[which]
            for place in np.flatnonzero(mine).tolist():
                yield first + place, self._text(grid.line(place), strip=False)

    def _grids(self) -> Iterator[tuple[int, Grid]]:
        """The file in parts that end with a line, each with the number of its first."""
        reading, rest, number, skipped = self._reading, b"", 1, self._reading.skipped
        for block in chain(self._content.utf8_blocks(CHUNK), [b""]):
            part, rest = rest + block, b""
            while skipped and part:
                _line, newline, part = part.partition(b"\n")
                skipped, number = skipped - bool(newline), number + bool(newline)
            if block:
                end = part.rfind(b"\n") + 1
                part, rest = part[:end], part[end:]
            elif part and not part.endswith(b"\n"):
                part += b"\n"
            if part:
                grid = Grid.of(part, ord(reading.separator), reading.columns)
                yield number, grid
                number += len(grid.starts)

    def _text(self, cell: bytes, *, strip: bool = True) -> str:
        text = cell.decode()
        return text.strip() if strip else text

    def _passing(self, grid: Grid) -> Flags:
        passes = np.ones(len(grid.even), bool)
        for column, holds in self._reading.filters:
            cells, which = grid.column(column).alike()
            same = np.array([holds(self._text(cell)) for cell in cells], bool)
            passes &= same[which] if len(cells) else passes
        return passes

    def _take(self, grid: Grid) -> None:
        self._take_uneven(grid)
        self._look_for_notes(grid)
        reading = self._reading
        series = self._series_of(grid.column(reading.entity))
        rows = np.flatnonzero(self._passing(grid) & (series >= 0))
        self.filtered += len(series) - len(rows)
        if not len(rows):
            return
        series = series[rows]
        days = self._days_of(grid.column(reading.day).some(rows))
        outside, good = days == _OUTSIDE, days < _DOUBTFUL
        parts = {}
        for part, column in reading.parts.items():
            parts[part], readable = self._numbers_of(part, grid.column(column).some(rows))
            good &= readable
        good &= self._believable(parts)
        long = grid.ends - grid.starts > LONGEST_LINE
        good &= ~long[grid.even[rows]]
        self._doubtful.update(np.unique(series[~good & ~outside]).tolist())
        size = self._grow()
        self._came += np.bincount(series, minlength=size)
        self._outside += np.bincount(series[outside], minlength=size)
        chosen = np.flatnonzero(good)
        if len(chosen):
            kept = Block(days[chosen], {part: one.part(chosen) for part, one in parts.items()})
            self._spill.add(series[chosen], self._settled(kept))

    def _look_for_notes(self, grid: Grid) -> None:
        cells, which = grid.column(min(1, self._reading.columns - 1)).alike()
        blank = np.array([not self._text(cell) for cell in cells], bool)
        for place in grid.even[np.flatnonzero(blank[which])].tolist() if len(cells) else []:
            line = self._text(grid.line(place), strip=False)
            others = line.split(self._reading.separator)[1:]
            self.has_notes = self.has_notes or not any(cell.strip() for cell in others)

    def _take_uneven(self, grid: Grid) -> None:
        """A line of another width belongs to the series that stands where it should, if one does."""
        uneven = np.ones(len(grid.starts), bool)
        uneven[grid.even] = False
        for place in np.flatnonzero(uneven).tolist():
            cells = self._text(grid.line(place), strip=False).split(self._reading.separator)
            if any(cell.strip() for cell in cells):
                self.has_notes = self.has_notes or not any(cell.strip() for cell in cells[1:])
                at = self._reading.entity
                entity = cells[at].strip() if at < len(cells) else ""
                if (number := self._number_of(entity)) >= 0:
                    self._doubtful.add(number)

    def _series_of(self, column: Cells) -> Whole:
        """The number of each cell's series; -1 of one that is not wanted."""
        cells, which = column.alike()
        _forget_some(self._known)
        for cell in cells:
            if cell not in self._known:
                self._known[cell] = self._number_of(self._text(cell))
        return np.array([self._known[cell] for cell in cells], np.int64)[which]

    def _number_of(self, entity: str) -> int:
        if self._reading.wanted is None and entity not in self._series:
            self._series[entity] = len(self._series)
            if not entity:
                self._doubtful.add(self._series[entity])
        return self._series.get(entity, -1)

    def _grow(self) -> int:
        size = len(self._series)
        self._came, self._outside = _grown(self._came, size), _grown(self._outside, size)
        return size

    def _days_of(self, column: Cells) -> Whole:
        cells, which = column.alike()
        _forget_some(self._days)
        for cell in cells:
            if cell not in self._days:
                self._days[cell] = self._day(self._text(cell))
        return np.array([self._days[cell] for cell in cells], np.int64)[which]

    def _day(self, text: str) -> np.int64:
        window = self._reading.window
        try:
            period = self._reading.period(text)
        except Unreadable:
            return _DOUBTFUL
        if period > (window.today or window.end):
            return _DOUBTFUL
        if not window.start <= period < window.end:
            return _OUTSIDE
        return np.int64(period.toordinal() - FIRST_DAY)

    def _numbers_of(self, part: str, column: Cells) -> tuple[ScaledNumbers, Flags]:
        digits, ok = column.whole_numbers()
        if ok.all():
            return ScaledNumbers(digits), ok
        others = np.flatnonzero(~ok)
        cells, which = column.some(others).alike()
        _forget_some(self._numbers)
        read = [self._number(part, cell) for cell in cells]
        found = np.array([one or (0, 0) for one in read], np.int64)[which]
        decimals = np.zeros(len(digits), np.int64)
        digits[others], decimals[others] = found[:, 0], found[:, 1]
        ok[others] = np.array([one is not None for one in read], bool)[which]
        return ScaledNumbers(digits, decimals if decimals.any() else 0), ok

    def _number(self, part: str, cell: bytes) -> tuple[int, int] | None:
        """The digits of a number and how many of them are decimals; None where the rules are asked."""
        key = (part, cell)
        if key not in self._numbers:
            try:
                number = self._reading.number(part, self._text(cell))
            except Unreadable:
                number = None
            found = None
            if number is not None:
                sign, digits, exponent = number.as_tuple()
                if len(digits) <= MOST_DIGITS and isinstance(exponent, int) and exponent <= 0:
                    all_digits = int("".join(map(str, digits)))
                    found = (-all_digits if sign else all_digits, -exponent)
            self._numbers[key] = found
        return self._numbers[key]

    def _believable(self, parts: dict[str, ScaledNumbers]) -> Flags:
        """Which rows rows.py has no objection to, as far as numbers are compared."""
        good = np.ones(len(next(iter(parts.values()))), bool)
        for part, numbers in parts.items():
            if part in ("numerator", "denominator", "n") and not isinstance(numbers.decimals, int):
                good &= numbers.decimals == 0
        if self._reading.measure is MeasureKind.PROPORTION:
            over, under = parts["numerator"].digits, parts["denominator"].digits
            good &= (under > 0) & (over <= under)
        return good

    def _settled(self, block: Block) -> Block:
        """The rows as they are kept: a proportion rests on its denominator."""
        parts = dict(block.parts)
        if self._reading.measure is MeasureKind.PROPORTION:
            parts["n"] = parts["denominator"]
        elif "value" not in parts:
            parts["value"] = parts.pop("numerator")
        return Block(block.days, parts)

    def _look_for_repeated_periods(self) -> None:
        """A series that names a period twice is doubtful."""
        for group in self._spill.groups():
            series, block = self._spill.group(group)
            twice = (series[1:] == series[:-1]) & (block.days[1:] == block.days[:-1])
            self._doubtful.update(series[1:][twice].tolist())


def is_plain(text: CsvText) -> bool:
    """Whether each line is a record of its own, whatever the cells hold, and none is as long as a file."""
    before = b""
    for block in text.utf8_blocks(CHUNK):
        if b'"' in block or b"\0" in block:
            return False
        if len(block) > LONGEST_LINE and b"\n" not in block:
            return False
        data = before + block
        if data.count(b"\r") - data.endswith(b"\r") != data.count(b"\r\n"):
            return False
        before = b"\r" if data.endswith(b"\r") else b""
    return not before


@dataclass(frozen=True)
class _PlainNumbers(Mapping[str, BlockNumbers]):
    blocks: Mapping[str, Block]
    counted: bool

    def __getitem__(self, name: str) -> BlockNumbers:
        return BlockNumbers(self.blocks[name], self.counted)

    def __iter__(self) -> Iterator[str]:
        return iter(self.blocks)

    def __len__(self) -> int:
        return len(self.blocks)


def _grown(numbers: Whole, size: int) -> Whole:
    return np.concatenate([numbers, np.zeros(size - len(numbers), np.int64)])


def _forget_some(known: dict[Any, Any]) -> None:
    """A column may hold another cell in each row."""
    if len(known) > MOST_REMEMBERED:
        known.clear()
