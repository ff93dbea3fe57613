"""Long rows of questions to the product: who sees what is not theirs, what breaks it, what fills it,
how each page looks to whom.

`python3 dev.py probes` asks all of them; the suite asks a few of each.
"""

import os
from collections.abc import Mapping, Sequence
from typing import TypeVar
from zlib import crc32

from hypothesis import settings

Row = TypeVar("Row")

# Set by dev.py: so many times what the suite asks.
WHOLE = os.environ.get("PILOTLIGHT_PROBES") == "all"


def sample(rows: Mapping[str, Row], *, every: int = 4) -> dict[str, Row]:
    """What the suite takes of the rows of a room: one of `every` so many, and always the same."""
    names = sorted(rows, key=lambda name: crc32(name.encode()))
    return {name: rows[name] for name in (names if WHOLE else names[::every])}


def one_of(*ways: Row, taken: int = 0) -> Sequence[Row]:
    """The way in which the suite walks a story that may be walked in several."""
    return ways if WHOLE else ways[taken : taken + 1]


def examples(most: int) -> settings:
    """So many examples of a property in the long rows, a quarter of them in the suite."""
    return settings(max_examples=most if WHOLE else max(most // 4, 6), deadline=None)
