"""Measurements of one series as arrays: what many thousands of them are kept in until they are written.

It is a sequence of `Measurement` like any list of them; whoever can use the arrays is quicker.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import overload

import numpy as np
from numpy.typing import NDArray

from pilots.connectors.measurement import Measurement, Rejected

Whole = NDArray[np.int64]
# Days are counted from here, as the database counts them.
FIRST_DAY = date(2000, 1, 1).toordinal()
PARTS = ("value", "numerator", "denominator", "n", "expected")
# So many digits a number may have to be kept in an array.
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class ScaledNumbers:
    """One number a row: `digits` and how many of them are decimals, of all rows or of each."""

    digits: Whole
    decimals: Whole | int = 0

    def __len__(self) -> int:
        return len(self.digits)

    def part(self, rows: slice | Whole) -> ScaledNumbers:
        decimals = self.decimals
        return ScaledNumbers(
            self.digits[rows], decimals if isinstance(decimals, int) else decimals[rows]
        )

    def at(self, place: int) -> Decimal:
        decimals = self.decimals if isinstance(self.decimals, int) else int(self.decimals[place])
        return Decimal(int(self.digits[place])).scaleb(-decimals)


@dataclass(frozen=True, slots=True, eq=False)
class Block(Sequence[Measurement]):
    """The measurements of one series by period; a part that no row has is None."""

    days: Whole
    parts: dict[str, ScaledNumbers]

    def __len__(self) -> int:
        return len(self.days)

    @overload
    def __getitem__(self, place: int) -> Measurement: ...
    @overload
    def __getitem__(self, place: slice) -> Block: ...
    def __getitem__(self, place: int | slice) -> Measurement | Block:
        if isinstance(place, slice):
            return self.rows(place)
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        found = {part: numbers.at(place) for part, numbers in self.parts.items()}
        n = found.get("n")
        return Measurement(
            date.fromordinal(FIRST_DAY + int(self.days[place])),
            found.get("value"),
            found.get("numerator"),
            found.get("denominator"),
            None if n is None else int(n),
            found.get("expected"),
        )

    def rows(self, rows: slice | Whole) -> Block:
        """Some of the rows, as a block of their own."""
        return Block(self.days[rows], {part: n.part(rows) for part, n in self.parts.items()})


@dataclass(frozen=True, slots=True)
class Gathered:
    """The series of a file: blocks of those that are plain, and what is said of the others, as (entity, item)."""

    blocks: Mapping[str, Block]
    items: Iterator[tuple[str, Measurement | Rejected]]


@dataclass(frozen=True, slots=True)
class BlockNumbers:
    """A block as the rules see a series while they look for totals: value, numerator and denominator as the rows
    had them."""

    block: Block
    counted: bool  # whether its value was a numerator

    @property
    def periods(self) -> list[date]:
        return [date.fromordinal(FIRST_DAY + day) for day in self.block.days.tolist()]

    def numbers_at(self, period: date) -> tuple[Decimal, ...] | None:
        day = period.toordinal() - FIRST_DAY
        place = int(np.searchsorted(self.block.days, day))
        if place == len(self.block) or self.block.days[place] != day:
            return None
        found = {part: numbers.at(place) for part, numbers in self.block.parts.items()}
        value, nothing = found.get("value", Decimal(0)), Decimal(0)
        if self.counted:
            return nothing, value, nothing
        return value, found.get("numerator", nothing), found.get("denominator", nothing)


def joined(blocks: Sequence[Block]) -> Block:
    """Blocks of the same parts, one behind the other."""
    first = blocks[0]
    return Block(
        np.concatenate([block.days for block in blocks]),
        {part: _joined([block.parts[part] for block in blocks]) for part in first.parts},
    )


def _joined(numbers: list[ScaledNumbers]) -> ScaledNumbers:
    digits = np.concatenate([one.digits for one in numbers])
    if all(isinstance(one.decimals, int) and one.decimals == 0 for one in numbers):
        return ScaledNumbers(digits)
    each = [
        np.full(len(one), one.decimals) if isinstance(one.decimals, int) else one.decimals
        for one in numbers
    ]
    return ScaledNumbers(digits, np.concatenate(each))
