"""Slow, obvious readers of published readings: the share by counting, and somebody who tries everything."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from itertools import combinations


def share(answers: Iterable[str]) -> Fraction | None:
    """Week by week: all of it is one, part of it a half, none of it nothing."""
    points = [{"got": Fraction(1), "part": Fraction(1, 2), "lost": Fraction(0)}[a] for a in answers]
    return sum(points, Fraction(0)) / len(points) if points else None


def smallest_cut(edges: list[frozenset[int]]) -> int | None:
    """Of all ways to divide the nodes, the fewest people that cross, where somebody does."""
    nodes = sorted({node for edge in edges for node in edge})
    found = [
        crossing
        for size in range(1, len(nodes))
        for side in combinations(nodes, size)
        if (crossing := sum(bool(edge & set(side)) and bool(edge - set(side)) for edge in edges))
    ]
    return min(found, default=None)


def worked_out(
    people: Mapping[int, tuple[int | None, frozenset[int]]],
    readings: Iterable[tuple[str, frozenset[int]]],
) -> set[int]:
    """Who can be told by: the people some sum of whose answers follows from the readings.

    `people`: their unit and their pilots. A reading is of a kind ("unit" or "pilot") and names the
    units, or the pilot, whose answers it sums up. Each answer is an unknown; a reading is a row of
    ones; what follows is what the rows span.
    """
    unknown = {
        cell: n
        for n, cell in enumerate((who, p) for who, (_u, ps) in people.items() for p in sorted(ps))
    }
    rows = []
    for kind, named in readings:
        row = [Fraction(0)] * len(unknown)
        for (who, pilot), n in unknown.items():
            if (people[who][0] if kind == "unit" else pilot) in named:
                row[n] = Fraction(1)
        rows.append(row)
    base = _echelon(rows)
    found = set()
    for who in people:
        columns = [n for (person, _p), n in unknown.items() if person == who]
        others = [n for n in unknown.values() if n not in columns]
        # Combinations of the readings in which everybody else cancels out: is there one left?
        rest = _echelon([[row[n] for n in others] for row in base])
        if len(rest) < len(base):
            found.add(who)
    return found


def _echelon(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """The rows without what follows from others."""
    left = [list(row) for row in rows]
    base: list[list[Fraction]] = []
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        base.append(pivot)
        for row in left:
            if row[column]:
                factor = row[column] / pivot[column]
                row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
    return base


def below(unit: Hashable, parents: Mapping[int, int | None]) -> frozenset[int]:
    """A unit and all below it, by going up from each."""
    found = set()
    for one in parents:
        at: int | None = one
        while at is not None:
            if at == unit:
                found.add(one)
            at = parents[at]
    return frozenset(found)
