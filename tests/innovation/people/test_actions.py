"""Accounts, roles and units: what administrators may do, and what nobody may."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from innovation.audit.models import Event
from innovation.needs.room import NeedsPermission
from innovation.people import actions
from innovation.people.models import RoleGrant, Unit, UnitKind, User
from innovation.people.roles import ROLES, Role
from innovation.people.room import PeoplePermission
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.web import panels
from pilots.lifecycle.room import PilotsPermission
from tests.factories.cast import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    """The same person on their next request."""
    return User.objects.get(pk=user.pk)


def appoint(person: User, unit: Unit) -> RoleGrant:
    """Make somebody an administrator, as the command line does."""
    return actions.grant_from_command_line(
        person, at=NOW, unit=unit, role="administrator", reason="The first of them."
    )


def words() -> list[str]:
    return list(Event.objects.order_by("number").values_list("type", flat=True))


# People


def test_create_person_makes_an_account_that_waits_for_its_password(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        person = actions.create_person(
            by=cast.ada,
            at=NOW,
            email="Nadia@Lakeshore.Example",
            name="Nadia Petrov",
            unit=cast.medicine,
            job_title="Nurse",
        )
    assert person.email == "nadia@lakeshore.example"
    assert not person.has_usable_password()
    assert person.reach() == frozenset()
    assert words() == ["person.created"]
    assert [m.to for m in mail.outbox] == [["nadia@lakeshore.example"]]
    assert "/password/reset/key/" in mail.outbox[0].body


def test_create_person_with_a_known_email_is_refused_in_any_case(cast: Cast) -> None:
    with pytest.raises(Refused, match="already signs in"):
        actions.create_person(
            by=cast.ada, at=NOW, email="ANA@lakeshore.example", name="Ana", unit=cast.brigid
        )
    assert words() == []


def test_one_mailbox_is_one_account_for_the_database_too(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="user_email_unique_any_case"), transaction.atomic():
        User.objects.create(email="ANA@lakeshore.example", name="Ana Ruiz")


def test_create_person_outside_ones_reach_is_refused(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.create_person(
            by=cast.hugo, at=NOW, email="x@lakeshore.example", name="X", unit=cast.brigid
        )


def test_change_person_tells_the_log_what_changed(cast: Cast) -> None:
    actions.change_person(cast.ana, by=cast.ada, at=NOW, name="Ana Ruiz-Soler", job_title="Nurse")
    event = Event.objects.get()
    assert (event.type, event.details) == ("person.changed", {"what": "name"})
    assert event.unit_id == cast.four_west.pk


def test_change_person_who_also_works_elsewhere_is_for_those_above_both(cast: Cast) -> None:
    actions.grant(cast.ana, by=cast.hugo, at=NOW, unit=cast.harbor, role="staff")
    hospital = User.objects.create_user("bea@lakeshore.example", "Bea", None, unit=cast.brigid)
    appoint(hospital, cast.brigid)
    with pytest.raises(NotAllowed, match="Harbor Hospital"):
        actions.change_person(cast.ana, by=hospital, at=NOW, email="stolen@lakeshore.example")
    actions.change_person(cast.ana, by=cast.ada, at=NOW, email="ana.ruiz@lakeshore.example")
    assert fresh(cast.ana).email == "ana.ruiz@lakeshore.example"


def test_make_password_link_for_somebody_of_another_hospital_is_refused(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.make_password_link(cast.amara, by=cast.hugo, at=NOW)


def test_make_password_link_for_the_back_room_is_refused(cast: Cast) -> None:
    root = User.objects.create_superuser(
        "root@lakeshore.example", "Root", "a quiet word", unit=cast.lakeshore
    )
    with pytest.raises(NotAllowed, match="back room"):
        actions.make_password_link(root, by=cast.ada, at=NOW)


def test_change_own_details_to_a_unit_without_a_role_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="in which you hold a role") as refused:
        actions.change_own_details(cast.ana, at=NOW, unit=cast.harbor)
    assert refused.value.status == 409  # of what was chosen, not of who asks
    actions.change_own_details(cast.ana, at=NOW, unit=cast.medicine, theme="dark")
    assert fresh(cast.ana).theme == "dark"


def test_change_own_details_cannot_touch_the_email(cast: Cast) -> None:
    with pytest.raises(TypeError):
        actions.change_own_details(cast.ana, at=NOW, email="other@lakeshore.example")


def test_deactivate_closes_the_account_and_its_tokens(cast: Cast) -> None:
    actions.create_token(by=cast.ben, at=NOW, name="export", days=30)
    actions.deactivate(cast.ben, by=cast.ada, at=NOW, reason="Retired.")
    assert not fresh(cast.ben).is_active
    assert fresh(cast.ben).reach() == frozenset()
    assert not cast.ben.auth_token_set.exists()
    with pytest.raises(Conflict):
        actions.deactivate(cast.ben, by=cast.ada, at=NOW)
    actions.reactivate(cast.ben, by=cast.ada, at=NOW)
    assert fresh(cast.ben).may(NeedsPermission.SUBMIT, cast.brigid.pk)


def test_leaver_is_closed_by_their_own_administrator_whatever_others_gave_them(cast: Cast) -> None:
    """Harbor gave Ana a role; the administrator of her own hospital cannot read into Harbor."""
    keeper = User.objects.create_user("keeper@lakeshore.example", "Kit Keeper", unit=cast.brigid)
    appoint(keeper, cast.brigid)
    actions.grant(cast.ana, unit=cast.harbor, role="mentor", by=cast.hugo, at=NOW)
    keeper = fresh(keeper)
    with pytest.raises(NotAllowed, match="also holds a role in Harbor Hospital"):
        actions.change_person(cast.ana, by=keeper, at=NOW, name="Somebody Else")
    actions.deactivate(cast.ana, by=keeper, at=NOW, reason="Left on Friday.")
    assert not fresh(cast.ana).is_active
    # Opening it again would let whoever has the mailbox into Harbor.
    with pytest.raises(NotAllowed):
        actions.reactivate(cast.ana, by=keeper, at=NOW)


def test_account_of_who_oversees_a_unit_is_not_closed_by_its_administrator(cast: Cast) -> None:
    """An executive of the whole works at St Brigid; its administrator does not shut her out."""
    keeper = User.objects.create_user("keeper@lakeshore.example", "Kit Keeper", unit=cast.brigid)
    appoint(keeper, cast.brigid)
    User.objects.filter(pk=cast.amara.pk).update(unit=cast.medicine)
    with pytest.raises(NotAllowed, match="also holds a role in Lakeshore Health"):
        actions.deactivate(fresh(cast.amara), by=fresh(keeper), at=NOW)
    actions.deactivate(fresh(cast.amara), by=cast.ada, at=NOW)
    assert not fresh(cast.amara).is_active


def test_deactivate_oneself_is_refused(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.deactivate(cast.ada, by=cast.ada, at=NOW)


# The last administrator


def test_end_grant_of_the_last_administrator_is_refused(cast: Cast) -> None:
    second = User.objects.create_user("bea@lakeshore.example", "Bea", None, unit=cast.lakeshore)
    given = appoint(second, cast.lakeshore)
    actions.end_grant(given, by=cast.ada, at=NOW)
    appoint(second, cast.lakeshore)
    actions.end_grant(RoleGrant.objects.get(person=cast.ada), by=fresh(second), at=NOW)
    last = RoleGrant.objects.current().get(role="administrator", unit=cast.lakeshore)
    assert last.person == second
    # Whoever could end it is gone; even with the right to, the rule holds.
    outsider = User.objects.create_user("cy@lakeshore.example", "Cy", None, unit=cast.lakeshore)
    outsider._reach = {"administrator": frozenset({cast.lakeshore.pk})}
    outsider._reach_by_permission = {}
    with pytest.raises(Refused, match="last administrator"):
        actions.end_grant(last, by=outsider, at=NOW)
    with pytest.raises(Refused, match="last administrator"):
        actions.deactivate(second, by=outsider, at=NOW)


def test_last_administrator_is_kept_by_the_database_too(cast: Cast) -> None:
    rows = RoleGrant.objects.filter(person=cast.ada)
    for forbidden in (
        lambda: rows.update(ended_at=NOW, ended_by=cast.amara),
        lambda: rows.delete(),
        lambda: rows.update(role="staff"),
        lambda: User.objects.filter(pk=cast.ada.pk).update(is_active=False),
    ):
        with pytest.raises(IntegrityError, match="last administrator"), transaction.atomic():
            forbidden()
    assert rows.get().ended_at is None


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_other_at_once_leave_one() -> None:
    cast = make_cast()
    second = User.objects.create_user("bea@lakeshore.example", "Bea", None, unit=cast.lakeshore)
    RoleGrant.objects.create(
        person=second, unit=cast.lakeshore, role="administrator", granted_at=NOW
    )

    def end(by: User, whose: User) -> str:
        try:
            given = RoleGrant.objects.get(person=whose, role="administrator", unit=cast.lakeshore)
            actions.end_grant(given, by=fresh(by), at=NOW)
            return "ended"
        except Refused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    for _round in range(5):
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(end, [cast.ada, second], [second, cast.ada]))
        assert found.count("ended") <= 1
        left = RoleGrant.objects.current().filter(unit=cast.lakeshore, role="administrator")
        assert left.count() >= 1
        if left.count() == 1:  # back to the start
            missing = second if left.get().person == cast.ada else cast.ada
            RoleGrant.objects.filter(person=missing, unit=cast.lakeshore).delete()
            RoleGrant.objects.create(
                person=missing, unit=cast.lakeshore, role="administrator", granted_at=NOW
            )


def test_administrator_is_the_one_role_that_keeps_people() -> None:
    """The database's rule about the last one names this role."""
    keepers = [role.key for role in ROLES.values() if PeoplePermission.MANAGE in role.permissions]
    assert keepers == ["administrator"]


