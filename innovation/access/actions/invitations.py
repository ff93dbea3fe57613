"""Invitations: sent to an address, taken up once by whoever has its mailbox, revoked.

Only the hash of a link's secret is kept, so the secret is made when the mail is: sending again ends
the link before.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.access.models import Invitation
from innovation.audit import actions as audit
from innovation.people import actions as people
from innovation.people import passwords, permissions
from innovation.people.models import RoleGrant, RoleProposal, Unit, User
from innovation.people.roles import ROLES
from innovation.rules import constraints, dates
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow

VALID_FOR = timedelta(days=7)
FIRST_PAUSE = timedelta(minutes=2)
MOST_ATTEMPTS = 6


@atomic
def invite(
    *, by: User, at: datetime, email: str, unit: Unit, role: str, ends_on: date | None = None
) -> Invitation:
    """Invite whoever reads this mailbox to a role in a unit."""
    permissions.check_can_manage_people(by, unit)
    email = User.objects.normalize_email(email).lower()
    if email == by.email.lower():
        raise Refused(_("This is your own e-mail, and nobody gives themselves a role."))
    if role not in ROLES:
        raise Refused(_("There is no such role."))
    if unit.closed_at is not None:
        raise Refused(_("%(unit)s is closed; no roles are given there.") % {"unit": unit})
    if ends_on is not None and ends_on < dates.day_of(at):
        raise Refused(_("Choose a last day that is not past."))
    with constraints.explained():
        invitation = Invitation.objects.create(
            email=email,
            unit=unit,
            role=role,
            ends_on=ends_on,
            invited_by=by,
            invited_at=at,
            mail_due_at=at,
        )
    _record_invitation("invitation.made", invitation, by=by, at=at)
    workflow.defer("innovation.access.tasks.mail_invitations")
    return invitation


@atomic
def send_again(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Mail a new link, valid from now on; the one before ends."""
    permissions.check_can_manage_people(by, invitation.unit)
    _lock_open(invitation)
    invitation.mail_due_at, invitation.mail_attempts = at, 0
    invitation.token_hash, invitation.expires_at = None, None
    invitation.save(update_fields=["mail_due_at", "mail_attempts", "token_hash", "expires_at"])
    _record_invitation("invitation.sent_again", invitation, by=by, at=at)
    workflow.defer("innovation.access.tasks.mail_invitations")


@atomic
def revoke_invitation(invitation: Invitation, *, by: User, at: datetime) -> None:
    """End an invitation that nobody has taken up."""
    permissions.check_can_manage_people(by, invitation.unit)
    _lock_open(invitation)
    invitation.revoked_at, invitation.revoked_by, invitation.mail_due_at = at, by, None
    invitation.save(update_fields=["revoked_at", "revoked_by", "mail_due_at"])
    _record_invitation("invitation.revoked", invitation, by=by, at=at)


def by_link(secret: str) -> Invitation | None:
    """The invitation that a link opens, whatever has become of it."""
    found = Invitation.objects.filter(token_hash=_hash(secret))
    return found.select_related("unit", "invited_by").first()


@atomic
def accept_anew(
    invitation: Invitation, *, at: datetime, name: str, password: str
) -> RoleGrant | RoleProposal:
    """Make the account of somebody who has none yet, with the password that they chose."""
    _lock_usable(invitation, at=at)
    inviter = _inviter(invitation)
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise Conflict(_("There is an account with this e-mail by now. Sign in with it."))
    person = people.create_person(
        by=inviter,
        at=at,
        email=invitation.email,
        name=name,
        unit=invitation.unit,
        welcome=False,
    )
    passwords.check_open_to(person)
    person.set_password(password)
    person.save(update_fields=["password"])
    return _accept(invitation, person, inviter=inviter, at=at)


@atomic
def accept_as_oneself(
    invitation: Invitation, *, by: User, at: datetime
) -> RoleGrant | RoleProposal:
    """Take the role up with the account that one has."""
    _lock_usable(invitation, at=at)
    if by.email.lower() != invitation.email:
        raise NotAllowed(
            _("This invitation is for %(email)s. Sign out, and open its link again.")
            % {"email": invitation.email}
        )
    return _accept(invitation, by, inviter=_inviter(invitation), at=at)


