"""The numbers of a column for `spc`, read as a whole where a cell alone could mean two things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from pilots.connectors import cell_values
from pilots.connectors.absent import Absence, absence
from pilots.connectors.cell_values import Unreadable

MAY_BE_NEGATIVE = ("value", "mean")
COUNTS = ("numerator", "denominator", "n")
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}\Z", re.ASCII)
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3}){2,}\Z", re.ASCII)
_BOTH = re.compile(r"[+-]?\d+[.,][\d.,]*([.,])\d+\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d*([.,])\d+\Z", re.ASCII)
_NINES = re.compile(r"-?9{3,}\Z", re.ASCII)


@dataclass(frozen=True)
class NumberColumn:
    """How the numbers of one column are written, and what they may be."""

    role: str
    mark: str
    whole: bool
    missing: tuple[str, ...]
    ask_comma: str = ""
    ask_point: str = ""
    marked: bool = False  # most of the cells are percentages, written with %
    mixed: bool = False  # and some are not, or the other way round

    def number(self, cell: str) -> float:
        """The number in a cell, NaN where it is missing; raises Unreadable."""
        if is_missing(cell, self.missing):
            return float("nan")
        plain = cell.removesuffix("%").rstrip()
        match = _ONE_GROUP.match(plain)
        ask = {",": self.ask_comma, ".": self.ask_point}.get(match[1], "") if match else ""
        if ask:
            raise Unreadable(f"The {self.role} “{cell}” {ask}")
        if self.mark == "." and (found := _DECIMAL.match(plain)) and found[1] == "," and not match:
            raise Unreadable(
                f"The {self.role} “{cell}” has a decimal comma. If the file is written so, say"
                " --decimal-comma."
            )
        number = cell_values.number(
            cell,
            self.role,
            decimal_mark=self.mark,
            count=self.role in COUNTS or self.whole,
            negative_ok=self.role in MAY_BE_NEGATIVE and not self.whole,
        )
        if self.whole and number != number.to_integral_value():
            raise Unreadable(
                f"The {self.role} “{cell}” is no count: there are no parts of a case. Chart the"
                " shares as values (--chart xmr), or give the counts that they come from."
            )
        self._check_percent(cell, number)
        return float(number)

    def _check_percent(self, cell: str, number: Decimal) -> None:
        if not self.mixed or number == 0 or cell.endswith("%") == self.marked:
            return
        other = "percentages, written with %," if self.marked else "written without %,"
        raise Unreadable(
            f"The {self.role} “{cell}” is not written like the others of its column, which are"
            f" {other} so its size is not known. Write all of them one way."
        )


def column(
    role: str,
    cells: Sequence[str],
    *,
    separator: str,
    mark: str | None,
    whole: bool,
    missing: tuple[str, ...],
) -> NumberColumn:
    """What the cells of a column say together of how it is written.

    `mark`: the decimal mark where it was said. Where not, it is the point, and a single group of
    three, 12,345 or 1.012, is asked about unless the other cells or the separator settle it.
    """
    there = [cell for cell in cells if not is_missing(cell, missing)]
    marked = sum(cell.endswith("%") for cell in there)
    known = NumberColumn(
        role,
        mark or ".",
        whole,
        missing,
        marked=marked > 0 and marked * 2 >= len(there),
        mixed=0 < marked < len(there),
    )
    if mark is not None:
        return known
    seen = {"point": False, "comma": False}
    for cell in there:
        plain = cell.removesuffix("%").rstrip()
        if _ONE_GROUP.match(plain):
            continue
        if found := _GROUPS.match(plain):
            seen["comma" if found[1] == "." else "point"] = True
        elif found := _BOTH.match(plain) or _DECIMAL.match(plain):
            seen["point" if found[1] == "." else "comma"] = True
    either = "could be two numbers. Say which: --decimal-comma or --decimal-point."
    comma = "has a decimal comma, as others of its column. Say --decimal-comma."
    if seen["comma"]:
        return replace(known, ask_comma=comma, ask_point=comma)
    if seen["point"] or separator == ",":
        return known
    return replace(known, ask_comma=either, ask_point=either)


def is_missing(cell: str, missing: tuple[str, ...]) -> bool:
    """Whether a cell has no number, as nobody knows it or the person said what stands for it. What is kept
    back is not missing: it is refused, with that reason."""
    return absence(cell.strip(), missing) is Absence.UNKNOWN


def doubts(role: str, cells: Sequence[str], numbers: Sequence[float]) -> list[str]:
    """What looks wrong about the numbers of a column and cannot be known from the file."""
    found = []
    known = np.array([n for n in numbers if np.isfinite(n)])
    codes = {cell for cell in cells if _NINES.match(cell)}
    for code in sorted(codes):
        rest = known[known != float(code)]
        if 0 < len(rest) < len(known) and abs(float(code)) > 10 * np.abs(rest).max():
            found.append(
                f"The {role} {code} lies far from all others, as a code for “missing” does. If it"
                f" is one, say --missing {code}; it is charted as a number now."
            )
    small, large = known[(known > 0) & (known <= 1)], known[known > 1]
    both = len(small) and len(large) and large.max() <= 100
    if both and large.min() >= 10 * small.max() and 100 * small.max() <= 2 * large.max():
        found.append(
            f"The {role} is a share (0 to 1) in {len(small)} rows and up to 100 in the others: were"
            " shares and percentages mixed? They are charted as written."
        )
    return found
