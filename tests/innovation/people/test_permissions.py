"""Who keeps accounts, roles and units: the administrators of the unit, and nobody from beside it."""

from __future__ import annotations

from innovation.people import permissions
from innovation.people.models import RoleGrant, Unit, User
from tests.factories.cast import Cast, somebody


def test_account_of_no_unit_is_kept_by_the_administrators_of_the_whole(cast: Cast) -> None:
    assert permissions.can_manage_person(cast.ada, cast.victor)
    assert not permissions.can_manage_person(somebody("administrator", at=cast.brigid), cast.victor)


def test_account_of_the_back_room_is_kept_and_closed_by_its_like_alone(cast: Cast) -> None:
    here = somebody("administrator", at=cast.brigid)
    root = User.objects.create_superuser(
        "root@lakeshore.example", "Root", "a quiet word", unit=cast.brigid
    )
    for check in (permissions.can_manage_person, permissions.can_close_account):
        assert not check(here, root)
        assert not check(cast.ada, root)
    assert permissions.can_close_account(here, cast.ben)


def test_unit_moves_where_its_administrator_has_a_say_on_both_sides(cast: Cast) -> None:
    here = somebody("administrator", at=cast.brigid)
    assert permissions.can_move_unit(here, cast.four_west, below=cast.brigid)
    assert not permissions.can_move_unit(here, cast.four_west, below=cast.harbor)
    assert not permissions.can_move_unit(here, cast.brigid, below=cast.brigid)
    assert permissions.can_move_unit(cast.ada, cast.four_west, below=cast.harbor)


def test_people_units_and_roles_show_where_the_word_is_held(cast: Cast) -> None:
    here, abroad = somebody("administrator", at=cast.brigid), somebody("auditor", at=cast.harbor)
    assert set(Unit.objects.visible_to(here)) == {cast.brigid, cast.medicine, cast.four_west}
    assert cast.ana in User.objects.visible_to(here)
    assert cast.hugo not in User.objects.visible_to(here)
    assert cast.ana not in User.objects.visible_to(abroad)
    given = RoleGrant.objects.get(person=cast.ana)
    assert given in RoleGrant.objects.visible_to(here)
    assert not RoleGrant.objects.visible_to(abroad).exists()
    assert not RoleGrant.objects.visible_to(cast.hugo).filter(unit=cast.brigid).exists()
    assert not cast.ana.units("people.manage").exists()
    assert set(here.units("people.manage")) == {cast.brigid, cast.medicine, cast.four_west}


def test_units_are_offered_where_the_permission_is_held(cast: Cast) -> None:
    mixed = somebody("staff", at=cast.lakeshore)
    RoleGrant.objects.create(
        person=mixed, unit=cast.harbor, role="administrator", granted_at=cast.ana.date_joined
    )
    held = Unit.objects.within_reach(mixed, "people.manage")
    assert set(held) == {cast.harbor, cast.harbor_clinic}
    assert cast.brigid in Unit.objects.visible_to(mixed)
    assert cast.ana not in User.objects.visible_to(mixed)
