"""Tables with a column for each month: turned into a row for each, so that they are read like any other.

Three kinds: months as columns (“code, Jan-25, Feb-25”), several numbers of each (“Jan-25 late, Jan-25 all”, as
two rows of a header or one name), and a column of years beside one for each month (“year, Jan, Feb”).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pilots.connectors import cell_values
from pilots.connectors.cell_values import Unreadable

VALUE = "Value"
_YEARS = re.compile(r"(?:FY ?)?(\d{4})[-/–](\d{2}|\d{4})\Z", re.ASCII | re.IGNORECASE)
_YEAR_NAMES = frozenset(("year", "yr", "jahr", "année", "anno", "año", "ano", "år", "jaar"))
_WORD = re.compile(r"[^\W\d_]{2}")
_MOST_WORDS = 3  # of a period within the name of a column: 1 March 2025


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns stay, and of which period the others are."""

    names: tuple[str, ...]
    kept: tuple[int, ...]
    # Of each period: its name, and the columns of its parts (None where one of them is not there).
    periods: tuple[tuple[str, tuple[int | None, ...]], ...]
    year: int | None = None

    def rows(self, cells: Sequence[str]) -> Iterator[list[str]]:
        """A row for each period of which something is said."""
        kept = [cells[at] for at in self.kept]
        for period, columns in self.periods:
            parts = ["" if at is None else cells[at] for at in columns]
            if any(part.strip() for part in parts):
                yield [*kept, self._named(period, cells), *parts]

    def keeping(self, cells: Sequence[str]) -> list[str]:
        """The cells that stay, of a row that cannot be turned."""
        return [cells[at] if at < len(cells) else "" for at in self.kept]

    def _named(self, period: str, cells: Sequence[str]) -> str:
        if self.year is None:
            return period
        year = cells[self.year].strip()
        years = _YEARS.match(year)
        if years is None:
            return f"{period} {year}"
        # A financial year begins with the first of the columns; months before it are of the next year.
        first = cell_values.month_of(self.periods[0][0])
        return f"{period} {int(years[1]) + (cell_values.month_of(period) < first)}"


def found(names: Sequence[str]) -> Layout | None:
    """How the columns of these names are to be turned; None where they stand for no periods."""
    by_period: dict[str, dict[str, int]] = {}
    for at, name in enumerate(names):
        period, part = split(name)
        if period and part not in by_period.setdefault(period, {}):
            by_period[period][part] = at
    if len(by_period) > 1:
        return _layout(names, by_period, None)
    year = next((at for at, name in enumerate(names) if _is_year(name)), None)
    months = {name: {VALUE: at} for at, name in enumerate(names) if cell_values.month_of(name)}
    if year is not None and len(months) > 1:
        return _layout(names, months, year)
    return None


def _layout(names: Sequence[str], by_period: dict[str, dict[str, int]], year: int | None) -> Layout:
    used = {at for parts in by_period.values() for at in parts.values()}
    kept = tuple(at for at in range(len(names)) if at not in used)
    parts = tuple(dict.fromkeys(part for columns in by_period.values() for part in columns))
    taken = [names[at] for at in kept]
    heads = [_free(head, taken) for head in ("Period", *parts)]
    periods = tuple(
        (period, tuple(columns.get(part) for part in parts))
        for period, columns in by_period.items()
    )
    return Layout((*taken, *heads), kept, periods, year)


def _free(name: str, taken: Sequence[str]) -> str:
    return name if name not in taken else f"{name} (2)"


def split(name: str) -> tuple[str, str]:
    """The period in a column's name, and what else it says; the period is empty where there is none."""
    words = name.split()
    for count in range(1, min(_MOST_WORDS, len(words) - 1) + 1):
        for period, rest in ((words[:count], words[count:]), (words[-count:], words[:-count])):
            part = " ".join(rest).strip(" -–:,")
            if _WORD.search(part) and _is_period(" ".join(period)):
                return " ".join(period), part
    return (name, VALUE) if _is_period(name) else ("", "")


def _is_period(text: str) -> bool:
    """Whether a name says a month, a week, a quarter or a day; a number may be a day and is none here."""
    if text.isdigit():
        return False
    try:
        cell_values.named(text, date_format="day_first")
    except Unreadable:
        return False
    return True


def _is_year(name: str) -> bool:
    words = re.findall(r"[^\W\d_]+", name.casefold())
    return name.casefold() == "fy" or any(word in _YEAR_NAMES for word in words)