# Roles


def test_grant_reaches_what_lies_below_and_nothing_else(cast: Cast) -> None:
    actions.grant(cast.victor, by=cast.ada, at=NOW, unit=cast.medicine, role="staff")
    victor = fresh(cast.victor)
    assert victor.reach() == {cast.medicine.pk, cast.four_west.pk}
    event = Event.objects.get()
    assert event.subjects == [f"person:{victor.pk}", f"unit:{cast.medicine.pk}"]
    assert event.details["role"] == {"ref": "role:staff", "name": "Staff"}


def test_grant_to_oneself_is_refused_by_rule_and_by_database(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="own roles"):
        actions.grant(cast.ada, by=cast.ada, at=NOW, unit=cast.lakeshore, role="executive")
    with pytest.raises(IntegrityError, match="grant_not_by_oneself"), transaction.atomic():
        RoleGrant.objects.create(
            person=cast.ada,
            unit=cast.lakeshore,
            role="mentor",
            granted_at=NOW,
            granted_by=cast.ada,
        )


def test_grant_by_a_hospital_administrator_stays_in_the_hospital(cast: Cast) -> None:
    actions.grant(cast.ana, by=cast.hugo, at=NOW, unit=cast.harbor_clinic, role="mentor")
    for elsewhere in (cast.brigid, cast.lakeshore):
        with pytest.raises(NotAllowed):
            actions.grant(cast.ana, by=cast.hugo, at=NOW, unit=elsewhere, role="mentor")


