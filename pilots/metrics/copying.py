"""Blocks of measurements as the bytes of a binary COPY, all rows of a column at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pilots.connectors.block import PARTS, Block, ScaledNumbers, joined

Records = NDArray[Any]
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
# A number goes over the wire as groups of four digits: four groups before the point, three behind it.
_GROUPS, _BEHIND = 4, 3
MOST_ROWS = 20_000  # that are made at a time, but for those of one more series
_DECIMALS = 4 * _BEHIND
_NEGATIVE = 0x4000


def pieces(series: Sequence[tuple[int, Block]]) -> Iterator[bytes]:
    """A whole COPY of `pilots_incoming`, some series at a time. All blocks have the same parts."""
    yield HEADER
    metrics, blocks, count = list[int](), list[Block](), 0
    for metric, block in series:
        for begin in range(0, len(block), MOST_ROWS):
            metrics.append(metric)
            blocks.append(block.rows(slice(begin, begin + MOST_ROWS)))
            count += len(blocks[-1])
            if count >= MOST_ROWS:
                yield rows(metrics, blocks)
                metrics, blocks, count = [], [], 0
    if blocks:
        yield rows(metrics, blocks)
    yield TRAILER


def rows(metrics: Sequence[int], blocks: Sequence[Block]) -> bytes:
    """Rows of `pilots_incoming`: metric, period, then each part. The blocks have the same parts."""
    block = joined(blocks)
    sizes = [len(one) for one in blocks]
    columns: list[tuple[str, Records]] = [
        ("metric", _integers(np.repeat(np.array(metrics, np.int64), sizes), ">i8")),
        ("period", _integers(block.days, ">i4")),
    ]
    for part in PARTS:
        numbers = block.parts.get(part)
        if numbers is None:
            columns.append((part, np.full(len(block), -1, ">i4")))
        elif part == "n":
            columns.append((part, _integers(numbers.digits, ">i8")))
        else:
            columns.append((part, _numerics(numbers)))
    record = np.dtype([("fields", ">i2"), *((name, column.dtype) for name, column in columns)])
    found = np.empty(len(block), record)
    found["fields"] = len(columns)
    for name, column in columns:
        found[name] = column
    return found.tobytes()


def _integers(numbers: NDArray[np.int64], kind: str) -> Records:
    found = np.empty(len(numbers), [("size", ">i4"), ("number", kind)])
    found["size"] = found.dtype["number"].itemsize
    found["number"] = numbers
    return found


def _numerics(numbers: ScaledNumbers) -> Records:
    whole, behind = np.abs(numbers.digits), None
    if not isinstance(numbers.decimals, int):
        power = 10**numbers.decimals
        behind = whole % power * 10 ** (_DECIMALS - numbers.decimals)
        whole = whole // power
    groups = _groups(whole, _GROUPS) + ([] if behind is None else _groups(behind, _BEHIND))
    found = np.empty(
        len(whole),
        [("size", ">i4"), ("count", ">i2"), ("weight", ">i2"), ("sign", ">u2"), ("scale", ">i2"),
         ("groups", ">i2", (len(groups),))],
    )  # fmt: skip
    found["size"] = found.dtype.itemsize - 4
    found["count"], found["weight"] = len(groups), _GROUPS - 1
    found["sign"] = np.where(numbers.digits < 0, _NEGATIVE, 0)
    found["scale"] = 0 if behind is None else _DECIMALS
    for place, group in enumerate(groups):
        found["groups"][:, place] = group
    return found


def _groups(numbers: NDArray[np.int64], count: int) -> list[NDArray[np.int64]]:
    return [numbers // 10 ** (4 * place) % 10_000 for place in reversed(range(count))]
