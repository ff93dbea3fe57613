"""Groups that a directory sends hold the roles that the table of groups gives them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from innovation.audit.models import Event
from innovation.federation import actions as federation
from innovation.federation.models import GroupRole
from innovation.people import actions as people
from innovation.people.models import RoleGrant, Unit, User
from innovation.provisioning import actions as provisioning
from innovation.provisioning import queries
from innovation.rules.refusal import Refused
from tests.factories.cast import NOW, Cast
from tests.innovation.provisioning.conftest import Provider, provider_of


def by_group(cast: Cast, group: str, unit: Unit, role: str = "mentor") -> GroupRole:
    return federation.give_by_group(
        by=cast.ada, at=NOW, provider="scim", group=group, unit=unit, role=role
    )


def roles(person: User) -> set[tuple[str, str]]:
    held = RoleGrant.objects.filter(person=person, ended_at=None).exclude(from_group="")
    return set(held.values_list("role", "unit__name"))


@pytest.fixture
def innovators(cast: Cast, provider: Provider) -> str:
    by_group(cast, "Innovators", cast.medicine)
    return provider.group("innovators", str(cast.ana.pk))  # in any case


def test_member_holds_the_role_of_the_group_and_loses_it_with_it(
    cast: Cast, provider: Provider, innovators: str
) -> None:
    assert roles(cast.ana) == {("mentor", "Medicine")}
    given = Event.objects.about(cast.ana.ref).get(type="role.granted_by_group")
    assert given.actor_name == "Entra ID (Ada Kowalski)"
    path = f'members[value eq "{cast.ana.pk}"]'
    provider.patch(f"/Groups/{innovators}", {"op": "remove", "path": path})
    assert roles(cast.ana) == set()
    assert RoleGrant.objects.get(person=cast.ana, role="staff").ended_at is None  # by hand: stays


def test_role_goes_with_the_group_and_follows_its_name(
    cast: Cast, provider: Provider, innovators: str
) -> None:
    by_group(cast, "Movers", cast.brigid, "pilot_team")
    rename = {"op": "replace", "path": "displayName", "value": "Movers"}
    provider.patch(f"/Groups/{innovators}", rename)
    assert roles(cast.ana) == {("pilot_team", "St Brigid General")}
    provider.ask("DELETE", f"/Groups/{innovators}")
    assert roles(cast.ana) == set()


def test_group_of_a_hospital_gives_no_role_outside_of_it(cast: Cast) -> None:
    # Hugo's directory sends a group by the name of one that holds a role at St Brigid.
    by_group(cast, "Innovators", cast.brigid)
    by_group(cast, "Innovators", cast.lakeshore)
    theirs = provider_of(cast.hugo, cast.harbor)
    key = theirs.create("mole@harbor.example")
    theirs.group("Innovators", key)
    assert roles(User.objects.get(pk=key)) == set()
    provisioning.follow_groups(at=timezone.now())
    assert roles(User.objects.get(pk=key)) == set()


def test_role_above_the_line_is_given_by_no_group(cast: Cast, provider: Provider) -> None:
    with pytest.raises(Refused, match="two administrators"):
        by_group(cast, "Chiefs", cast.brigid, "executive")


def test_new_line_of_the_table_reaches_who_is_in_the_group_already(
    cast: Cast, provider: Provider
) -> None:
    provider.group("Innovators", str(cast.ana.pk), str(cast.ben.pk))
    people.deactivate(cast.ben, by=cast.ada, at=NOW)
    row = by_group(cast, "Innovators", cast.brigid)
    assert queries.out_of_step() == {cast.ana.pk}
    assert provisioning.follow_groups(at=timezone.now()) == 1
    assert roles(cast.ana) == {("mentor", "St Brigid General")}
    assert roles(cast.ben) == set()  # closed
    assert provisioning.follow_groups(at=timezone.now()) == 0
    federation.end_by_group(row, by=cast.ada, at=NOW)
    assert roles(cast.ana) == set()


def test_role_that_was_taken_back_does_not_come_back_by_the_directory(
    cast: Cast, provider: Provider
) -> None:
    row = by_group(cast, "Innovators", cast.brigid)
    group = provider.group("Innovators", str(cast.ana.pk))
    people.end_grant(
        cast.ana.grants.get(role="mentor", ended_at=None), by=cast.ada, at=timezone.now()
    )
    # It is no line that waits to be followed, minute after minute.
    assert queries.out_of_step() == set()
    assert provisioning.follow_groups(at=timezone.now()) == 0
    path = f'members[value eq "{cast.ana.pk}"]'
    provider.patch(f"/Groups/{group}", {"op": "remove", "path": path})
    provider.patch(
        f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": str(cast.ana.pk)}]}
    )
    assert roles(cast.ana) == set()
    federation.confirm_by_group(row, by=cast.ada, at=timezone.now())
    assert queries.out_of_step() == {cast.ana.pk}
    assert provisioning.follow_groups(at=timezone.now()) == 1
    assert roles(cast.ana) == {("mentor", "St Brigid General")}


def test_whoever_the_directory_deleted_and_sends_again_holds_what_their_groups_give(
    cast: Cast, provider: Provider
) -> None:
    by_group(cast, "Innovators", cast.brigid)
    key = provider.create("nadia@lakeshore.example", displayName="Nadia Hall")
    nadia = User.objects.get(pk=key)
    group = provider.group("Innovators", key)
    assert roles(nadia) == {("mentor", "St Brigid General")}
    provider.ask("DELETE", f"/Users/{key}")
    assert provider.create("nadia@lakeshore.example", displayName="Nadia Hall") == key
    provider.patch(f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": key}]})
    assert roles(nadia) == {("mentor", "St Brigid General")}


def test_whoever_comes_back_holds_what_their_groups_give_now(
    cast: Cast, provider: Provider, innovators: str
) -> None:
    leave = {"op": "replace", "path": "active", "value": False}
    provider.patch(f"/Users/{cast.ana.pk}", leave)
    path = f'members[value eq "{cast.ana.pk}"]'
    provider.patch(f"/Groups/{innovators}", {"op": "remove", "path": path})
    provider.patch(f"/Users/{cast.ana.pk}", {**leave, "value": True})
    assert roles(cast.ana) == set()


def test_whoever_decided_on_the_line_gets_nothing_by_it(cast: Cast) -> None:
    provider = provider_of(cast.ada, cast.lakeshore)
    by_group(cast, "Innovators", cast.brigid)
    provider.group("Innovators", str(cast.ada.pk), str(cast.ana.pk))
    assert roles(cast.ada) == set()
    assert roles(cast.ana) == {("mentor", "St Brigid General")}
    assert queries.out_of_step() == set()