def test_grant_twice_is_refused_and_again_after_its_end_is_not(cast: Cast) -> None:
    given = actions.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    with pytest.raises(Conflict, match="already holds"):
        actions.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    actions.end_grant(given, by=cast.ada, at=NOW)
    with pytest.raises(Conflict, match="already"):
        actions.end_grant(given, by=cast.ada, at=NOW)
    actions.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    assert words() == ["role.granted", "role.ended", "role.granted"]


def test_new_role_is_given_shown_and_reaches_without_a_migration(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    chaplain = Role("chaplain", "Chaplain", "Listens.", frozenset({NeedsPermission.READ}))
    assert RoleGrant._meta.get_field("role").choices is None
    monkeypatch.setitem(ROLES, "chaplain", chaplain)
    client.force_login(cast.ada)
    page = reverse("innovation:grant-create", args=[cast.ana.pk])
    assert "Listens." in client.get(page).content.decode()
    client.post(page, {"role": "chaplain", "unit": cast.harbor.pk})
    given = RoleGrant.objects.get(person=cast.ana, role="chaplain")
    assert given.role_name == "Chaplain"
    assert fresh(cast.ana).may(NeedsPermission.READ, cast.harbor.pk)
    monkeypatch.delitem(ROLES, "chaplain")  # a role that is no more still says what it was
    assert given.role_name == "chaplain"
    assert not fresh(cast.ana).may(NeedsPermission.READ, cast.harbor.pk)


def test_grant_of_an_unknown_role_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="no such role"):
        actions.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.brigid, role="emperor")


def test_holding_counts_roles_above_and_only_open_accounts(cast: Cast) -> None:
    holders = User.objects.holding(PilotsPermission.ANSWER_ALARMS, cast.four_west)
    assert set(holders) == {cast.helen, cast.amara, cast.frank, cast.rosa}
    actions.deactivate(cast.helen, by=cast.ada, at=NOW)
    assert set(User.objects.holding(PilotsPermission.ANSWER_ALARMS, cast.four_west)) == {
        cast.amara,
        cast.frank,
        cast.rosa,
    }


