"""Which rows are wanted: what a column must say, beyond being equal to something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from pilots.connectors import cell_values
from pilots.connectors.absent import Absence, absence
from pilots.connectors.cell_values import Unreadable

# What is kept of a condition, and what a person reads; kept conditions without any are equal.
HOWS = (
    ("", "is"),
    ("not", "is not"),
    ("any", "is one of"),
    ("more", "is more than"),
    ("less", "is less than"),
    ("empty", "is empty"),
    ("filled", "is not empty"),
)
_SIGNS = {"!=": "not", "~": "any", ">": "more", "<": "less", "=": ""}
_WRITTEN = re.compile(r"([^=!~<>]+)(!=|=|~|>|<)(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a cell of the column at that place."""

    column: int
    how: str
    value: str
    number: Decimal | None = None

    @classmethod
    def of(cls, column: int, how: str, value: str) -> Condition:
        number = _number(value) if how in ("more", "less") else None
        return cls(column, how, value, number)

    def holds(self, cell: str) -> bool:
        if self.how == "":
            return cell == self.value
        if self.how == "not":
            return cell != self.value
        if self.how == "any":
            return cell in {one.strip() for one in self.value.split(",")}
        if self.how in ("empty", "filled"):
            return (absence(cell) is Absence.UNKNOWN) is (self.how == "empty")
        number = _number(cell)
        if number is None or self.number is None:
            return False
        return number > self.number if self.how == "more" else number < self.number


def problem(how: str, value: str) -> str:
    """What is wrong with a condition, as a sentence; empty where nothing is."""
    if how not in dict(HOWS):
        return "Choose one of the comparisons of a filter."
    if how in ("more", "less") and _number(value) is None:
        return "Enter the number that a filter compares with, such as 10 or 2.5."
    return ""


def written(text: str) -> dict[str, str] | None:
    """A condition as the command takes it, as it is kept; None for any other text.

    >>> written("type=1"), written("beds > 20"), written("site=")
    ({'column': 'type', 'equals': '1'}, {'column': 'beds', 'equals': '20', 'how': 'more'}, {'column': 'site', 'equals': '', 'how': 'empty'})
    """
    match = _WRITTEN.match(text)
    if match is None or not match[1].strip():
        return None
    value, how = match[3].strip(), _SIGNS[match[2]]
    if not value:
        how = {"": "empty", "not": "filled"}.get(how, how)
    if problem(how, value):
        return None
    kept = {"column": match[1].strip(), "equals": value}
    return {**kept, "how": how} if how else kept


def _number(text: str) -> Decimal | None:
    try:
        return cell_values.number(text, "cell", negative_ok=True)
    except Unreadable:
        return None
