"""Who fits a pilot: an order that can be read beside each name."""

from __future__ import annotations

import doctest

from pilots.mentoring import matching, skills
from pilots.mentoring.matching import Candidate, Wanted, ordered

WARD, CLINIC = 1, 2
WANTED = Wanted(skills=frozenset({"change", "budget"}), units=frozenset({WARD}))


def somebody(
    name: str, *knows: str, room_for: int = 1, load: int = 0, **facts: object
) -> Candidate:
    given = {"unit": WARD, **facts}
    return Candidate(ord(name), name, frozenset(knows), room_for, load, **given)  # type: ignore[arg-type]


def names(*candidates: Candidate, wanted: Wanted = WANTED) -> str:
    return "".join(one.candidate.name for one in ordered(candidates, wanted))


def test_examples_run() -> None:
    assert doctest.testmod(matching).failed == doctest.testmod(skills).failed == 0


def test_skills_come_first_then_the_pathway_another_unit_and_room() -> None:
    assert names(
        somebody("A", "change"),
        somebody("B", "change", "budget"),
        somebody("C", "change", led_pathway=True),
        somebody("D", "change", unit=CLINIC),
        somebody("E", "change", room_for=3),
        somebody("F"),
    ) == "BCDEAF"  # fmt: skip


def test_who_has_no_room_is_left_out_and_who_judges_comes_after_others_as_able() -> None:
    judge = somebody("J", "change", "budget", decides=True, led_pathway=True, room_for=5)
    full = somebody("K", "change", "budget", room_for=2, load=2)
    assert names(judge, full, somebody("L", "change", "budget"), somebody("M", "change")) == "LJM"


def test_reasons_are_those_that_hold() -> None:
    (found,) = ordered(
        [somebody("A", "change", "scaling", unit=CLINIC, room_for=3, load=1)], WANTED
    )
    assert (set(found.skills), found.free) == ({"change"}, 2)
    assert (found.from_elsewhere, found.led_pathway, found.decides) == (True, False, False)
    (homeless,) = ordered([somebody("B", unit=None)], WANTED)
    assert not homeless.from_elsewhere


def test_same_fit_is_in_the_order_of_names_whatever_the_order_asked_in() -> None:
    assert names(somebody("B"), somebody("A")) == names(somebody("A"), somebody("B")) == "AB"
