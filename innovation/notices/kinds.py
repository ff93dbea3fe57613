"""The kinds of news that people choose for, as the rooms' plates name them."""

from __future__ import annotations

from functools import cache

from innovation import house
from innovation.house import NewsKind


@cache
def kinds() -> dict[str, NewsKind]:
    """Every kind by its key, in the order of the page."""
    found = [kind for plate in house.plates().values() for kind in plate.news]
    return {kind.key: kind for kind in sorted(found, key=lambda kind: kind.order)}
