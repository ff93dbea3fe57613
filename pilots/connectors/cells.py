"""The cells of a delimited text as arrays: where each is, which are alike, which are whole numbers.

Only for text in which no cell is quoted, so that a separator is one wherever it stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]

# A whole number of so many digits is below what the table of observations holds.
MOST_DIGITS = 15
_NEWLINE, _RETURN = 10, 13
_WORD = 8
_LONGEST_ALIKE = 16  # words
_MIX = np.uint64(0x9E3779B97F4A7C15)
# Of a word whose first byte is the lowest: what keeps its first or its last so many bytes.
_FIRST = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], np.uint64)
_LAST = ~_FIRST[::-1]
_ZEROS = np.uint64(0x3030303030303030)
_HIGH = np.uint64(0xF0F0F0F0F0F0F0F0)
_SIX = np.uint64(0x0606060606060606)


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines of a text that have as many cells as they should, and the places of those that have not."""

    text: bytes
    starts: Whole  # of each line
    ends: Whole
    even: Whole  # which of the lines are as wide as they should be
    separators: NDArray[np.int64]  # of these, one row each
    _words: Words

    @classmethod
    def of(cls, text: bytes, separator: int, columns: int) -> Grid:
        """`text` ends with the end of a line."""
        data = np.frombuffer(text, np.uint8)
        ends = np.flatnonzero(data == _NEWLINE)
        starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
        ends = ends - ((ends > starts) & (data[np.maximum(ends - 1, 0)] == _RETURN))
        found = np.flatnonzero(data == separator)
        first, last = np.searchsorted(found, starts), np.searchsorted(found, ends)
        even = np.flatnonzero(last - first == columns - 1)
        if len(even) * (columns - 1) != len(found):
            found = found[first[even][:, None] + np.arange(columns - 1)]
        padded = b"\0" * 2 * _WORD + text + b"\0" * _WORD * _LONGEST_ALIKE
        words = np.ndarray(len(padded) - _WORD + 1, "<u8", padded, strides=(1,))
        return cls(text, starts, ends, even, found.reshape(len(even), columns - 1), words)

    def column(self, position: int) -> Cells:
        """The cells of a column, of all even lines."""
        starts, ends = self.starts[self.even], self.ends[self.even]
        if position > 0:
            starts = self.separators[:, position - 1] + 1
        if position < self.separators.shape[1]:
            ends = self.separators[:, position]
        return Cells(self, starts, ends)

    def line(self, number: int) -> bytes:
        return self.text[self.starts[number] : self.ends[number]]

    def words(self, places: Whole) -> Words:
        """The eight bytes from each of these places on, which may lie up to sixteen before the text."""
        return self._words[places + 2 * _WORD]


@dataclass(frozen=True, slots=True)
class Cells:
    """Some cells of a text, by where they begin and end."""

    grid: Grid
    starts: Whole
    ends: Whole

    def __len__(self) -> int:
        return len(self.starts)

    def some(self, which: Flags | Whole) -> Cells:
        return Cells(self.grid, self.starts[which], self.ends[which])

    def alike(self) -> tuple[list[bytes], Whole]:
        """Each different cell once, and for each cell which of them it is."""
        if not len(self):
            return [], np.zeros(0, np.int64)
        lengths = self.ends - self.starts
        count = -(-int(lengths.max()) // _WORD) or 1
        if count > _LONGEST_ALIKE:
            return self._alike_one_by_one()
        words = [self._word(place, lengths) for place in range(count)]
        mixed = words[0]
        for word in words[1:]:
            mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX ^ word
        begins = np.flatnonzero(np.concatenate([[True], mixed[1:] != mixed[:-1]]))
        _, first, which = np.unique(mixed[begins], return_index=True, return_inverse=True)
        runs = np.diff(np.append(begins, len(self)))
        first, each = begins[first], np.repeat(which, runs)
        if any((word[first][each] != word).any() for word in words):
            return self._alike_one_by_one()
        text, starts, ends = self.grid.text, self.starts[first].tolist(), self.ends[first].tolist()
        return [text[a:b] for a, b in zip(starts, ends, strict=True)], each

    def _word(self, place: int, lengths: Whole) -> Words:
        left = np.clip(lengths - place * _WORD, 0, _WORD)
        words: Words = self.grid.words(self.starts + place * _WORD) & _FIRST[left]
        return words

    def _alike_one_by_one(self) -> tuple[list[bytes], Whole]:
        text, known = self.grid.text, dict[bytes, int]()
        each = [
            known.setdefault(text[a:b], len(known))
            for a, b in zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        ]
        return list(known), np.array(each, np.int64)

    def whole_numbers(self) -> tuple[Whole, Flags]:
        """The number in each cell that holds nothing but digits, and which do."""
        lengths = self.ends - self.starts
        fits = (lengths > 0) & (lengths <= MOST_DIGITS)
        low, low_ok = self._digits(self.ends - _WORD, np.minimum(lengths, _WORD))
        if not len(self) or lengths.max() <= _WORD:
            return low, fits & low_ok
        high, high_ok = self._digits(self.ends - 2 * _WORD, np.clip(lengths - _WORD, 0, _WORD))
        return high * 10**_WORD + low, fits & low_ok & high_ok

    def _digits(self, places: Whole, sizes: Whole) -> tuple[Whole, Flags]:
        """The last `sizes` bytes of the eight from each place on, as a number."""
        keeps = _LAST[sizes]
        words = (self.grid.words(places) & keeps) | (_ZEROS & ~keeps)
        ok = ((words & _HIGH) == _ZEROS) & (((words + _SIX) & _HIGH) == _ZEROS)
        # Two neighbours at a time become one number: of two digits, then of four, then of eight.
        pairs = words - _ZEROS
        pairs = pairs * np.uint64(10) + (pairs >> np.uint64(8))
        mask = np.uint64(0x000000FF000000FF)
        upper = (pairs & mask) * np.uint64(0x000F424000000064)
        lower = ((pairs >> np.uint64(16)) & mask) * np.uint64(0x0000271000000001)
        return ((upper + lower) >> np.uint64(32)).astype(np.int64), ok
