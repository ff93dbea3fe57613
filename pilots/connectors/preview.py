"""What is in a file, shown before it is mapped, with a guess at the mapping."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from pilots.connectors import cell_values, table
from pilots.connectors.absent import absence
from pilots.connectors.answer import shortened
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.totals import is_total

SHOWN = 20
LOOKED_AT = 500
MOST_CHOICES = 500
_HINTS = {
    "date": ("period", "date", "week", "month", "day", "start"),
    "numerator": ("numerator", "breach", "event", "met", "denied", "within", "yes", "late"),
    "denominator": ("denominator", "total", "attendance", "eligible", "all", "cases", "submitted"),
    "value": ("value", "mean", "median", "average", "rate", "minutes", "score", "per_"),
    "n": ("n", "count", "responses", "sample"),
    "entity_column": ("org", "unit", "site", "hospital", "ward", "clinic", "department", "trust"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """The columns and first rows of a file, and how they could be mapped."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: dict[str, object]
    notes: tuple[str, ...]
    row_count: int
    # Of a spreadsheet: which sheets it has, and which one this is.
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    _distinct: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def values(self, column: str) -> tuple[str, ...]:
        """The distinct values of a column in order of appearance, at most 500."""
        return self._distinct.get(column, ())


def of_file(content: bytes | Path, sheet: str = "", *, most: int | None = None) -> Preview:
    """Look into a file, or into that sheet of it; raises a SourceError if it is no table. `most`: no more than
    so many rows of it."""
    opened = table.read(content, sheet)
    lines = (
        tuple(shortened(line.cell(position)) for position in range(len(opened.columns)))
        for line in opened.lines()
        if not line.problem
    )
    seen = _preview(opened.columns, islice(lines, most), opened.notes)
    return replace(seen, sheets=opened.sheets, sheet=opened.sheet)


def _preview(
    columns: tuple[str, ...], lines: Iterable[tuple[str, ...]], notes: tuple[str, ...]
) -> Preview:
    distinct: dict[str, dict[str, None]] = {column: {} for column in columns}
    looked_at: list[tuple[str, ...]] = []
    count = 0
    for cells in lines:
        count += 1
        if count <= LOOKED_AT:
            looked_at.append(cells)
        for column, cell in zip(columns, cells, strict=True):
            seen = distinct[column]
            if cell and len(seen) < MOST_CHOICES:
                seen[cell] = None
    guess, doubts = _guess(columns, looked_at)
    return Preview(
        columns,
        tuple(looked_at[:SHOWN]),
        guess,
        (*notes, *doubts),
        count,
        _distinct={column: tuple(seen) for column, seen in distinct.items()},
    )


