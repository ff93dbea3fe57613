"""What a point and a comma mean in the numbers of a series: decided by all of its cells, or asked.

1.5 and 0,125 say it by themselves; 12,345 may be twelve thousand or a little more than twelve.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LOOKED_AT = 20_000  # cells; what comes after them and says it by itself is read as it says
_NUMBER = re.compile(r"[+-]?[.,]*\d[\d.,]*(?:[eE][+-]?\d{1,3})?\s*%?\Z", re.ASCII)
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}\s*%?\Z", re.ASCII)
COUNTS = ("numerator", "denominator", "n")


@dataclass(frozen=True, slots=True)
class NumberMarks:
    """`decimal` is a point, a comma, or empty where no cell showed it; `mixed` says why a value of the
    series cannot be trusted."""

    decimal: str = ""
    mixed: str = ""

    def of(self, cell: object, *, count: bool) -> str:
        """The decimal mark of this cell; empty where it may be either. A count has no decimals."""
        if self.decimal or not isinstance(cell, str):
            return self.decimal or "."
        text = cell.strip()
        if not _EITHER.match(text):
            return shown_by(text) or "."
        return _other(text) if count else ""


class MarksSeen:
    """The cells of a series, looked at until they have shown what they mean."""

    def __init__(self, said: str = "") -> None:
        """`said` is the mark that the mapping names, if it names one."""
        self.found = said
        self.of_counts = ""
        self.points = self.percent = self.bare = False
        self.looked_at = 0

    @property
    def is_done(self) -> bool:
        return self.looked_at >= LOOKED_AT

    def add(self, part: str, cell: object) -> None:
        if not isinstance(cell, str) or not (text := cell.strip()):
            return
        self.looked_at += 1
        if part == "value" and _NUMBER.match(text):
            self.percent = self.percent or text.endswith("%")
            self.bare = self.bare or not text.endswith("%")
        if self.found:
            return
        self.found = shown_by(text)
        if not self.found and _EITHER.match(text):
            if part in COUNTS:
                self.of_counts = self.of_counts or _other(text)
            else:
                self.points = self.points or "." in text

    def settled(self) -> NumberMarks:
        mixed = "Some values of this series are percentages and others are not. Have them written one way."
        # What is written with points alone, three decimals each, is read as everybody here reads it.
        decimal = self.found or self.of_counts or ("." if self.points else "")
        return NumberMarks(decimal, mixed if self.percent and self.bare else "")


def _other(text: str) -> str:
    """The decimal mark, where the one in this text sets thousands apart."""
    return "." if "," in text else ","


def shown_by(text: str) -> str:
    """The decimal mark that a number shows by itself; empty where it shows none.

    >>> shown_by("1.234,5"), shown_by("0.125"), shown_by("12,345"), shown_by("1.234.567")
    (',', '.', '', ',')
    """
    if not _NUMBER.match(text):
        return ""
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return "." if text.rindex(".") > text.rindex(",") else ","
    if points + commas > 1:
        return "," if points else "."
    if points + commas == 0 or _EITHER.match(text):
        return ""
    return "." if points else ","
