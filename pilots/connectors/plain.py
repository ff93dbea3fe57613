"""A file of many series, columns at once: what is beyond doubt is read here, and what is not is named.

A row is plain where each of its cells is read by the same rules as one row after the other (rows.py)
and nothing is to be said of it. A series with one row that is not, or with two of one period, is left
to those rules altogether: they know the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from pilots.connectors.block import FIRST_DAY, MOST_DIGITS, Block, ScaledNumbers, joined
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.cells import Cells, Grid
from pilots.connectors.measurement import MeasureKind, RowCounts, Window

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

# So many bytes are looked at at a time.
CHUNK = 4 * 1024 * 1024
# Longer lines are read as they always were.
LONGEST_LINE = 100_000
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
    wanted: Collection[str]
    measure: MeasureKind
    window: Window
    period: Callable[[str], date]
    number: Callable[[str, str], Decimal | None]


@dataclass
class _Kept:
    """Rows of many series, with the series of each."""

    series: list[Whole] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


class PlainFile:
    """What a file says, read once: blocks of the plain series, and lines of the others on demand."""

    def __init__(self, content: bytes, reading: PlainReading) -> None:
        self._content, self._reading = content, reading
        self._series: dict[str, int] = {}
        self._known: dict[bytes, int] = {}
        self._days: dict[bytes, np.int64] = {}
        self._numbers: dict[tuple[str, bytes], tuple[int, int] | None] = {}
        self._kept = _Kept()
        self._came = np.zeros(0, np.int64)  # rows of each series
        self._outside = np.zeros(0, np.int64)
        self._doubtful: set[int] = set()
        self.filtered = 0
        # Whether a line has nothing but its first cell, or only empty ones: what it is depends on others.
        self.has_notes = False
        for first, grid in self._grids():
            self._take(first, grid)
        self._blocks = self._by_series()

    @property
    def doubtful(self) -> list[str]:
        """The series that are left to the rules."""
        return [entity for entity, number in self._series.items() if number in self._doubtful]

    def plain(self) -> dict[str, Block]:
        """The series that were read, each by period; one may have no row in the window."""
        nothing = Block(np.zeros(0, np.int64), {})
        return {
            entity: self._blocks.get(number, nothing)
            for entity, number in self._series.items()
            if number not in self._doubtful
        }

    def count(self, counts: RowCounts) -> None:
        """Add the rows of the plain series, and those that a filter left out."""
        plain = [number for number in self._series.values() if number not in self._doubtful]
        came, outside = (
            int(_grown(rows, len(self._series))[plain].sum())
            for rows in (self._came, self._outside)
        )
        counts.received += came + self.filtered
        counts.accepted += came - outside
        counts.outside += outside
        counts.filtered += self.filtered

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines of the doubtful series, each with its number, and those that are no rows."""
        reading = self._reading
        for first, grid in self._grids():
            cells, which = grid.column(reading.entity).alike()
            wanted = np.array(
                [self._series.get(self._text(cell)) in self._doubtful for cell in cells], bool
            )
            mine = np.ones(len(grid.starts), bool)
            mine[grid.even] = self._passing(grid)
            if len(cells):
                mine[grid.even] &= wanted[which]
            for place in np.flatnonzero(mine).tolist():
                yield first + place, self._text(grid.line(place), strip=False)

    def _grids(self) -> Iterator[tuple[int, Grid]]:
        """The file in parts that end with a line, each with the number of its first."""
        reading, content, begin, number = self._reading, self._content, 0, 1
        for _line in range(reading.skipped):
            begin = content.find(b"\n", begin) + 1 or len(content)
            number += 1
        while begin < len(content):
            end = content.find(b"\n", min(begin + CHUNK, len(content)) - 1) + 1 or len(content)
            part = content[begin:end]
            if not part.endswith(b"\n"):
                part += b"\n"
            grid = Grid.of(part, ord(reading.separator), reading.columns)
            yield number, grid
            begin, number = end, number + len(grid.starts)

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

    def _take(self, first: int, grid: Grid) -> None:
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
        size = len(self._series)
        self._came = _grown(self._came, size) + np.bincount(series, minlength=size)
        self._outside = _grown(self._outside, size) + np.bincount(series[outside], minlength=size)
        chosen = np.flatnonzero(good)
        if len(chosen):
            kept = Block(days[chosen], {part: one.part(chosen) for part, one in parts.items()})
            self._kept.series.append(series[chosen])
            self._kept.blocks.append(self._settled(kept))

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
                if entity in self._reading.wanted:
                    self._doubtful.add(self._series.setdefault(entity, len(self._series)))

    def _series_of(self, column: Cells) -> Whole:
        """The number of each cell's series; -1 of one that is not wanted."""
        reading = self._reading
        cells, which = column.alike()
        for cell in cells:
            if cell not in self._known:
                entity = self._text(cell)
                self._known[cell] = -1
                if entity in reading.wanted:
                    self._known[cell] = self._series.setdefault(entity, len(self._series))
        return np.array([self._known[cell] for cell in cells], np.int64)[which]

    def _days_of(self, column: Cells) -> Whole:
        cells, which = column.alike()
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

    def _by_series(self) -> dict[int, Block]:
        """Each plain series by period; one that names a period twice is doubtful."""
        if not self._kept.series:
            return {}
        series, block = np.concatenate(self._kept.series), joined(self._kept.blocks)
        self._kept = _Kept()
        key = series * 2**20 + (block.days + 2**19)  # days of four thousand years fit
        if (key[1:] <= key[:-1]).any():
            order = np.argsort(key, kind="stable")
            series, block, key = series[order], block.rows(order), key[order]
        self._doubtful.update(series[1:][key[1:] == key[:-1]].tolist())
        begins = np.flatnonzero(np.concatenate([[True], series[1:] != series[:-1]]))
        ends = np.append(begins[1:], len(series))
        return {
            int(series[a]): block.rows(slice(a, b))
            for a, b in zip(begins.tolist(), ends.tolist(), strict=True)
        }


def is_plain(content: bytes) -> bool:
    """Whether each line is a record of its own, whatever the cells hold."""
    return (
        b'"' not in content
        and b"\0" not in content
        and content.count(b"\r") == content.count(b"\r\n")
    )


def _grown(numbers: Whole, size: int) -> Whole:
    return np.concatenate([numbers, np.zeros(size - len(numbers), np.int64)])
