"""The series of a CSV file for `spc`: rows in, one table of numbers for each series out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np

from pilots.connectors import table
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.conditions import Condition
from pilots.connectors.errors import BadAnswer
from pilots.connectors.table import FileLine, Table
from pilots.connectors.totals import is_total
from pilots.management.commands import _spc_cells as cells
from pilots.management.commands import _spc_periods as periods
from pilots.management.commands._spc_cells import NumberColumn
from pilots.management.commands._spc_periods import Axis, Period

# With fewer others, that a point is as large as all of them together may be chance.
OTHERS_OF_A_TOTAL = 6


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not used, and why."""

    line: int
    series: str
    reason: str
    raw: str


@dataclass
class Point:
    """One point: where it stands, and its numbers by role (a list where rows of one point add up
    to a subgroup). An empty cell is a missing number."""

    x: str
    period: Period | None
    line: int
    numbers: dict[str, list[float]]

    @property
    def day(self) -> date | None:
        if self.period is None:
            return None
        start = self.period.start
        return date(start.year, start.month, start.day)


@dataclass
class NamedSeries:
    name: str
    points: list[Point] = field(default_factory=list)

    def column(self, role: str) -> list[float]:
        return [point.numbers[role][0] for point in self.points]

    def up_to(self, where: str, dates: str) -> int:
        """How many points come up to that one, or to the end of that day, month or year: named by
        its x, its time or its number from 1."""
        there = self._period(where, dates)
        if there is not None:
            return sum(p.period is not None and p.period.start < there.end for p in self.points)
        return self._number(where)

    def starting(self, where: str, dates: str) -> int:
        """The position from 0 of the first point from that one on."""
        there = self._period(where, dates)
        if there is not None:
            return sum(p.period is not None and p.period.start < there.start for p in self.points)
        return self._number(where) - 1

    def exactly(self, where: str, dates: str) -> tuple[int, ...]:
        """The positions of the points of that time; nothing where this series has none."""
        there = self._period(where, dates)
        if there is None:
            return (self._number(where) - 1,)
        return tuple(
            number
            for number, point in enumerate(self.points)
            if point.period is not None
            and (
                there.start <= point.period.start < there.end
                or point.period.start <= there.start < point.period.end
            )
        )

    def _period(self, where: str, dates: str) -> Period | None:
        if any(point.period is None for point in self.points):
            return None
        named = (point.period for point in self.points if point.x == where)
        if (found := next(named, None)) is not None:
            return found
        if where.isascii() and where.isdigit() and 0 < int(where) <= len(self.points):
            return None
        try:
            return periods.period(where, dates)
        except Unreadable:
            return None

    def _number(self, where: str) -> int:
        for number, point in enumerate(self.points, start=1):
            if point.x == where:
                return number
        if where.isascii() and where.isdigit() and 0 < int(where) <= len(self.points):
            return int(where)
        raise KeyError(where)


@dataclass(frozen=True)
class Read:
    series: list[NamedSeries]
    refused: list[RefusedRow]
    notes: tuple[str, ...]
    dated: bool
    clock: bool = False
    percent: bool = False  # the values are written as percentages


def read(
    content: bytes | Path,
    *,
    columns: Mapping[str, str],
    x: str = "",
    series: str = "",
    where: Sequence[Mapping[str, str]] = (),
    dates: str = "iso",
    decimal_mark: str | None = None,
    missing: Sequence[str] = (),
    subgroups: bool = False,
    whole: Sequence[str] = (),
    proportion: bool = False,
    events: bool = False,
    keep_totals: bool = False,
    sheet: str = "",
) -> Read:
    """The file's series in the order of appearance, their points in the order of time.

    `columns` names the column of each role, `subgroups` puts the rows of one x together, `whole`
    are the roles that count, `proportion` says that a numerator is a part of its denominator, and
    `events` that several points may lie at one time. Raises a SourceError for what is no table or
    lacks a column; a row that cannot be read is refused and the rest kept.
    """
    opened = table.read(content, sheet)
    at = {role: _find(opened.columns, name) for role, name in columns.items()}
    x_at = _find(opened.columns, x) if x else None
    series_at = _find(opened.columns, series) if series else None
    only = [
        Condition.of(_find(opened.columns, one["column"]), one.get("how", ""), one["equals"])
        for one in where
    ]
    lines = [
        line
        for line in opened.lines()
        if line.problem or all(one.holds(line.cell(one.column)) for one in only)
    ]
    whole_lines = [line for line in lines if not line.problem]
    written = _columns(opened, whole_lines, at, decimal_mark, tuple(missing), whole)
    axis = Axis() if x_at is None else periods.axis((ln.cell(x_at) for ln in whole_lines), dates)
    labels: list[int] = []
    if not (keep_totals or axis.dated):
        labels = _labels(opened, whole_lines, x_at, {*at.values(), series_at})
    found: dict[str, NamedSeries] = {}
    places: dict[tuple[str, Hashable], Point] = {}
    refused: list[RefusedRow] = []

    def refuse(line: FileLine, name: str, reason: str) -> None:
        raw = line.text(list(range(len(line.cells))))
        refused.append(RefusedRow(line.number, name, reason, raw))

    for line in lines:
        name = "" if series_at is None else line.cell(series_at)
        try:
            if line.problem:
                raise Unreadable(line.problem)
            if series_at is not None and not name:
                raise Unreadable(f"The column “{series}” is empty, so its series is unknown.")
            point = _point(line, at, x_at, axis, written, proportion, labels)
            place = (name, point.x if point.period is None else point.period.start)
            there = places.get(place) if x_at is not None and not events else None
            if there is not None and not subgroups:
                raise Unreadable(f"“{point.x}” stands in line {there.line} already.")
        except Unreadable as problem:
            refuse(line, name, str(problem))
            continue
        if there is not None:
            for role, values in point.numbers.items():
                there.numbers[role] += values
            continue
        places[place] = point
        found.setdefault(name, NamedSeries(name)).points.append(point)
    if not (keep_totals or axis.dated or subgroups):
        by_number = {line.number: line for line in lines}
        for one in found.values():
            for point in _sums(one):
                one.points.remove(point)
                refuse(by_number[point.line], one.name, _SUM)
        refused.sort(key=lambda row: row.line)
    notes = [*opened.notes, *axis.notes]
    if x_at is not None:
        notes += _ordered(list(found.values()), axis)
    for role, column in written.items():
        values = [p.numbers[role][0] for s in found.values() for p in s.points]
        notes += cells.doubts(column.role, [ln.cell(at[role]) for ln in whole_lines], values)
    percent = any(column.marked for column in written.values())
    kept = [one for one in found.values() if one.points]
    return Read(kept, refused, tuple(notes), axis.dated and bool(kept), axis.clock, percent)


