"""Roles above the line take two administrators, whatever one of them tries."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as settings_of_house
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from innovation.audit.models import Event
from innovation.people import actions
from innovation.people.models import (
    AccountKey,
    ApiToken,
    KeyKind,
    RoleGrant,
    RoleProposal,
    Unit,
    User,
)
from innovation.people.roles import ABOVE_THE_LINE, check_permissions
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.web import panels
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
WHY = "She leads surgery from Monday on."


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def administrator(name: str, unit: Unit) -> User:
    """A further administrator, of whom nobody has held the key."""
    first = name.split()[0].lower()
    person = User.objects.create_user(f"{first}@lakeshore.example", name, None, unit=unit)
    RoleGrant.objects.create(person=person, unit=unit, role="administrator", granted_at=NOW)
    return person


@pytest.fixture
def bea(cast: Cast) -> User:
    return administrator("Bea Second", cast.lakeshore)


def propose(cast: Cast, person: User | None = None, role: str = "executive") -> RoleProposal:
    return actions.propose_role(
        person or cast.priya, by=cast.ada, at=NOW, unit=cast.brigid, role=role, reason=WHY
    )


def types() -> list[str]:
    return list(Event.objects.order_by("number").values_list("type", flat=True))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# What is seen as an administrator cheats


def test_administrator_with_a_second_account_grants_himself_nothing(
    cast: Cast, bea: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """As it was seen: Ada makes an account of her own and makes it an executive."""
    second_self = actions.create_person(
        by=cast.ada, at=NOW, email="ada.k@lakeshore.example", name="A. Kowalski", unit=cast.brigid
    )
    with pytest.raises(Refused, match="two administrators"):
        actions.grant(second_self, by=cast.ada, at=NOW, unit=cast.brigid, role="executive")
    proposal = propose(cast, second_self)
    assert fresh(second_self).reach() == frozenset()
    with pytest.raises(NotAllowed, match="You proposed it"):
        actions.confirm_role(proposal, by=cast.ada, at=LATER)
    assert not second_self.grants.exists()


@pytest.mark.parametrize("kind", KeyKind.values)
def test_account_whose_key_the_proposer_held_is_no_second_person(
    cast: Cast, bea: User, kind: str
) -> None:
    """Ada made Bea's account, a link to her password, or gave it another address: she may be Bea."""
    if kind == KeyKind.ADDRESS:
        actions.change_person(bea, by=cast.ada, at=NOW, email="ada.too@lakeshore.example")
    elif kind == KeyKind.LINK:
        actions.make_password_link(bea, by=cast.ada, at=NOW)
    else:
        bea = actions.create_person(
            by=cast.ada, at=NOW, email="new@lakeshore.example", name="New", unit=cast.lakeshore
        )
        RoleGrant.objects.create(
            person=bea, unit=cast.lakeshore, role="administrator", granted_at=NOW
        )
    proposal = propose(cast)
    with pytest.raises(NotAllowed, match="could be behind both"):
        actions.confirm_role(proposal, by=fresh(bea), at=LATER)
    with pytest.raises(DatabaseError, match="key in the hands"), transaction.atomic():
        RoleProposal.objects.filter(pk=proposal.pk).update(
            outcome="confirmed", decided_by=bea, decided_at=LATER
        )
    # Somebody else may, and a month later so may Bea.
    month = NOW + timedelta(days=29)
    later = actions.propose_role(
        cast.ingrid, by=cast.ada, at=month, unit=cast.brigid, role="auditor", reason=WHY
    )
    actions.confirm_role(later, by=fresh(bea), at=NOW + timedelta(days=31))
    actions.confirm_role(proposal, by=administrator("Cy Third", cast.lakeshore), at=LATER)
    assert fresh(cast.priya).may("resources.decide", cast.brigid.pk)


def test_who_held_the_key_of_the_proposer_is_no_second_person_either(cast: Cast, bea: User) -> None:
    actions.make_password_link(cast.ada, by=bea, at=NOW)
    proposal = propose(cast)
    with pytest.raises(NotAllowed, match="could be behind both"):
        actions.confirm_role(proposal, by=bea, at=LATER)


