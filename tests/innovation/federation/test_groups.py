"""Roles by groups: given and taken back at each sign-in, under the rules of giving by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from innovation.access import actions as access
from innovation.audit.models import Event
from innovation.audit.presenters import history
from innovation.federation import actions
from innovation.federation.models import GroupRole
from innovation.people import actions as people
from innovation.people.models import ApiToken, RoleGrant, User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from tests.factories.cast import NOW, Cast
from tests.identity_providers.openid import OpenIDServer, come_in
from tests.innovation.federation.test_accounts import events
from tests.innovation.federation.test_openid import signed_in


def roles(person: User) -> set[tuple[str, str]]:
    return {(given.role, given.unit.name) for given in person.grants.current()}


def mapped(cast: Cast, group: str, role: str, **more: Any) -> GroupRole:
    given = {"by": cast.ada, "at": NOW, "provider": "lakeshore", "unit": cast.brigid, **more}
    return actions.give_by_group(group=group, role=role, **given)


def comes(openid: OpenIDServer, subject: str, address: str, **claims: Any) -> Client:
    openid.says(subject, email=address, name=subject, **claims)
    client = Client()
    come_in(client, subject)
    return client


NADIA = "nadia@lakeshore.example"


def nadia_comes(openid: OpenIDServer, *groups: str, **claims: Any) -> User:
    client = comes(openid, "nadia-1", NADIA, groups=list(groups), **claims)
    nadia = signed_in(client)
    assert nadia is not None
    return nadia


def test_roles_come_and_go_with_groups(openid: OpenIDServer, cast: Cast) -> None:
    mapped(cast, "Wards", "staff")
    mapped(cast, "Wards", "mentor", unit=cast.medicine)
    mapped(cast, "Pilots", "pilot_team")
    nadia = nadia_comes(openid, "Wards", "Canteen")
    assert roles(nadia) == {("staff", "St Brigid General"), ("mentor", "Medicine")}
    assert events(nadia) == [
        *("sign_in.account_made", "role.granted_by_group", "role.granted_by_group", "sign_in.done")
    ]
    nadia = nadia_comes(openid, "Pilots")
    assert roles(nadia) == {("pilot_team", "St Brigid General")}
    assert events(nadia)[4:] == [
        *("role.granted_by_group", "role.ended_by_group", "role.ended_by_group", "sign_in.done")
    ]
    # Nothing changes, nothing is written; a claim that is left out means no group at all.
    nadia_comes(openid, "Pilots")
    assert events(nadia)[8:] == ["sign_in.done"]
    client = comes(openid, "nadia-1", NADIA)
    assert roles(nadia) == set()
    assert client.get("/").status_code == 403
    told = " ".join(str(event.text) for event in history(nadia, reader=cast.ada))
    assert "is in the group Pilots" in told and "ended with the group Wards" in told


def test_tokens_end_with_the_last_role_of_a_group_and_stay_with_another_group(
    openid: OpenIDServer, cast: Cast
) -> None:
    mapped(cast, "Wards", "staff")
    mapped(cast, "Pilots", "pilot_team")
    nadia = nadia_comes(openid, "Wards")
    people.create_token(by=nadia, at=NOW, name="My sheet", days=30)
    nadia_comes(openid, "Pilots")
    assert ApiToken.objects.filter(user=nadia).exists()
    nadia_comes(openid)
    assert not ApiToken.objects.filter(user=nadia).exists()
    assert "token.ended" in events(nadia)


def test_tokens_end_where_the_line_of_the_group_is_ended(openid: OpenIDServer, cast: Cast) -> None:
    row = mapped(cast, "Wards", "staff")
    nadia = nadia_comes(openid, "Wards")
    people.create_token(by=nadia, at=NOW, name="My sheet", days=30)
    assert actions.end_by_group(row, by=cast.ada, at=NOW) == 1
    assert not ApiToken.objects.filter(user=nadia).exists()


def test_newcomer_works_on_the_first_page_they_see(openid: OpenIDServer, cast: Cast) -> None:
    mapped(cast, "Wards", "staff")
    client = comes(openid, "nadia-1", NADIA, groups=["Wards"])
    assert client.get("/").status_code == 200
    assert User.objects.get(email=NADIA).unit == cast.brigid


def test_role_given_by_hand_stays(openid: OpenIDServer, cast: Cast) -> None:
    mapped(cast, "Wards", "staff")
    client = comes(openid, "ana-1", cast.ana.email, groups=["Wards"])
    assert signed_in(client) == cast.ana
    assert not cast.ana.grants.exclude(from_group="").exists()
    comes(openid, "ana-1", cast.ana.email, groups=[])
    assert roles(cast.ana) == {("staff", "St Brigid General")}


def test_two_groups_that_hold_one_role_hold_it_until_both_are_left(
    openid: OpenIDServer, cast: Cast
) -> None:
    mapped(cast, "Wards", "staff")
    mapped(cast, "Clinics", "staff")
    assert roles(nadia_comes(openid, "Wards", "Clinics"))
    assert roles(nadia_comes(openid, "Clinics"))
    assert not roles(nadia_comes(openid))


def test_what_another_provider_s_groups_gave_stays(
    openid: OpenIDServer, cast: Cast, settings: Settings
) -> None:
    settings.IDENTITY_PROVIDERS = [openid.settings(), openid.settings(key="entra", name="Entra")]
    mapped(cast, "Wards", "staff")
    mapped(cast, "Wards", "mentor", provider="entra")
    nadia = nadia_comes(openid, "Wards")
    assert roles(nadia) == {("staff", "St Brigid General")}
    # She is another subject there, and joined once more.
    openid.says("nadia-9", email=NADIA, groups=["Wards"])
    come_in(Client(), "nadia-9", key="entra")
    assert roles(nadia) == {("staff", "St Brigid General"), ("mentor", "St Brigid General")}
    nadia_comes(openid)
    assert roles(nadia) == {("mentor", "St Brigid General")}


@pytest.mark.parametrize(
    "overage",
    [{"hasgroups": True}, {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}],
)
def test_groups_that_are_too_many_to_be_told_change_nothing(
    openid: OpenIDServer, cast: Cast, overage: dict[str, Any]
) -> None:
    """Entra ID leaves the claim out above 200 groups; nobody loses their roles by having more."""
    mapped(cast, "Wards", "staff")
    nadia = nadia_comes(openid, "Wards")
    comes(openid, "nadia-1", NADIA, **overage)
    assert roles(nadia) == {("staff", "St Brigid General")}
    assert events(nadia)[-2:] == ["sign_in.groups_unknown", "sign_in.done"]


def test_closed_account_gets_nothing(openid: OpenIDServer, cast: Cast) -> None:
    nadia = nadia_comes(openid)
    people.grant(nadia, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    people.deactivate(nadia, by=cast.ada, at=NOW)
    mapped(cast, "Wards", "staff")
    comes(openid, "nadia-1", NADIA, groups=["Wards"])
    assert roles(nadia) == {("mentor", "St Brigid General")}


def test_role_that_was_taken_back_does_not_come_back_by_the_group(
    openid: OpenIDServer, cast: Cast
) -> None:
    mapped(cast, "Wards", "staff")
    clinics = mapped(cast, "Clinics", "staff")
    mapped(cast, "Wards", "mentor")
    nadia = nadia_comes(openid, "Wards", "Clinics")
    given = nadia.grants.get(role="staff")
    people.end_grant(given, by=cast.ada, at=timezone.now())
    nadia_comes(openid, "Wards", "Clinics")  # nor by another group that holds it
    assert roles(nadia) == {("mentor", "St Brigid General")}
    # By hand it is given again, and that stays.
    people.grant(nadia, by=cast.ada, at=timezone.now(), unit=cast.brigid, role="staff")
    nadia_comes(openid, "Wards")
    assert nadia.grants.get(role="staff", ended_at=None).from_group == ""
    people.end_grant(nadia.grants.get(role="staff", ended_at=None), by=cast.ada, at=timezone.now())
    nadia_comes(openid, "Wards")
    assert roles(nadia) == {("mentor", "St Brigid General")}
    # And by the group once somebody decided so anew.
    assert actions.confirm_by_group(clinics, by=cast.ada, at=timezone.now()) == 1
    nadia_comes(openid, "Wards")
    assert roles(nadia) == {("mentor", "St Brigid General")}, "another line was confirmed"
    nadia_comes(openid, "Wards", "Clinics")
    assert nadia.grants.get(role="staff", ended_at=None).from_group == "lakeshore:Clinics"
    assert Event.objects.get(type="group_role.confirmed").details["people"] == 1


def test_role_taken_back_in_a_review_stays_away_and_pages_say_so(
    openid: OpenIDServer, cast: Cast
) -> None:
    row = mapped(cast, "Wards", "staff")
    nadia = nadia_comes(openid, "Wards")
    review = access.open_review(cast.brigid, by=cast.ada, at=NOW)
    ada = Client()
    ada.force_login(cast.ada)
    page = reverse("innovation:access-review", args=[review.pk])
    assert "by the group “Wards”" in ada.get(page).content.decode()
    reviewed = review.rows.get(grant__person=nadia)
    access.decide_roles(review, by=cast.ada, at=timezone.now(), decisions={reviewed.pk: "remove"})
    nadia_comes(openid, "Wards")
    assert roles(nadia) == set()
    assert "also from the group “Wards”" in ada.get(f"{page}record/").content.decode()
    person = reverse("innovation:person-detail", args=[nadia.pk])
    assert "the group “Wards” does not give it again" in ada.get(person).content.decode()
    groups = reverse("innovation:group-roles")
    assert "nadia-1: taken back by Ada Kowalski" in ada.get(groups).content.decode()
    hugo = Client()
    hugo.force_login(cast.hugo)
    confirm = reverse("innovation:group-role-confirm", args=[row.pk])
    assert hugo.post(confirm).status_code == 404
    done = ada.post(confirm, follow=True).content.decode()
    assert "gives this role again to 1 person" in done
    assert "taken back by" not in done
    nadia_comes(openid, "Wards")
    assert roles(nadia) == {("staff", "St Brigid General")}
    assert "does not give it again" not in ada.get(person).content.decode()


def test_who_confirms_a_group_anew_gets_nothing_back_by_it(
    openid: OpenIDServer, cast: Cast
) -> None:
    row = mapped(cast, "Wards", "mentor")
    hedda = User.objects.create_user("hedda@lakeshore.example", "Hedda", None, unit=cast.brigid)
    people.grant_from_command_line(
        hedda, at=NOW, unit=cast.brigid, role="administrator", reason="Of this hospital."
    )
    comes(openid, "hedda-1", hedda.email, groups=["Wards"])
    people.end_grant(hedda.grants.get(role="mentor"), by=cast.ada, at=timezone.now())
    hedda = User.objects.get(pk=hedda.pk)
    assert actions.confirm_by_group(row, by=hedda, at=timezone.now()) == 0
    comes(openid, "hedda-1", hedda.email, groups=["Wards"])
    assert roles(hedda) == {("administrator", "St Brigid General")}
    actions.confirm_by_group(row, by=cast.ada, at=timezone.now())
    comes(openid, "hedda-1", hedda.email, groups=["Wards"])
    assert ("mentor", "St Brigid General") in roles(hedda)
    with pytest.raises(NotAllowed):
        actions.confirm_by_group(row, by=cast.hugo, at=timezone.now())
    actions.end_by_group(row, by=cast.ada, at=timezone.now())
    with pytest.raises(Conflict):
        actions.confirm_by_group(row, by=cast.ada, at=timezone.now())


def test_role_of_a_group_that_ended_by_date_is_given_anew(openid: OpenIDServer, cast: Cast) -> None:
    mapped(cast, "Wards", "staff")
    nadia = nadia_comes(openid, "Wards")
    yesterday = timezone.localdate() - timedelta(days=1)
    RoleGrant.objects.filter(person=nadia, ended_at=None).update(ends_on=yesterday)
    nadia_comes(openid, "Wards")
    assert roles(nadia) == {("staff", "St Brigid General")}


# The rules of giving by hand


@pytest.mark.parametrize("role", ["executive", "administrator", "auditor", "finance_reviewer"])
def test_role_that_takes_two_administrators_is_held_by_no_group(
    openid: OpenIDServer, cast: Cast, role: str
) -> None:
    with pytest.raises(Refused, match="two administrators"):
        mapped(cast, "Wards", role)
    # Not even by a row that came into the table otherwise; and the database says no by itself.
    GroupRole.objects.create(
        provider="lakeshore", group="Wards", role=role, unit=cast.brigid, made_at=NOW,
        made_by=cast.ada,
    )  # fmt: skip
    nadia = nadia_comes(openid, "Wards")
    assert roles(nadia) == set()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(
            person=nadia, unit=cast.brigid, role=role, granted_at=NOW, granted_by=cast.ada,
            from_group="lakeshore:Wards",
        )  # fmt: skip


def test_role_named_in_the_settings_later_is_given_no_more(
    openid: OpenIDServer, cast: Cast, settings: Settings
) -> None:
    mapped(cast, "Wards", "mentor")
    settings.SECOND_PERSON_ROLES = ["mentor"]
    assert roles(nadia_comes(openid, "Wards")) == set()


def test_administrator_gives_groups_only_where_they_give_roles(
    openid: OpenIDServer, cast: Cast
) -> None:
    with pytest.raises(NotAllowed):
        mapped(cast, "Wards", "staff", by=cast.hugo)
    with pytest.raises(NotAllowed):
        mapped(cast, "Wards", "staff", by=cast.ana)
    with pytest.raises(Refused, match="no such role"):
        mapped(cast, "Wards", "emperor")
    with pytest.raises(Refused, match="no such provider"):
        mapped(cast, "Wards", "staff", provider="elsewhere")
    mapped(cast, "Wards", "staff")
    with pytest.raises(Refused, match="already"):
        mapped(cast, "Wards", "staff")
    row = GroupRole.objects.get()
    with pytest.raises(NotAllowed):
        actions.end_by_group(row, by=cast.hugo, at=NOW)


def test_administrator_gets_nothing_by_a_group_of_their_own_making(
    openid: OpenIDServer, cast: Cast
) -> None:
    mapped(cast, "Wards", "innovation_office")
    client = comes(openid, "ada-1", cast.ada.email, groups=["Wards"])
    assert signed_in(client) == cast.ada
    assert roles(cast.ada) == {("administrator", "Lakeshore Health")}
    assert roles(nadia_comes(openid, "Wards")) == {("innovation_office", "St Brigid General")}


def test_closed_unit_gives_nothing(openid: OpenIDServer, cast: Cast) -> None:
    mapped(cast, "Clinics", "staff", unit=cast.harbor_clinic)
    nadia = nadia_comes(openid, "Clinics")
    assert roles(nadia) == {("staff", "Harbor clinic")}
    people.end_grant(nadia.grants.get(), by=cast.ada, at=NOW)
    people.change_person(nadia, by=cast.ada, at=NOW, unit=cast.lakeshore)
    people.close_unit(cast.harbor_clinic, by=cast.ada, at=NOW)
    assert roles(nadia_comes(openid, "Clinics")) == set()


def test_ended_group_takes_back_at_once_what_it_gave(openid: OpenIDServer, cast: Cast) -> None:
    row = mapped(cast, "Wards", "staff")
    mapped(cast, "Wards", "mentor")
    nadia = nadia_comes(openid, "Wards")
    assert actions.end_by_group(row, by=cast.ada, at=timezone.now()) == 1
    assert roles(nadia) == {("mentor", "St Brigid General")}
    assert roles(cast.ben) == {("staff", "St Brigid General")}, "his was given by hand"
    with pytest.raises(Conflict):
        actions.end_by_group(row, by=cast.ada, at=timezone.now())
    assert roles(nadia_comes(openid, "Wards")) == {("mentor", "St Brigid General")}
    assert Event.objects.filter(type="group_role.ended").get().details["people"] == 1


# The page


def test_administrator_gives_a_group_a_role_on_the_page(openid: OpenIDServer, cast: Cast) -> None:
    ada = Client()
    ada.force_login(cast.ada)
    assert b'href="/people/groups/"' in ada.get(reverse("innovation:people")).content
    form = {"provider": "lakeshore", "group": " Wards ", "unit": cast.brigid.pk, "role": "staff"}
    assert ada.post(reverse("innovation:group-roles"), form).status_code == 302
    page = ada.get(reverse("innovation:group-roles")).content.decode()
    assert "Wards" in page and "Lakeshore ID" in page
    assert ada.post(reverse("innovation:group-roles"), form).status_code == 409
    bad = ada.post(reverse("innovation:group-roles"), {**form, "role": "executive"})
    assert bad.status_code == 400
    # Hugo neither sees it nor ends it, nor decides for St Brigid.
    hugo = Client()
    hugo.force_login(cast.hugo)
    assert b"Wards" not in hugo.get(reverse("innovation:group-roles")).content
    row = GroupRole.objects.get()
    assert hugo.post(reverse("innovation:group-role-end", args=[row.pk])).status_code == 404
    assert hugo.post(reverse("innovation:group-roles"), form).status_code == 400
    nadia = nadia_comes(openid, "Wards")
    shown = ada.get(reverse("innovation:person-detail", args=[nadia.pk])).content.decode()
    assert "By the group “Wards”" in shown
    assert ada.post(reverse("innovation:group-role-end", args=[row.pk])).status_code == 302
    shown = ada.get(reverse("innovation:person-detail", args=[nadia.pk])).content.decode()
    assert "ended with the group “Wards”" in shown


def test_page_offers_the_directory_where_no_provider_is_set_up(cast: Cast) -> None:
    ada = Client()
    ada.force_login(cast.ada)
    page = ada.get(reverse("innovation:group-roles")).content
    assert b"Directory sync (SCIM)" in page
    assert b'href="/people/groups/"' in ada.get(reverse("innovation:people")).content
