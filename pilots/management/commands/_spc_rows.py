"""The series of a CSV file for `spc`: rows in, one table of numbers for each series out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from pilots.connectors import cell_values, table
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.errors import BadAnswer
from pilots.connectors.table import FileLine

# Who counts below zero or in parts of a case has mapped another column.
COUNTS = ("numerator", "denominator", "n")
MAY_BE_NEGATIVE = ("value", "mean")


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
    day: date | None
    line: int
    numbers: dict[str, list[float]]


@dataclass
class NamedSeries:
    name: str
    points: list[Point] = field(default_factory=list)

    def column(self, role: str) -> list[float]:
        return [point.numbers[role][0] for point in self.points]

    def up_to(self, where: str) -> int:
        """How many points come up to that one: named by its x, its day or its number from 1."""
        day = self._day(where)
        if day is not None:
            return sum(point.day is not None and point.day <= day for point in self.points)
        return self._number(where)

    def starting(self, where: str) -> int:
        """The position from 0 of the first point from that one on."""
        day = self._day(where)
        if day is not None:
            return sum(point.day is not None and point.day < day for point in self.points)
        return self._number(where) - 1

    def exactly(self, where: str) -> tuple[int, ...]:
        """The position of that very point; nothing where this series has no point of that day."""
        day = self._day(where)
        if day is not None:
            return tuple(i for i, point in enumerate(self.points) if point.day == day)
        return (self._number(where) - 1,)

    def _day(self, where: str) -> date | None:
        dated = all(point.day is not None for point in self.points)
        return _day(where, "iso") if dated else None

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


def read(
    content: bytes | Path,
    *,
    columns: Mapping[str, str],
    x: str = "",
    series: str = "",
    where: Mapping[str, str] | None = None,
    dates: str = "iso",
    decimal_mark: str = ".",
    subgroups: bool = False,
    proportion: bool = False,
) -> Read:
    """The file's series in the order of appearance, dated points in the order of their dates.

    `columns` names the column of each role, `subgroups` puts the rows of one x together,
    `proportion` says that a numerator is a part of its denominator. Raises a
    SourceError for what is no table or lacks a column; a row that cannot be read is refused and
    the rest kept.
    """
    opened = table.read(content)
    at = {role: _find(opened.columns, name) for role, name in columns.items()}
    x_at = _find(opened.columns, x) if x else None
    series_at = _find(opened.columns, series) if series else None
    only = {_find(opened.columns, name): value for name, value in (where or {}).items()}
    found: dict[str, NamedSeries] = {}
    places: dict[tuple[str, str], Point] = {}
    refused: list[RefusedRow] = []
    for line in opened.lines():
        if not line.problem and any(line.cell(c) != value for c, value in only.items()):
            continue
        name = "" if series_at is None else line.cell(series_at)
        try:
            if line.problem:
                raise Unreadable(line.problem)
            if series_at is not None and not name:
                raise Unreadable(f"The column “{series}” is empty, so its series is unknown.")
            point = _point(line, at, x_at, dates, decimal_mark, proportion)
            there = places.get((name, point.x)) if x_at is not None else None
            if there is not None and not subgroups:
                raise Unreadable(f"“{point.x}” stands in line {there.line} already.")
        except Unreadable as problem:
            raw = line.text(list(range(len(line.cells))))
            refused.append(RefusedRow(line.number, name, str(problem), raw))
            continue
        if there is not None:
            for role, values in point.numbers.items():
                there.numbers[role] += values
            continue
        places[name, point.x] = point
        found.setdefault(name, NamedSeries(name)).points.append(point)
    dated = bool(found) and all(p.day is not None for s in found.values() for p in s.points)
    if dated:
        for one in found.values():
            one.points.sort(key=lambda point: point.day or date.min)
    return Read(list(found.values()), refused, opened.notes, dated)


def _point(
    line: FileLine,
    at: Mapping[str, int],
    x_at: int | None,
    dates: str,
    decimal_mark: str,
    proportion: bool,
) -> Point:
    numbers = {}
    for role, column in at.items():
        cell = line.cell(column)
        if cell.lower() in ("", "na", "nan", "null"):
            numbers[role] = [np.nan]
            continue
        value = cell_values.number(
            cell,
            role,
            decimal_mark=decimal_mark,
            count=role in COUNTS,
            negative_ok=role in MAY_BE_NEGATIVE,
        )
        numbers[role] = [float(value)]
    if numbers.get("denominator") == [0.0]:
        raise Unreadable("The denominator is 0, so there is nothing to divide by.")
    if proportion and numbers["numerator"][0] > numbers["denominator"][0]:
        raise Unreadable("The numerator is above the denominator.")
    written = "" if x_at is None else line.cell(x_at)
    if x_at is not None and not written:
        raise Unreadable("It does not say which point it is: its cell on the x axis is empty.")
    return Point(written, _day(written, dates), line.number, numbers)


def _day(written: str, dates: str) -> date | None:
    try:
        return cell_values.day(written, date_format=dates) if written else None
    except (Unreadable, ValueError):
        return None


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
