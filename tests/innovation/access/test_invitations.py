"""Invitations: sent, taken up once by whoever has the mailbox, revoked, sent again."""

from __future__ import annotations

import re
from datetime import date, timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.access import actions
from innovation.access.models import Invitation
from innovation.audit.models import Event
from innovation.people import actions as people
from innovation.people.models import RoleProposal, User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

CHOSEN = {
    "name": "Nadia Petrov",
    "password1": "a lamp in the corridor",
    "password2": "a lamp in the corridor",
}


def invited(cast: Cast, email: str = "nadia@lakeshore.example", **more: object) -> Invitation:
    facts = {"unit": cast.medicine, "role": "staff", **more}
    return actions.invite(by=cast.ada, at=timezone.now(), email=email, **facts)  # type: ignore[arg-type]


def link() -> str:
    """The address that the last mail leads to."""
    actions.mail_invitations(at=timezone.now())
    path = re.search(r"https?://[^/]+(/invitations/\S+)", str(mail.outbox[-1].body))
    assert path
    return path[1]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_newcomer_chooses_a_name_and_a_password_and_signs_in(cast: Cast) -> None:
    invitation = invited(cast, "Nadia@Lakeshore.example", ends_on=date(2030, 1, 31))
    path = link()
    assert mail.outbox[-1].to == ["nadia@lakeshore.example"]
    newcomer = Client()
    assert "Ada Kowalski invites you" in newcomer.get(path).content.decode()
    weak = newcomer.post(path, {**CHOSEN, "password1": "password", "password2": "password"})
    assert weak.status_code == 400
    unlike = newcomer.post(path, {**CHOSEN, "password2": "another lamp in the corridor"})
    assert "not alike" in unlike.content.decode()
    assert not User.objects.filter(email=invitation.email).exists()
    assert newcomer.post(path, CHOSEN)["Location"] == reverse("account_login")
    nadia = User.objects.get(email="nadia@lakeshore.example")
    (given,) = nadia.grants.current()
    assert (given.role, given.unit, given.granted_by) == ("staff", cast.medicine, cast.ada)
    assert given.ends_on == date(2030, 1, 31)
    entered = newcomer.post(
        reverse("account_login"), {"login": nadia.email, "password": CHOSEN["password1"]}
    )
    assert entered.status_code == 302
    assert newcomer.get(reverse("innovation:profile")).status_code == 200
    told = list(Event.objects.order_by("number").values_list("type", "actor"))[:4]
    assert [event for event, _actor in told] == [
        "invitation.made",
        "person.created",
        "invitation.accepted",
        "role.granted_until",
    ]
    assert told[2][1] == nadia.ref
    # And the link is used up.
    used = Client().get(path)
    assert used.status_code == 404
    assert "taken up already" in used.content.decode()
    assert Client().post(path, CHOSEN).status_code == 404


def test_role_is_taken_up_with_the_account_that_one_has(cast: Cast) -> None:
    invited(cast, cast.victor.email)
    path = link()
    stranger = Client().get(path).content.decode()
    assert "Sign in with it to take the role up" in stranger
    assert "password1" not in stranger
    # Nobody else's account takes it up.
    ben = signed_in(cast.ben)
    assert "signed in as ben@lakeshore.example" in ben.get(path).content.decode()
    assert ben.post(path).status_code == 403
    assert not cast.victor.grants.exists()
    victor = signed_in(cast.victor)
    assert victor.post(path)["Location"] == reverse("innovation:profile")
    assert [given.role for given in cast.victor.grants.current()] == ["staff"]
    assert "Taken up by Victor Stone" in _list(cast)


def _list(cast: Cast) -> str:
    return signed_in(cast.ada).get(reverse("innovation:invitations")).content.decode()


def test_link_ends_after_seven_days_and_is_sent_again(cast: Cast) -> None:
    invitation = invited(cast)
    old = link()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert "Expired" in _list(cast)
    assert Client().get(old).status_code == 404
    assert Client().post(old, CHOSEN).status_code == 404
    signed_in(cast.ada).post(reverse("innovation:invitation-send-again", args=[invitation.pk]))
    new = link()
    assert Client().get(old).status_code == 404
    assert Client().post(new, CHOSEN).status_code == 302
    invitation.refresh_from_db()
    assert invitation.expires_at
    assert timedelta(days=6) < invitation.expires_at - timezone.now() <= timedelta(days=7)


def test_revoked_link_opens_nothing(cast: Cast) -> None:
    invitation = invited(cast)
    path = link()
    signed_in(cast.ada).post(reverse("innovation:invitation-revoke", args=[invitation.pk]))
    gone = Client().post(path, CHOSEN)
    assert gone.status_code == 404
    assert "was revoked" in gone.content.decode()
    with pytest.raises(Conflict, match="revoked already"):
        actions.send_again(invitation, by=cast.ada, at=NOW)
    with pytest.raises(Conflict, match="revoked already"):
        actions.accept_anew(invitation, at=NOW, name="N", password="a lamp in the corridor")
    invited(cast)  # the same address may be invited anew