def _guess(
    columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> tuple[dict[str, object], list[str]]:
    """A mapping that a person can correct, and what is doubtful about it."""
    cells = {
        column: [row[i] for row in rows if absence(row[i]) is None]
        for i, column in enumerate(columns)
    }
    guess: dict[str, object] = {}
    doubts: list[str] = []
    dated = {column: format_of(values) for column, values in cells.items()}
    date = _named(columns, "date", [c for c in columns if dated[c] not in ("", "serial")])
    # Numbers of five digits are days only where the column is called so; bed days are counted.
    numbered = [c for c in columns if dated[c] == "serial" and "days" not in c.casefold()]
    date = date or _named(columns, "date", numbered, only_hinted=True)
    if date:
        guess["date"] = date
        if dated[date] == "ambiguous":
            doubts.append(
                f"The dates in “{date}” could begin with the day or with the month; choose which."
            )
        elif dated[date] == "serial":
            doubts.append(f"“{date}” seems to hold days as spreadsheets number them.")
            guess["date_format"] = "serial"
        elif dated[date] != "iso":
            guess["date_format"] = dated[date]
    mark = "," if any(_needs_comma(values) for values in cells.values()) else "."
    if mark == ",":
        guess["decimal_mark"] = mark
        doubts.append("Numbers seem to be written with a decimal comma.")
    numeric = [column for column in columns if column != date and _all_numbers(cells[column], mark)]
    others = [column for column in columns if column != date and column not in numeric]
    _guess_numbers(guess, columns, rows, numeric, mark)
    entity = _named(columns, "entity_column", others, only_hinted=True)
    if date and not entity and _several(columns, rows, date, ""):
        entity = next((one for one in others if _tells_apart(columns, rows, date, one)), "")
    if entity:
        guess["entity_column"] = entity
    if date and _several(columns, rows, date, entity):
        doubts.append(
            "Several rows share a period. Choose the rows that belong to the metric with a filter, "
            "or have them added up."
        )
    return guess, doubts


def _guess_numbers(
    guess: dict[str, object],
    columns: tuple[str, ...],
    rows: list[tuple[str, ...]],
    numeric: list[str],
    mark: str,
) -> None:
    numerator = _named(columns, "numerator", numeric, only_hinted=True)
    rest = [column for column in numeric if column != numerator]
    denominator = _named(columns, "denominator", rest, only_hinted=True)
    if not (numerator and denominator) and len(numeric) == 2:
        first, second = (columns.index(column) for column in numeric)
        pairs = [
            (
                cell_values.number(row[first], "cell", decimal_mark=mark, negative_ok=True),
                cell_values.number(row[second], "cell", decimal_mark=mark, negative_ok=True),
            )
            for row in rows
            if absence(row[first]) is None and absence(row[second]) is None
        ]
        if pairs and all(a == int(a) and b == int(b) for a, b in pairs):
            if all(a <= b for a, b in pairs):
                numerator, denominator = numeric
            elif all(b <= a for a, b in pairs):
                denominator, numerator = numeric
    if numerator and denominator:
        guess["numerator"], guess["denominator"] = numerator, denominator
        return
    value = _named(columns, "value", numeric, only_hinted=len(numeric) != 1)
    if value:
        guess["value"] = value
        counted = _named(columns, "n", [c for c in numeric if c != value], only_hinted=True)
        if counted:
            guess["n"] = counted


def _named(
    columns: tuple[str, ...], role: str, candidates: list[str], *, only_hinted: bool = False
) -> str:
    """The candidate whose name speaks most for a role, else the first."""
    for hint in _HINTS[role]:
        for column in columns:
            folded = column.casefold()
            if column in candidates and (folded == hint if len(hint) == 1 else hint in folded):
                return column
    return candidates[0] if candidates and not only_hinted else ""


def format_of(cells: Sequence[str]) -> str:
    """The format in which every cell is a date, "ambiguous" if there are two, else nothing. Lines of totals
    are passed over."""
    cells = [cell for cell in cells if not is_total(cell)]
    if not cells:
        return ""
    if all(map(cell_values.is_day_number, cells)):
        return "serial"
    fits = [
        one
        for one in ("iso", "day_first", "month_first")
        if all(_is_day(cell, one) for cell in cells)
    ]
    if not fits or fits[0] == "iso":
        return fits[0] if fits else ""
    return fits[0] if len(fits) == 1 else "ambiguous"


def _is_day(cell: str, date_format: str) -> bool:
    try:
        cell_values.day(cell, date_format=date_format)
    except Unreadable:
        return False
    return True


def _all_numbers(cells: list[str], mark: str) -> bool:
    try:
        for cell in cells:
            cell_values.number(cell, "cell", decimal_mark=mark, negative_ok=True)
    except Unreadable:
        return False
    return bool(cells)


def _needs_comma(cells: list[str]) -> bool:
    return bool(cells) and not _all_numbers(cells, ".") and _all_numbers(cells, ",")


def _tells_apart(
    columns: tuple[str, ...], rows: list[tuple[str, ...]], date: str, column: str
) -> bool:
    """Whether each row says in this column whose it is, and none of them twice for a period."""
    at = columns.index(column)
    return all(row[at] for row in rows) and not _several(columns, rows, date, column)


def _several(columns: tuple[str, ...], rows: list[tuple[str, ...]], date: str, entity: str) -> bool:
    keys = [columns.index(column) for column in (date, entity) if column]
    counts = Counter(tuple(row[key] for key in keys) for row in rows)
    return any(count > 1 for count in counts.values())
