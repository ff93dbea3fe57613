"""Which readings of a period are shown, so that nobody's answers can be worked out from all of them.

Units first: of a unit that is shown those below it may be, as `shown_parts` says, so what a unit has
beside the shown ones below it is nobody's, or at least five people's. Then pilots, which share their people with
units: the smallest is left out until no difference of any readings is fewer than five people's (`cuts`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Set
from dataclasses import dataclass

from innovation.rules.small_cells import MINIMUM, is_shown, shown_parts
from pilots.protected_time.cuts import small_cut


@dataclass(frozen=True)
class Answerer:
    """Somebody who answered in the period: their unit, and the pilots that had their time."""

    person: int
    unit: int | None
    pilots: frozenset[int]


@dataclass(frozen=True)
class ShownReadings:
    units: frozenset[int]
    pilots: frozenset[int]


def shown(people: Iterable[Answerer], *, parents: Mapping[int, int | None]) -> ShownReadings:
    """The units (each with all below it) and the pilots whose readings may be shown together."""
    people = list(people)
    below = _people_below(people, parents)
    units = _units(below, people, parents)
    return ShownReadings(frozenset(units), _pilots(people, _atoms(people, parents, units)))


def _people_below(
    people: Iterable[Answerer], parents: Mapping[int, int | None]
) -> dict[int, set[int]]:
    below: dict[int, set[int]] = defaultdict(set)
    for one in people:
        for unit in _chain(one.unit, parents):
            below[unit].add(one.person)
    return below


def _chain(unit: int | None, parents: Mapping[int, int | None]) -> Iterable[int]:
    """The unit and those above it, the nearest first."""
    while unit is not None:
        yield unit
        unit = parents.get(unit)


_OWN = None  # those of the unit itself


def _units(
    below: Mapping[int, Set[int]],
    people: Iterable[Answerer],
    parents: Mapping[int, int | None],
) -> set[int]:
    own: dict[int | None, set[int]] = defaultdict(set)
    for one in people:
        own[one.unit].add(one.person)
    children: dict[int | None, list[int]] = defaultdict(list)
    for unit in below:
        children[parents.get(unit)].append(unit)
    found = {unit for unit in children[None] if is_shown(len(below[unit]))}
    ahead = list(found)
    while ahead:
        unit = ahead.pop()
        parts: dict[int | None, int] = {child: len(below[child]) for child in children[unit]}
        parts[_OWN] = len(own[unit])
        chosen = {child for child in shown_parts(parts) if child is not None}
        found |= chosen
        ahead += chosen
    return found


def _atoms(
    people: Iterable[Answerer], parents: Mapping[int, int | None], units: Set[int]
) -> dict[int, Hashable]:
    """For each person the nearest unit that is shown; None where none is."""
    return {
        one.person: next((unit for unit in _chain(one.unit, parents) if unit in units), None)
        for one in people
    }


# What no reading is of: nothing is known of it by itself.
_UNSHOWN: Hashable = "unshown"


def _pilots(people: list[Answerer], atoms: Mapping[int, Hashable]) -> frozenset[int]:
    sizes: dict[int, int] = defaultdict(int)
    for one in people:
        for pilot in one.pilots:
            sizes[pilot] += 1
    chosen = {pilot for pilot, n in sizes.items() if is_shown(n)}
    while chosen:
        edges = [_edge(one, atoms[one.person], chosen) for one in people]
        cut = small_cut(edges, below=MINIMUM)
        if cut is None:
            break
        crossing = {
            node
            for edge in edges
            if edge & cut.side and edge - cut.side
            for node in edge
            if isinstance(node, tuple)
        }
        side = {node for node in cut.side if isinstance(node, tuple)}
        candidates = [node[1] for node in (crossing or side)] or list(chosen)
        chosen.discard(min(candidates, key=lambda pilot: (sizes[pilot], pilot)))
    return frozenset(chosen)


def _edge(one: Answerer, atom: Hashable, chosen: Set[int]) -> frozenset[Hashable]:
    unit = _UNSHOWN if atom is None else atom
    pilots = {("pilot", pilot) if pilot in chosen else _UNSHOWN for pilot in one.pilots}
    return frozenset({unit, *pilots})
