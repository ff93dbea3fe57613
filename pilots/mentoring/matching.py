"""Who could mentor a pilot, in which order, and because of what. Pure: facts in, reasons out.

Nobody is scored: mentors come in an order, and each reason for it can be read beside the name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """What is known of somebody in the register, as far as it matters for one pilot."""

    key: int
    name: str
    skills: frozenset[str]
    room_for: int
    load: int
    unit: int | None
    led_pathway: bool = False  # led a pilot on the same pathway
    decides: bool = (
        False  # decides on pilots of that unit or reviews them, which they would not of this one
    )

    @property
    def free(self) -> int:
        return max(self.room_for - self.load, 0)


@dataclass(frozen=True)
class Wanted:
    """What a pilot asks for, and the units that it knows already: its own and its lead's."""

    skills: frozenset[str]
    units: frozenset[int]


@dataclass(frozen=True)
class Match:
    """Somebody who has room, with what speaks for them and what to know before asking."""

    candidate: Candidate
    skills: frozenset[str]  # those asked for that they have
    led_pathway: bool
    from_elsewhere: bool

    @property
    def free(self) -> int:
        return self.candidate.free

    @property
    def decides(self) -> bool:
        return self.candidate.decides


def ordered(candidates: Iterable[Candidate], wanted: Wanted) -> list[Match]:
    """Who has room, by how many of the skills asked for they have; then who led a pilot on this pathway, then
    who sees it from another unit, then who has most room. Who would be missed where pilots are decided on
    comes last among equals in skills.

    >>> a = Candidate(1, "A", frozenset({"change"}), 2, 0, 7)
    >>> b = Candidate(2, "B", frozenset({"change", "budget"}), 1, 0, 7)
    >>> c = Candidate(3, "C", frozenset({"change", "budget"}), 1, 1, 7)
    >>> wanted = Wanted(frozenset({"change", "budget"}), frozenset({7}))
    >>> [one.candidate.name for one in ordered([a, b, c], wanted)]
    ['B', 'A']
    """
    matches = [_match(one, wanted) for one in candidates if one.free]
    return sorted(matches, key=_order)


def _match(candidate: Candidate, wanted: Wanted) -> Match:
    return Match(
        candidate=candidate,
        skills=candidate.skills & wanted.skills,
        led_pathway=candidate.led_pathway,
        from_elsewhere=candidate.unit is not None and candidate.unit not in wanted.units,
    )


def _order(match: Match) -> tuple[int, bool, bool, bool, int, str, int]:
    return (
        -len(match.skills),
        match.decides,
        not match.led_pathway,
        not match.from_elsewhere,
        -match.free,
        match.candidate.name,
        match.candidate.key,
    )