def test_inviting_oneself_is_said_on_the_form_with_what_was_typed(cast: Cast) -> None:
    typed = {"email": "Ada@Lakeshore.example", "unit": cast.brigid.pk, "role": "staff",
             "ends_on": "2030-01-31"}  # fmt: skip
    answer = signed_in(cast.ada).post(reverse("innovation:invitations"), typed)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "This is your own e-mail, and nobody gives themselves a role." in page
    assert 'value="Ada@Lakeshore.example"' in page and 'value="2030-01-31"' in page
    assert not Invitation.objects.exists()


def test_secret_of_a_link_is_not_kept(cast: Cast) -> None:
    invitation = invited(cast)
    secret = link().rstrip("/").rpartition("/")[2]
    invitation.refresh_from_db()
    assert secret not in str(Invitation.objects.values().get())
    assert not any(secret in str(event) for event in Event.objects.values())


def test_invitation_obeys_the_rules_of_granting(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.invite(by=cast.hugo, at=NOW, email="x@x.example", unit=cast.brigid, role="staff")
    with pytest.raises(Refused, match="nobody gives themselves a role"):
        invited(cast, cast.ada.email)
    with pytest.raises(Refused, match="not past"):
        invited(cast, ends_on=date(2020, 1, 1))
    invited(cast)
    with pytest.raises(Conflict, match="invited to this role already"):
        invited(cast)


def test_role_above_the_line_waits_for_a_second_administrator(cast: Cast) -> None:
    invited(cast, role="executive")
    newcomer = Client()
    answer = newcomer.post(link(), CHOSEN, follow=True)
    assert "once a second administrator has confirmed it" in answer.content.decode()
    nadia = User.objects.get(email="nadia@lakeshore.example")
    assert not nadia.grants.exists()
    assert RoleProposal.objects.get().person == nadia


def test_whoever_lost_the_right_to_let_people_in_lets_nobody_in(cast: Cast) -> None:
    second = User.objects.create_user("bea@lakeshore.example", "Bea", None, unit=cast.lakeshore)
    given = people.grant_from_command_line(
        second, at=NOW, unit=cast.lakeshore, role="administrator", reason="The second of them."
    )
    actions.invite(
        by=second, at=NOW, email="nadia@lakeshore.example", unit=cast.medicine, role="staff"
    )
    path = link()
    people.end_grant(given, by=cast.ada, at=NOW)
    refused = Client().post(path, CHOSEN)
    assert refused.status_code == 409
    assert "lets nobody in there any more" in refused.content.decode()
    assert not User.objects.filter(email="nadia@lakeshore.example").exists()


def test_account_made_meanwhile_is_not_taken_over_by_the_link(cast: Cast) -> None:
    """Whoever finds the link cannot choose the password of an account that is there."""
    invitation = invited(cast)
    path = link()
    people.create_person(
        by=cast.ada, at=NOW, email=invitation.email, name="Nadia", unit=cast.medicine
    )
    assert "Sign in with it" in Client().post(path, CHOSEN).content.decode()
    nadia = User.objects.get(email=invitation.email)
    assert not nadia.has_usable_password()
    invitation.refresh_from_db()
    with pytest.raises(Conflict, match="account with this e-mail by now"):
        actions.accept_anew(invitation, at=timezone.now(), name="N", password="x" * 20)


def test_closed_account_is_told_whom_to_ask(cast: Cast) -> None:
    people.deactivate(cast.ben, by=cast.ada, at=NOW)
    invited(cast, cast.ben.email)
    assert "Your account is closed" in Client().get(link()).content.decode()


def test_mail_that_cannot_be_sent_is_tried_again_and_given_up(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited(cast)
    at = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(
            "innovation.access.actions.invitations.send_mail",
            lambda *_given: (_ for _ in ()).throw(SMTPServerDisconnected("away")),
        )
        for _attempt in range(6):
            assert actions.mail_invitations(at=at) == 0
            assert actions.mail_invitations(at=at + timedelta(minutes=1)) == 0
            at += timedelta(days=3)
    assert actions.mail_invitations(at=at) == 0
    assert "could not be sent" in _list(cast)
    assert mail.outbox == []


def test_database_keeps_an_invitation_from_being_both_taken_up_and_revoked(cast: Cast) -> None:
    invited(cast)
    with pytest.raises(IntegrityError, match="accepted_or_revoked"), transaction.atomic():
        Invitation.objects.update(
            accepted_at=NOW, accepted_by=cast.ben, revoked_at=NOW, revoked_by=cast.ada
        )


def test_unknown_link_is_answered_like_an_old_one(cast: Cast) -> None:
    answer = Client().get("/invitations/nothing-like-it/")
    assert answer.status_code == 404
    assert "no longer works" in answer.content.decode()