# Units


def test_create_unit_below_another_is_reached_at_once(cast: Cast) -> None:
    unit = actions.create_unit(
        by=cast.hugo, at=NOW, name="Dialysis", kind=UnitKind.DEPARTMENT, parent=cast.harbor
    )
    assert unit.pk in fresh(cast.hugo).reach(PeoplePermission.MANAGE)
    with pytest.raises(Conflict, match="of this name"):
        actions.create_unit(
            by=cast.hugo, at=NOW, name="Dialysis", kind=UnitKind.TEAM, parent=cast.harbor
        )


def test_create_unit_of_a_larger_kind_than_above_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="cannot stand below 4 West"):
        actions.create_unit(
            by=cast.ada, at=NOW, name="X", kind=UnitKind.HOSPITAL, parent=cast.four_west
        )
    with pytest.raises(Refused, match="Medicine stands below it"):
        actions.edit_unit(cast.brigid, by=cast.ada, at=NOW, name="St Brigid", kind=UnitKind.TEAM)


def test_edit_unit_with_the_code_of_another_is_refused(cast: Cast) -> None:
    actions.edit_unit(
        cast.brigid, by=cast.ada, at=NOW, name="St Brigid", kind=UnitKind.HOSPITAL, code="RX1"
    )
    with pytest.raises(Conflict, match="this code"):
        actions.edit_unit(
            cast.harbor, by=cast.ada, at=NOW, name="Harbor", kind=UnitKind.HOSPITAL, code="RX1"
        )


def test_move_unit_takes_what_lies_below_along(cast: Cast) -> None:
    actions.move_unit(cast.medicine, by=cast.ada, at=NOW, parent=cast.harbor)
    assert cast.four_west.pk in fresh(cast.hugo).reach()
    assert cast.four_west.pk not in fresh(cast.ana).reach()
    event = Event.objects.get()
    assert event.details["source"]["name"] == "St Brigid General"


def test_move_unit_below_itself_is_refused_by_rule_and_by_database(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.move_unit(cast.brigid, by=cast.ada, at=NOW, parent=cast.brigid)
    same_kind = Unit.objects.create(name="Ward", kind=UnitKind.TEAM, parent=cast.four_west)
    with pytest.raises(Conflict, match="below itself"):
        actions.move_unit(cast.four_west, by=fresh(cast.ada), at=NOW, parent=same_kind)
    with pytest.raises(IntegrityError, match="below itself"), transaction.atomic():
        Unit.objects.filter(pk=cast.lakeshore.pk).update(parent=same_kind)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_close_no_circle() -> None:
    cast = make_cast()
    make = Unit.objects.create
    left = make(name="Left", kind=UnitKind.TEAM, parent=cast.brigid)
    right = make(name="Right", kind=UnitKind.TEAM, parent=cast.brigid)

    def move(unit: Unit, parent: Unit) -> str:
        try:
            actions.move_unit(
                Unit.objects.get(pk=unit.pk),
                by=fresh(cast.ada),
                at=NOW,
                parent=Unit.objects.get(pk=parent.pk),
            )
            return "moved"
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(move, [left, right], [right, left]))
    assert found == ["A unit cannot stand below itself.", "moved"]


def test_move_unit_away_needs_the_role_above_it(cast: Cast) -> None:
    team = User.objects.create_user("bea@lakeshore.example", "Bea", None, unit=cast.brigid)
    for unit in (cast.four_west, cast.harbor):
        appoint(team, unit)
    with pytest.raises(NotAllowed, match="administrators of Medicine"):
        actions.move_unit(cast.four_west, by=fresh(team), at=NOW, parent=cast.harbor)


def test_close_unit_in_use_says_what_is_in_the_way(cast: Cast) -> None:
    with pytest.raises(Refused, match="1 person belongs to it"):
        actions.close_unit(cast.four_west, by=cast.ada, at=NOW)
    with pytest.raises(Refused, match="1 unit below it is open"):
        actions.close_unit(cast.medicine, by=cast.ada, at=NOW)
    with pytest.raises(Refused, match="top of its tree"):
        actions.close_unit(cast.lakeshore, by=cast.ada, at=NOW)


def test_close_unit_asks_the_other_rooms(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        panels,
        "panels",
        lambda place: [lambda unit: [f"Two pilots run in {unit}."]] * (place == "unit-in-use"),
    )
    with pytest.raises(Refused, match="Two pilots run in Harbor clinic"):
        actions.close_unit(cast.harbor_clinic, by=cast.ada, at=NOW)


