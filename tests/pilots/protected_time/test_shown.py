"""Nobody's answers follow from what is shown of a period, whatever is set against whatever."""

from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from innovation.rules.small_cells import MINIMUM
from pilots.protected_time import cuts, honoured, weeks
from pilots.protected_time.cuts import small_cut
from pilots.protected_time.honoured import Said
from pilots.protected_time.shown import Answerer, ShownReadings, shown
from tests.twins import readings as twin

# A system with a hospital, which has two departments; one of them has a ward.
PARENTS: dict[int, int | None] = {1: None, 2: 1, 3: 2, 4: 2, 5: 4, 6: 1}


def people(*groups: tuple[int, int | None, set[int]]) -> list[Answerer]:
    """So many people of a unit, who answered for these pilots."""
    found: list[Answerer] = []
    for count, unit, pilots in groups:
        found += [Answerer(len(found) + n, unit, frozenset(pilots)) for n in range(count)]
    return found


def test_examples_run() -> None:
    for module in (cuts, honoured, weeks):
        assert doctest.testmod(module).failed == 0


def test_five_are_shown_and_four_are_not() -> None:
    assert shown(people((5, 3, {1})), parents=PARENTS).pilots == {1}
    assert shown(people((4, 3, {1})), parents=PARENTS) == ShownReadings(frozenset(), frozenset())


def test_a_pilot_that_is_its_unit_but_for_one_is_not_shown_beside_it() -> None:
    found = shown(people((6, 3, {1}), (1, 3, {2})), parents=PARENTS)
    assert 3 in found.units and found.pilots == frozenset()


def test_a_unit_is_not_shown_beside_one_above_that_has_one_person_more() -> None:
    found = shown(people((5, 3, {1}), (1, 2, {1})), parents=PARENTS)
    assert found.units == {1, 2} and 3 not in found.units


def test_two_pilots_do_not_tell_of_a_third_in_their_unit() -> None:
    # Each pilot set against the unit leaves six; both together would leave one.
    found = shown(people((5, 3, {1}), (5, 3, {2}), (1, 3, {3}), (5, 6, {3})), parents=PARENTS)
    assert len(found.pilots & {1, 2}) < 2 or 3 not in found.units
    assert not told_by(people((5, 3, {1}), (5, 3, {2}), (1, 3, {3}), (5, 6, {3})))


def test_people_without_a_unit_are_told_by_nothing() -> None:
    assert shown(people((5, 3, {1}), (1, None, {1})), parents=PARENTS).pilots == frozenset()
    assert shown(people((5, None, {1})), parents=PARENTS).pilots == {1}


CROWDS = st.lists(
    st.tuples(
        st.integers(1, 7),
        st.sampled_from([None, 2, 3, 4, 5, 6]),
        st.sets(st.integers(1, 4), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=7,
)


@given(groups=CROWDS)
def test_no_reading_and_no_sum_of_readings_tells_of_anybody(
    groups: list[tuple[int, int | None, set[int]]],
) -> None:
    assert not told_by(people(*groups))


@given(groups=CROWDS)
def test_no_two_readings_differ_by_fewer_than_five(
    groups: list[tuple[int, int | None, set[int]]],
) -> None:
    everybody = people(*groups)
    found = shown(everybody, parents=PARENTS)
    of_units = {u: twin.below(u, PARENTS) for u in found.units}
    # What two sums tell is their difference: the answers that are in one of them alone.
    sets = [
        {(one.person, p) for one in everybody if one.unit in below for p in one.pilots}
        for below in of_units.values()
    ] + [{(one.person, p) for one in everybody if p in one.pilots} for p in found.pilots]
    for one in sets:
        for other in sets:
            who = {person for person, _p in one ^ other}
            assert not who or len(who) >= MINIMUM


def told_by(everybody: list[Answerer]) -> set[int]:
    found = shown(everybody, parents=PARENTS)
    return twin.worked_out(
        {one.person: (one.unit, one.pilots) for one in everybody},
        [("unit", twin.below(unit, PARENTS)) for unit in found.units]
        + [("pilot", frozenset((pilot,))) for pilot in found.pilots],
    )


EDGES = st.lists(st.frozensets(st.integers(0, 6), min_size=2, max_size=4), min_size=1, max_size=24)


@given(edges=EDGES)
def test_a_small_cut_is_found_where_there_is_one(edges: list[frozenset[int]]) -> None:
    least = twin.smallest_cut(edges)
    found = small_cut(edges, below=MINIMUM)
    assert (found is not None) == (least is not None and least < MINIMUM)
    if found is not None:
        crossing = sum(bool(e & found.side) and bool(e - found.side) for e in edges)
        assert 0 < crossing == found.people < MINIMUM


@given(answers=st.lists(st.sampled_from(["got", "part", "lost"]), max_size=60))
def test_the_share_is_that_of_its_twin(answers: list[str]) -> None:
    said = Said(*(answers.count(kept) for kept in ("got", "part", "lost")))
    want = twin.share(answers)
    assert (said.share is None) == (want is None)
    if said.share is not None and want is not None:
        assert abs(float(said.share) - float(want)) <= 0.00005 + 1e-12


def test_many_pilots_and_units_are_looked_at_in_time() -> None:
    """A system of 300 wards and 200 pilots, 2,400 people."""
    parents: dict[int, int | None] = {0: None} | dict.fromkeys(range(1, 301), 0)
    everybody = [
        Answerer(n, 1 + n % 300, frozenset({n * 7 % 200, n * 11 % 200})) for n in range(2400)
    ]
    found = shown(everybody, parents=parents)
    assert found.units and found.pilots
