"""What stands below a unit and above it, without asking the database each time."""

from __future__ import annotations

import random

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from innovation.needs.room import NeedsPermission
from innovation.people import tree
from innovation.people.models import Unit, User
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


def now() -> tree.Tree:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({tree.NUMBER})")
        return tree.standing(cursor.fetchone()[0])


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def slowly(units: set[int], join: str) -> frozenset[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE found(id, parent_id) AS (
                SELECT id, parent_id FROM innovation_unit WHERE id = ANY(%s)
                UNION
                SELECT unit.id, unit.parent_id FROM innovation_unit unit JOIN found ON {join}
            )
            SELECT id FROM found
            """,
            [list(units)],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def test_it_finds_what_a_recursive_query_finds_however_units_move(cast: Cast) -> None:
    chance = random.Random(20261129)
    units = list(Unit.objects.all())
    for number in range(60):
        what = chance.choice(["begin", "begin", "move", "close"])
        unit = chance.choice(units)
        if what == "begin":
            units.append(Unit.objects.create(name=f"{number}", kind="team", parent=unit))
        elif what == "close":
            Unit.objects.filter(pk=unit.pk, children=None).exclude(people=None).delete()
            units = list(Unit.objects.all())
        else:
            below = slowly({unit.pk}, "unit.parent_id = found.id")
            others = [one for one in units if one.pk not in below]
            Unit.objects.filter(pk=unit.pk).update(
                parent=chance.choice(others) if others else None, name=f"{unit.name} {number}"
            )
        some = {one.pk for one in chance.sample(units, min(3, len(units)))}
        assert now().below(some) == slowly(some, "unit.parent_id = found.id")
        assert now().above(some) == slowly(some, "unit.id = found.parent_id")


def test_what_a_transaction_took_back_is_not_remembered(cast: Cast) -> None:
    class NotAfterAll(Exception):
        pass

    def sees_it() -> bool:
        return cast.four_west.pk in fresh(cast.maya).reach(NeedsPermission.TRIAGE)

    assert sees_it()
    try:
        with transaction.atomic():
            away = Unit.objects.create(name="Elsewhere", kind="system", parent=None)
            Unit.objects.filter(pk=cast.four_west.pk).update(parent=away)
            assert not sees_it()
            raise NotAfterAll
    except NotAfterAll:
        assert sees_it()


def test_the_tree_is_read_once(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fresh(cast.maya).reach()
    maya, ana = fresh(cast.maya), fresh(cast.ana)
    with django_assert_num_queries(2):
        maya.reach()
        maya.above(NeedsPermission.READ)
        ana.reach()


def test_a_role_in_a_unit_that_was_begun_meanwhile_reaches_it() -> None:
    """A tree that this process has not read yet knows no more than the rows that are there."""
    assert tree.Tree(None, {1: None, 2: 1}).below([3]) == frozenset()
    assert tree.Tree(None, {1: None, 2: 1}).above([3]) == frozenset()


def test_a_circle_ends() -> None:
    """The trigger lets none be; a table that was mended by hand may hold one for a moment."""
    circle = tree.Tree(None, {1: 3, 2: 1, 3: 2})
    assert circle.below([1]) == circle.above([2]) == {1, 2, 3}