def test_close_unit_takes_it_out_of_every_choice_and_back(cast: Cast) -> None:
    unit = actions.close_unit(cast.harbor_clinic, by=cast.ada, at=NOW)
    assert cast.ada.units().filter(pk=unit.pk).count() == 0
    with pytest.raises(Refused, match="closed"):
        actions.grant(cast.ana, by=cast.ada, at=NOW, unit=unit, role="staff")
    with pytest.raises(Conflict):
        actions.close_unit(unit, by=cast.ada, at=NOW)
    actions.reopen_unit(unit, by=cast.ada, at=NOW)
    assert words() == ["unit.closed", "unit.reopened"]


# Tokens and the first administrator


def test_create_token_keeps_only_its_hash(cast: Cast) -> None:
    token, text = actions.create_token(by=cast.ana, at=NOW, name="ward screen", days=90)
    assert text not in str(vars(token))
    assert text not in str(Event.objects.get().details)
    with pytest.raises(NotAllowed):
        actions.revoke_token(token, by=cast.ada, at=NOW)
    actions.revoke_token(token, by=cast.ana, at=NOW)
    assert words() == ["token.created", "token.revoked"]


def test_install_creates_root_account_and_role_and_again_changes_nothing(db: None) -> None:
    for _time in range(2):
        person, unit = actions.install(
            email="ada@lakeshore.example",
            name="Ada Kowalski",
            unit_name="Lakeshore Health",
            at=NOW,
        )
    assert person.may(PeoplePermission.MANAGE, unit.pk)
    assert RoleGrant.objects.count() == Unit.objects.count() == 1
    assert words() == ["unit.created", "person.created", "role.granted"]
    with pytest.raises(Refused, match="Lakeshore Health"):
        actions.install(email="x@y.example", name="X", unit_name="Another", at=NOW)


def test_end_grant_by_an_administrator_of_another_hospital_is_refused(cast: Cast) -> None:
    given = cast.ana.grants.get()
    with pytest.raises(NotAllowed):
        actions.end_grant(given, by=cast.hugo, at=NOW)
    with pytest.raises(NotAllowed):
        actions.set_end(given, by=cast.hugo, at=NOW, ends_on=NOW.date())
    assert cast.ana.grants.current().exists()


def test_change_person_into_a_unit_of_others_is_refused(cast: Cast) -> None:
    here = User.objects.create_user("bea@lakeshore.example", "Bea", None, unit=cast.brigid)
    RoleGrant.objects.create(person=here, unit=cast.brigid, role="administrator", granted_at=NOW)
    actions.change_person(cast.ana, by=here, at=NOW, unit=cast.medicine)
    with pytest.raises(NotAllowed):
        actions.change_person(cast.ana, by=here, at=NOW, unit=cast.harbor)
    assert fresh(cast.ana).unit == cast.medicine


def test_make_password_link_for_a_closed_account_is_refused(cast: Cast) -> None:
    actions.deactivate(cast.ben, by=cast.ada, at=NOW)
    with pytest.raises(Refused, match="is closed"):
        actions.make_password_link(fresh(cast.ben), by=cast.ada, at=NOW)


def test_create_unit_below_a_closed_one_is_refused(cast: Cast) -> None:
    empty = actions.create_unit(
        by=cast.ada, at=NOW, name="Empty", kind=UnitKind.DEPARTMENT, parent=cast.brigid
    )
    actions.close_unit(empty, by=fresh(cast.ada), at=NOW)
    with pytest.raises(Refused, match="is closed"):
        actions.create_unit(
            by=fresh(cast.ada), at=NOW, name="Team", kind=UnitKind.TEAM, parent=empty
        )


def test_share_that_people_give_by_themselves_is_said_and_taken_back(cast: Cast) -> None:
    unit = actions.edit_unit(cast.medicine, by=cast.ada, at=NOW, alone_percent=20)
    assert (unit.name, unit.alone(), cast.four_west.alone()) == ("Medicine", 20, 20)
    event = Event.objects.order_by("-number").first()
    assert event is not None and event.details["changed"] == {"alone_percent": ["", "20"]}
    actions.edit_unit(cast.medicine, by=cast.ada, at=NOW, alone_percent=None)
    assert cast.four_west.alone() == 10
    with pytest.raises(TypeError, match="no parent"):
        actions.edit_unit(cast.medicine, by=cast.ada, at=NOW, parent=cast.harbor)