def _columns(
    opened: Table,
    lines: Sequence[FileLine],
    at: Mapping[str, int],
    decimal_mark: str | None,
    missing: tuple[str, ...],
    whole: Sequence[str],
) -> dict[str, NumberColumn]:
    return {
        role: cells.column(
            role,
            [line.cell(position) for line in lines],
            separator=opened.separator,
            mark=decimal_mark,
            whole=role in whole,
            missing=missing,
        )
        for role, position in at.items()
    }


def _labels(
    opened: Table, lines: Sequence[FileLine], x_at: int | None, taken: set[int | None]
) -> list[int]:
    """The columns whose cells say that a row is a total: x, or without one all that are no number.

    A column that says so in half of the rows or more says something else (“all ages”).
    """
    others = [number for number in range(len(opened.columns)) if number not in taken]

    def telling(at: int) -> bool:
        return sum(is_total(line.cell(at)) for line in lines) * 2 < len(lines)

    return [at for at in (others if x_at is None else [x_at]) if telling(at)]


_KEEP = "With --keep-totals it is charted."
_SUM = f"It is the sum of all the others, so it is probably their total. {_KEEP}"


def _sums(series: NamedSeries) -> list[Point]:
    """The first or last point, where it is the sum of all the others in each of its numbers."""
    for place in (len(series.points) - 1, 0):
        others = [point for number, point in enumerate(series.points) if number != place]
        if len(others) < OTHERS_OF_A_TOTAL:
            return []
        sums = []
        for role, (number, *_) in series.points[place].numbers.items():
            rest = np.array([point.numbers[role][0] for point in others])
            rest = rest[np.isfinite(rest)]
            enough = (rest > 0).sum() >= OTHERS_OF_A_TOTAL and (rest >= 0).all()
            sums.append(bool(enough and np.isclose(rest.sum(), number, rtol=1e-9, atol=0)))
        if all(sums):
            return [series.points[place]]
    return []


def _ordered(found: Sequence[NamedSeries], axis: Axis) -> list[str]:
    """The points of each series put in the order of time, and what there is to say of it."""
    notes: dict[str, None] = {}
    for one in found:
        if axis.dated:
            known = [point.period for point in one.points if point.period is not None]
            # Among events at one time, too, the file's last comes first.
            if periods.newest_first(known):
                one.points.reverse()
            one.points.sort(key=_start)
            continue
        turned, note = periods.in_order([point.x for point in one.points])
        if turned:
            one.points.reverse()
        if note:
            notes[note] = None
    return list(notes)


def _start(point: Point) -> datetime:
    assert point.period is not None
    return point.period.start


def _point(
    line: FileLine,
    at: Mapping[str, int],
    x_at: int | None,
    axis: Axis,
    written: Mapping[str, NumberColumn],
    proportion: bool,
    labels: Sequence[int],
) -> Point:
    where = "" if x_at is None else line.cell(x_at)
    if x_at is not None and not where:
        raise Unreadable("It does not say which point it is: its cell on the x axis is empty.")
    if where in axis.refused:
        raise Unreadable(axis.refused[where])
    for label in (line.cell(at) for at in labels):
        if is_total(label):
            raise Unreadable(
                f"“{label}” is a total or an average of other rows, not a point. {_KEEP}"
            )
    numbers = {role: [written[role].number(line.cell(column))] for role, column in at.items()}
    if numbers.get("denominator") == [0.0]:
        raise Unreadable("The denominator is 0, so there is nothing to divide by.")
    if proportion and numbers["numerator"][0] > numbers["denominator"][0]:
        raise Unreadable("The numerator is above the denominator.")
    return Point(where, axis.periods.get(where), line.number, numbers)


def _find(columns: tuple[str, ...], wanted: str) -> int:
    names = [name.strip().casefold() for name in columns]
    if wanted.strip().casefold() in names:
        return names.index(wanted.strip().casefold())
    raise BadAnswer(
        f"The file has no column “{wanted}”. Its columns are {', '.join(f'“{c}”' for c in columns)}.",
        code="column",
    )


def by_options(
    series: list[NamedSeries], options: Mapping[str, Hashable]
) -> Iterator[list[NamedSeries]]:
    """The series that share their options, so that they are charted in one go."""
    groups: dict[Hashable, list[NamedSeries]] = defaultdict(list)
    for one in series:
        groups[options[one.name]].append(one)
    yield from groups.values()