def _accept(
    invitation: Invitation, person: User, *, inviter: User, at: datetime
) -> RoleGrant | RoleProposal:
    invitation.accepted_at, invitation.accepted_by, invitation.mail_due_at = at, person, None
    invitation.save(update_fields=["accepted_at", "accepted_by", "mail_due_at"])
    ends_on = invitation.ends_on
    if ends_on is not None and ends_on < dates.day_of(at):
        raise Refused(_("The role that you were invited to has ended meanwhile."))
    _record_invitation("invitation.accepted", invitation, by=person, at=at)
    return people.give(
        person,
        by=inviter,
        at=at,
        unit=invitation.unit,
        role=invitation.role,
        ends_on=ends_on,
        reason=_("Invited by %(name)s.") % {"name": inviter.name},
    )


def _inviter(invitation: Invitation) -> User:
    """Who invited, if they still let people in there."""
    inviter = User.objects.get(pk=invitation.invited_by_id)
    if not permissions.can_manage_people(inviter, invitation.unit):
        raise Refused(
            _("%(name)s, who invited you, lets nobody in there any more. Ask for a new invitation.")
            % {"name": inviter.name}
        )
    return inviter


def _lock_open(invitation: Invitation) -> None:
    invitation.refresh_from_db(from_queryset=Invitation.objects.select_for_update(of=("self",)))
    if invitation.accepted_at is not None:
        raise Conflict(_("The invitation was taken up already."))
    if invitation.revoked_at is not None:
        raise Conflict(_("The invitation was revoked already."))


def _lock_usable(invitation: Invitation, *, at: datetime) -> None:
    secret = invitation.token_hash
    _lock_open(invitation)
    if invitation.token_hash != secret or invitation.is_expired(at):
        raise Conflict(_("This link no longer works. Ask for a new one."))


def _record_invitation(event_type: str, invitation: Invitation, *, by: User, at: datetime) -> None:
    audit.record(
        event_type,
        invitation,
        by=by,
        at=at,
        also=(invitation.unit,),
        role={"ref": f"role:{invitation.role}", "name": invitation.role_name},
        unit=audit.named(invitation.unit),
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


# The worker's part


def mail_invitations(*, at: datetime) -> int:
    """Mail the invitations that are due; how many were sent."""
    sent = 0
    while True:
        outcome = _mail_next_invitation(at=at)
        if outcome is None:
            return sent
        sent += outcome


@atomic
def _mail_next_invitation(*, at: datetime) -> int | None:
    invitation = (
        Invitation.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("unit", "invited_by")
        .filter(mail_due_at__lte=at)
        .order_by("mail_due_at", "pk")
        .first()
    )
    if invitation is None:
        return None
    secret = secrets.token_urlsafe(32)
    try:
        _mail(invitation, secret)
    except (SMTPException, OSError):
        # A mail server that is away is asked again after 2 min, 8 min … a day and a half in all.
        invitation.mail_due_at = at + FIRST_PAUSE * 4**invitation.mail_attempts
        invitation.mail_attempts += 1
        if invitation.mail_attempts >= MOST_ATTEMPTS:
            invitation.mail_due_at = None
        invitation.save(update_fields=["mail_due_at", "mail_attempts"])
        return 0
    invitation.token_hash, invitation.expires_at = _hash(secret), at + VALID_FOR
    invitation.mail_due_at = None
    invitation.save(update_fields=["token_hash", "expires_at", "mail_due_at"])
    return 1


def _mail(invitation: Invitation, secret: str) -> None:
    link = reverse("innovation:invitation-accept", args=[secret])
    facts = {
        "invitation": invitation,
        "link": f"{settings.SITE_URL}{link}",
        "days": VALID_FOR.days,
        "organisation": settings.ORGANISATION,
    }
    send_mail(
        _("You are invited to %(organisation)s") % facts,
        render_to_string("innovation/access/invitation_mail.txt", facts),
        settings.DEFAULT_FROM_EMAIL,
        [invitation.email],
    )
