"""Which line of a table names its columns: below titles, in one row or in two or three."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pilots.connectors import cell_values, wide
from pilots.connectors.answer import shortened
from pilots.connectors.cell_values import Unreadable

Cells = Sequence[str]
MOST_ROWS = 3  # that name columns together
_YEAR = re.compile(r"(?:19|20)\d{2}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Header:
    """How many lines there are up to the last of the header, and what the columns are called: each by all of
    its rows (`names`), and by one of them alone."""

    lines: int
    names: tuple[str, ...]
    alone: tuple[str, ...] = ()


def found(first: Sequence[Cells]) -> Header:
    """The header among the first lines of a file.

    The header is the first line that fills about as many cells as the rows do and holds neither numbers nor
    dates, unless the dates are names of columns. Titles and notes above it are skipped. Without one, the
    columns are numbered.
    """
    wide = [len(cells) for cells in first if _filled(cells)]
    if not wide:
        return Header(0, ())
    width = Counter(number for number in wide if number > 1 or max(wide) == 1).most_common(1)[0][0]
    usual = _usual(first, width)
    for at, cells in enumerate(first):
        if len(cells) != width:
            continue
        if _holds_data(cells) and not _names_periods(first, at):
            if _filled(cells) * 2 > usual and not _is_title(cells):
                break
            continue
        below = first[at + 1] if at + 1 < len(first) else []
        filled = _filled(_joined([cells, below]) if _goes_on(below, width) else cells)
        if filled * 2 >= width and filled * 5 >= usual * 4 and not _is_title(cells):
            return _with_neighbours(first, at)
    return Header(0, tuple(f"Column {position}" for position in range(1, width + 1)))


def holds_data(cell: str) -> bool:
    """Whether a cell is a number or a date."""
    if not cell.strip():
        return False
    try:
        cell_values.number(cell, "cell")
    except Unreadable:
        pass
    else:
        return True
    return is_period(cell)


def is_period(cell: str) -> bool:
    """Whether a cell names a day, a week, a month …, and says nothing besides as “target May 2025” does."""
    try:
        cell_values.day(cell, date_format="day_first")
    except Unreadable:
        return False
    return " " not in cell.strip() or wide.split(cell)[1] in ("", wide.VALUE)


def _filled(cells: Cells) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _holds_data(cells: Cells) -> bool:
    return any(holds_data(cell) for cell in cells)


def _is_title(cells: Cells) -> bool:
    """“Source:”, and what it is; or a line of which only the first cell is filled."""
    name = next((cell.strip() for cell in cells if cell.strip()), "")
    return name.endswith(":") or (len(cells) > 2 and _filled(cells) == 1 and bool(cells[0].strip()))


def _usual(first: Sequence[Cells], width: int) -> int:
    """How many cells a row of numbers fills."""
    rows = [cells for cells in first if len(cells) == width and _holds_data(cells)]
    filled = Counter(_filled(cells) for cells in rows if not _is_title(cells))
    return filled.most_common(1)[0][0] if filled else width


def _names_periods(first: Sequence[Cells], at: int) -> bool:
    """Whether the line names columns by periods: months or years stand in two of its cells or more, nothing
    else that is data, and numbers below them."""
    cells = first[at]
    periods = [
        place for place, cell in enumerate(cells) if is_period(cell) or _YEAR.match(cell.strip())
    ]
    names = {cells[place].strip() for place in periods}
    if len(names) < 2 or any(
        holds_data(cell) for place, cell in enumerate(cells) if place not in periods
    ):
        return False
    below = next(
        (row for row in first[at + 1 :] if len(row) == len(cells) and _filled(row) > 1), None
    )
    if below is None:
        return False
    return not any(
        is_period(below[place]) and not _YEAR.match(below[place].strip()) for place in periods
    )


def _with_neighbours(first: Sequence[Cells], at: int) -> Header:
    """The names of a header, with those in the rows above and below that tell its columns apart."""
    width = len(first[at])
    rows = [[cell.strip() for cell in first[at]]]
    last = at
    while len(rows) < MOST_ROWS and not _tells_apart(rows):
        below = first[last + 1] if last + 1 < len(first) else []
        if not _goes_on(below, width):
            break
        rows.append([cell.strip() for cell in below])
        last += 1
    above = at - 1
    while len(rows) < MOST_ROWS and not _tells_apart(rows) and above >= 0:
        cells = [cell.strip() for cell in first[above]]
        if len(cells) != width or not _filled(cells) or _is_title(cells):
            break
        if _holds_data(cells) and not _names_periods(first, above):
            break
        rows.insert(0, cells)
        above -= 1
    return Header(last + 1, _unique(_joined(rows)), _unique(first[at]))


def _goes_on(below: Cells, width: int) -> bool:
    """Whether a line is a further row of the header above it."""
    is_row = len(below) == width and not below[0].strip() and _filled(below) > 1
    return is_row and not _holds_data(below)


def _tells_apart(rows: Sequence[Cells]) -> bool:
    names = _joined(rows)
    return all(names) and len(set(names)) == len(names)


def _joined(rows: Sequence[Cells]) -> list[str]:
    """One name a column. What stands above several columns stands in the first of them."""
    names = [""] * len(rows[0])
    for number, row in enumerate([[cell.strip() for cell in row] for row in rows]):
        above = ""
        for at, cell in enumerate(row):
            above = cell or above
            own = (
                cell
                if number == len(rows) - 1
                else above
                if cell or _below(rows, number, at)
                else ""
            )
            names[at] = f"{names[at]} {own}".strip()
    return names


def _below(rows: Sequence[Cells], number: int, at: int) -> str:
    """What the rows below say of a column."""
    return next((row[at].strip() for row in rows[number + 1 :] if row[at].strip()), "")


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = base = shortened(cell, 100) or f"Column {position}"
        copy = 1
        while name in names:
            copy += 1
            name = f"{base} ({copy})"
        names.append(name)
    return tuple(names)