def test_administrator_whose_key_the_person_held_is_no_second_person(cast: Cast, bea: User) -> None:
    AccountKey.objects.create(person=bea, by=cast.priya, kind=KeyKind.LINK, at=NOW)
    with pytest.raises(NotAllowed, match="could be behind both"):
        actions.confirm_role(propose(cast), by=bea, at=LATER)


# Proposing and answering


def test_confirm_role_by_a_second_administrator_gives_it(
    cast: Cast, bea: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        proposal = propose(cast)
    assert {message.to[0] for message in mail.outbox} == {cast.priya.email, bea.email}
    asked = next(message for message in mail.outbox if message.to == [bea.email])
    assert proposal.get_absolute_url() in asked.body
    assert WHY in asked.body
    assert not fresh(cast.priya).may("resources.decide")

    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        given = actions.confirm_role(proposal, by=bea, at=LATER)
    assert {message.to[0] for message in mail.outbox} == {cast.priya.email, cast.ada.email}
    assert (given.granted_by, given.proposal, given.granted_at) == (cast.ada, proposal, LATER)
    assert fresh(cast.priya).may("resources.decide", cast.medicine.pk)
    assert types() == ["role.proposed", "role.confirmed"]
    event = Event.objects.get(type="role.confirmed")
    assert (event.actor, event.subjects[0]) == (bea.ref, cast.priya.ref)
    assert event.details["proposer"] == {"ref": cast.ada.ref, "name": "Ada Kowalski"}


def test_confirm_role_by_the_person_or_by_nobody_of_the_unit_is_refused(
    cast: Cast, bea: User
) -> None:
    with pytest.raises(NotAllowed, match="role of their own"):
        actions.confirm_role(propose(cast, bea), by=bea, at=LATER)
    proposal = propose(cast)
    for nobody in (cast.hugo, cast.amara, cast.otto, cast.priya):
        with pytest.raises(NotAllowed, match="kept by the administrators"):
            actions.confirm_role(proposal, by=nobody, at=LATER)


def test_confirm_role_after_its_proposer_lost_the_right_is_refused(cast: Cast, bea: User) -> None:
    proposal = propose(cast)
    actions.end_grant(RoleGrant.objects.get(person=cast.ada), by=bea, at=NOW)
    with pytest.raises(Refused, match="gives no roles there any more"):
        actions.confirm_role(proposal, by=bea, at=LATER)


def test_confirm_role_of_a_closed_account_is_refused(cast: Cast, bea: User) -> None:
    proposal = propose(cast)
    actions.deactivate(cast.priya, by=bea, at=NOW)
    with pytest.raises(Refused, match="account is closed"):
        actions.confirm_role(RoleProposal.objects.get(pk=proposal.pk), by=bea, at=LATER)


def test_confirm_role_a_month_later_is_refused_by_rule_and_by_database(
    cast: Cast, bea: User
) -> None:
    proposal = propose(cast)
    late = NOW + timedelta(days=30, minutes=1)
    with pytest.raises(Refused, match="more than 30 days ago"):
        actions.confirm_role(proposal, by=bea, at=late)
    with pytest.raises(DatabaseError, match="too old"), transaction.atomic():
        RoleProposal.objects.update(outcome="confirmed", decided_by=bea, decided_at=late)


def test_answer_is_given_once(cast: Cast, bea: User) -> None:
    proposal = propose(cast)
    actions.decline_role(proposal, by=bea, at=LATER, reason="He is on leave.")
    for again in (
        lambda: actions.confirm_role(proposal, by=bea, at=LATER),
        lambda: actions.withdraw_role(proposal, by=cast.ada, at=LATER),
    ):
        with pytest.raises(Conflict, match="Bea Second has answered"):
            again()
    assert types() == ["role.proposed", "role.proposal_declined"]
    assert not cast.priya.grants.filter(role="executive").exists()
    propose(cast)  # it can be proposed anew


def test_withdraw_role_is_for_who_proposed_and_decline_for_the_others(
    cast: Cast, bea: User
) -> None:
    proposal = propose(cast)
    with pytest.raises(NotAllowed, match="take it back"):
        actions.decline_role(proposal, by=cast.ada, at=LATER, reason="No.")
    with pytest.raises(NotAllowed, match="Decline it instead"):
        actions.withdraw_role(proposal, by=bea, at=LATER)
    with pytest.raises(Malformed):
        actions.decline_role(proposal, by=bea, at=LATER, reason=" ")
    actions.withdraw_role(proposal, by=cast.ada, at=LATER)
    assert types() == ["role.proposed", "role.proposal_withdrawn"]


def test_propose_role_twice_held_already_or_without_reason_is_refused(cast: Cast) -> None:
    propose(cast)
    with pytest.raises(Conflict, match="waits for an answer"):
        propose(cast)
    with pytest.raises(Conflict, match="already holds"):
        actions.propose_role(
            cast.amara, by=cast.ada, at=NOW, unit=cast.lakeshore, role="executive", reason=WHY
        )
    with pytest.raises(Malformed):
        actions.propose_role(
            cast.ben, by=cast.ada, at=NOW, unit=cast.brigid, role="auditor", reason=" "
        )
    with pytest.raises(NotAllowed, match="own roles"):
        propose(cast, cast.ada)
    with pytest.raises(NotAllowed, match="kept by the administrators"):
        actions.propose_role(
            cast.priya, by=cast.hugo, at=NOW, unit=cast.brigid, role="auditor", reason=WHY
        )


def test_give_proposes_above_the_line_and_gives_below_it(cast: Cast, settings: Settings) -> None:
    given: Any = {"by": cast.ada, "at": NOW, "unit": cast.brigid, "reason": WHY}
    assert isinstance(actions.give(cast.ben, role="mentor", **given), RoleGrant)
    assert Event.objects.get(type="role.granted").details["reason"] == WHY
    assert isinstance(actions.give(cast.ben, role="auditor", **given), RoleProposal)
    settings.SECOND_PERSON_ROLES = ["pilot_team"]
    assert isinstance(actions.give(cast.ben, role="pilot_team", **given), RoleProposal)
    settings.SECOND_PERSON_ROLES = ["pilotteam"]
    assert [fault.msg for fault in check_permissions()] == [
        "PILOTLIGHT_SECOND_PERSON_ROLES names 'pilotteam', which is no role."
    ]


def test_longer_time_leaves_its_holder_never_without_a_role_so_tokens_stay(
    cast: Cast, bea: User
) -> None:
    """Seen on 2026-11-28: the shorter role ended first, and with it, as the last one, all tokens."""
    RoleGrant.objects.filter(person=cast.amara).update(
        ends_on=dates.day_of(NOW) + timedelta(days=9)
    )
    actions.create_token(by=cast.amara, at=NOW, name="Board paper", days=30)
    longer = actions.propose_role(
        cast.amara, by=cast.ada, at=NOW, unit=cast.lakeshore, role="executive", reason=WHY
    )
    given = actions.confirm_role(longer, by=bea, at=LATER)
    assert [held.pk for held in cast.amara.grants.filter(ended_at=None)] == [given.pk]
    assert ApiToken.objects.filter(user=cast.amara).count() == 1


def test_longer_time_is_given_by_two_persons_too(cast: Cast, bea: User) -> None:
    """Confirmed until Friday, and then one administrator lets it go on for ever."""
    now = timezone.now()
    friday, month = dates.today() + timedelta(days=4), dates.today() + timedelta(days=30)
    fields: Any = {
        "by": cast.ada,
        "at": now,
        "unit": cast.brigid,
        "role": "executive",
        "reason": WHY,
    }
    short = actions.propose_role(cast.priya, ends_on=friday, **fields)
    given = actions.confirm_role(short, by=bea, at=now)
    assert given.ends_on == friday
    for longer in (month, None):
        with pytest.raises(Refused, match="by two administrators"):
            actions.set_end(given, by=cast.ada, at=now, ends_on=longer)
        with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
            RoleGrant.objects.filter(pk=given.pk).update(ends_on=longer)
    actions.set_end(given, by=cast.ada, at=now, ends_on=friday - timedelta(days=1))
    proposal = actions.propose_role(cast.priya, ends_on=month, **fields)
    actions.confirm_role(proposal, by=bea, at=now)
    held = cast.priya.grants.current().get(role="executive")
    assert (held.ends_on, held.proposal) == (month, proposal)


# Truth in the database


@pytest.mark.parametrize("role", ABOVE_THE_LINE)
def test_grant_above_the_line_without_a_proposal_is_refused_by_the_database(
    cast: Cast, role: str
) -> None:
    with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
        RoleGrant.objects.create(
            person=cast.ben, unit=cast.brigid, role=role, granted_at=NOW, granted_by=cast.ada
        )


def test_database_holds_a_grant_to_what_was_confirmed(cast: Cast, bea: User) -> None:
    proposal = propose(cast)
    fields = {"granted_at": NOW, "granted_by": cast.ada, "proposal": proposal, "role": "executive"}
    wrong: list[dict[str, object]] = [
        {"person": cast.priya, "unit": cast.brigid},  # nobody has confirmed it yet
        {"person": cast.ben, "unit": cast.brigid},
        {"person": cast.priya, "unit": cast.lakeshore},
        {"person": cast.priya, "unit": cast.brigid, "role": "administrator"},
        {"person": cast.priya, "unit": cast.brigid, "granted_by": bea},
        {"person": cast.priya, "unit": cast.brigid, "granted_by": None},
    ]
    for turn, other in enumerate(wrong):
        with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
            if turn:
                RoleProposal.objects.update(outcome="confirmed", decided_by=bea, decided_at=LATER)
            RoleGrant.objects.create(**fields | other)
    given = actions.confirm_role(proposal, by=bea, at=LATER)
    rows = RoleGrant.objects.filter(pk=given.pk)
    for change in (
        {"role": "administrator"},
        {"unit": cast.lakeshore},
        {"person": cast.ben},
        {"granted_by": None},
        {"proposal": None},
    ):
        with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
            rows.update(**change)
    actions.end_grant(given, by=bea, at=LATER)
    with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
        rows.update(ended_at=None, ended_by=None)
    # What was given before, or lower, is not lifted above the line.
    with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
        RoleGrant.objects.filter(person=cast.ana).update(role="executive")


def test_database_keeps_a_proposal_as_it_was_made_and_answered(cast: Cast, bea: User) -> None:
    proposal = propose(cast)
    row = RoleProposal.objects.filter(pk=proposal.pk)
    answered = {"outcome": "confirmed", "decided_at": LATER}
    for change in (
        {"role": "administrator"},
        {"reason": "Another."},
        {"proposed_by": bea},
        {"person": cast.ben},
        answered | {"decided_by": cast.ada},
        answered | {"decided_by": cast.priya},
        {"outcome": "withdrawn", "decided_at": LATER, "decided_by": bea},
        {"outcome": "confirmed"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**change)
    actions.decline_role(proposal, by=bea, at=LATER, reason="No.")
    for forbidden in (
        lambda: row.update(outcome="", decided_by=None, decided_at=None),
        lambda: row.delete(),
    ):
        with pytest.raises(DatabaseError, match="answered once"), transaction.atomic():
            forbidden()
    with pytest.raises(DatabaseError, match="begins without"), transaction.atomic():
        RoleProposal.objects.create(
            person=cast.ben, unit=cast.brigid, role="executive", reason=WHY, proposed_by=cast.ada,
            proposed_at=NOW, outcome="confirmed", decided_by=bea, decided_at=LATER,
        )  # fmt: skip


# The command line


def test_grant_role_breaks_the_glass_loudly(
    cast: Cast,
    capsys: pytest.CaptureFixture[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        call_command(
            "grant_role", cast.priya.email, "executive", unit="St Brigid General",
            reason="Ada is alone.",
        )  # fmt: skip
    assert "without a second administrator" in capsys.readouterr().out
    assert fresh(cast.priya).may("outcomes.decide", cast.brigid.pk)
    event = Event.objects.get()
    assert (event.type, event.actor) == ("role.granted_by_command_line", "system:The command line")
    assert event.details["reason"] == "Ada is alone."
    assert {message.to[0] for message in mail.outbox} == {cast.priya.email, cast.ada.email}
    assert all("Ada is alone." in message.body for message in mail.outbox)


@pytest.mark.parametrize(
    ("email", "unit", "why"),
    [
        ("nobody@lakeshore.example", "St Brigid General", "Nobody signs in"),
        ("priya@lakeshore.example", "Nowhere", "No unit is called"),
        ("amara@lakeshore.example", "Lakeshore Health", "already holds"),
    ],
)
def test_grant_role_says_what_is_wrong(cast: Cast, email: str, unit: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("grant_role", email, "executive", unit=unit, reason="Alone.")
    assert not Event.objects.exists()


# Pages


def test_role_is_proposed_and_confirmed_on_pages(cast: Cast, bea: User) -> None:
    ada, second = signed_in(cast.ada), signed_in(bea)
    url = reverse("innovation:grant-create", args=[cast.priya.pk])
    sent = {"unit": cast.brigid.pk, "role": "executive"}
    answer = ada.post(url, sent)
    assert answer.status_code == 400
    assert "a second administrator reads it" in answer.content.decode()
    assert ada.post(url, sent | {"reason": WHY}).status_code == 302
    proposal = RoleProposal.objects.get()
    page = ada.get(reverse("innovation:person-detail", args=[cast.priya.pk])).content.decode()
    assert "It opens nothing until a second administrator confirms it." in page
    assert [item.url for item in panels.waiting_for(fresh(bea))] == [proposal.get_absolute_url()]
    assert proposal.get_absolute_url() not in {i.url for i in panels.waiting_for(fresh(cast.ada))}

    page = ada.get(proposal.get_absolute_url()).content.decode()
    assert "You proposed it." in page
    confirm = reverse("innovation:role-confirm", args=[proposal.pk])
    assert confirm not in page
    assert ada.post(confirm).status_code == 403
    page = second.get(proposal.get_absolute_url()).content.decode()
    assert WHY in page
    assert confirm in page
    assert second.post(confirm).status_code == 302
    assert fresh(cast.priya).may("outcomes.decide", cast.brigid.pk)
    assert "Confirmed" in second.get(proposal.get_absolute_url()).content.decode()
    assert panels.waiting_for(fresh(bea)) == []


def test_role_is_declined_with_a_reason_and_taken_back(cast: Cast, bea: User) -> None:
    proposal = propose(cast)
    decline = reverse("innovation:role-decline", args=[proposal.pk])
    assert signed_in(bea).post(decline, {"reason": ""}).status_code == 400
    assert signed_in(bea).post(decline, {"reason": "On leave."}).status_code == 302
    assert "On leave." in signed_in(cast.ada).get(proposal.get_absolute_url()).content.decode()
    proposal = propose(cast)
    withdraw = reverse("innovation:role-withdraw", args=[proposal.pk])
    assert signed_in(cast.ada).post(withdraw).status_code == 302
    proposal.refresh_from_db()
    assert proposal.outcome == "withdrawn"


def test_proposal_of_another_hospital_is_not_there_and_shows_no_address(cast: Cast) -> None:
    proposal = propose(cast)
    for name in ("role-proposal", "role-confirm", "role-decline", "role-withdraw"):
        address = reverse(f"innovation:{name}", args=[proposal.pk])
        hugo = signed_in(cast.hugo)
        answer = hugo.get(address) if name == "role-proposal" else hugo.post(address)
        assert answer.status_code == 404
    # Of somebody else's hospital, proposed for Harbor: no e-mail until they belong there.
    there = actions.propose_role(
        cast.priya, by=cast.ada, at=NOW, unit=cast.harbor, role="auditor", reason=WHY
    )
    page = signed_in(cast.hugo).get(there.get_absolute_url()).content.decode()
    assert "Priya Raman" in page
    assert cast.priya.email not in page


def test_grants_are_written_in_one_module_alone() -> None:
    """A grant without `granted_by` is the command line's, which the database cannot tell."""
    root = Path(settings_of_house.BASE_DIR)
    writes = re.compile(r"RoleGrant\.objects\.\w*create\w*\(|(?<!class )\bRoleGrant\(\w+=")
    writing = {
        str(path.relative_to(root / "innovation/people"))
        for app in ("innovation", "pilots", "okrs")
        for path in (root / app).rglob("*.py")
        if "migrations" not in path.parts and writes.search(path.read_text())
    }
    assert writing == {"actions/roles.py"}
