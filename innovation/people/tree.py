"""The tree of units as this process read it last.

Each request asks what stands below the units in which somebody holds a role. Found by a recursive
query this took 6 ms of PostgreSQL at 1,700 units (2026-11-29), and units change a few times a month.
So the database is asked for one number that stands for the whole tree (0.3 ms), and for the tree
only where that number is another one. It is made of the rows that the asking statement sees, so nothing
has to be told of a change, and what a transaction did is seen within it and gone with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db import connection

NUMBER = """
    SELECT sum(hashint8extended(id, coalesce(parent_id, 0))) FROM innovation_unit
"""


class Tree:
    """Units by their keys: what stands below each, and above."""

    def __init__(self, number: Decimal | None, parents: dict[int, int | None]) -> None:
        self.number = number
        self._parents = parents
        self._children: dict[int, list[int]] = defaultdict(list)
        for unit, parent in parents.items():
            if parent is not None:
                self._children[parent].append(unit)
        self._below: dict[int, frozenset[int]] = {}

    def below(self, units: Collection[int]) -> frozenset[int]:
        """The units and all that stand below them."""
        found = [self._branch(unit) for unit in units if unit in self._parents]
        return found[0] if len(found) == 1 else frozenset().union(*found)

    def above(self, units: Collection[int]) -> frozenset[int]:
        """The units and all that stand above them."""
        found: set[int] = set()
        for unit in units:
            at: int | None = unit if unit in self._parents else None
            while at is not None and at not in found:
                found.add(at)
                at = self._parents.get(at)
        return frozenset(found)

    def _branch(self, top: int) -> frozenset[int]:
        if top not in self._below:
            branch: set[int] = set()
            ahead = [top]
            while ahead:
                unit = ahead.pop()
                if unit not in branch:
                    branch.add(unit)
                    ahead += self._children.get(unit, ())
            self._below[top] = frozenset(branch)
        return self._below[top]


_read = Tree(None, {})


def standing(number: Decimal | None) -> Tree:
    """The tree that the number stands for; read where this process has another one."""
    global _read
    tree = _read
    if tree.number != number:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT ({NUMBER}), array_agg(id), array_agg(parent_id) FROM innovation_unit"  # noqa: S608
            )
            number, units, parents = cursor.fetchone()
        tree = _read = Tree(number, dict(zip(units or (), parents or (), strict=True)))
    return tree
