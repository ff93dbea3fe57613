"""What is written down of signing in, and what follows when its secrets change."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.models import Event
from innovation.people import letters, permissions
from innovation.people.models import ApiToken, Session, Unit, User
from innovation.rules import reasons
from innovation.rules.refusal import Conflict
from innovation.rules.transactions import atomic

SIGN_IN = audit.System("sign-in")
COMMAND_LINE = audit.System("command line")
# Somebody who tries passwords writes one line in this time, not one a try.
ONE_FAILURE_IN = timedelta(minutes=10)


@atomic
def note_sign_in(person: User, *, at: datetime, address: str, passkey: str = "") -> None:
    """Somebody is in; `passkey` names the one that opened without a password."""
    if passkey:
        audit.record(
            "sign_in.done_by_passkey", person, by=person, at=at, address=address, name=passkey
        )
    else:
        audit.record("sign_in.done", person, by=person, at=at, address=address)


@atomic
def note_failed_sign_in(person: User, *, at: datetime, address: str) -> None:
    """A wrong password or a wrong code. The log keeps who was meant and from where, no password."""
    lately = Event.objects.about(person.ref).filter(
        type="sign_in.failed", at__gt=at - ONE_FAILURE_IN
    )
    if not lately.exists():
        audit.record("sign_in.failed", person, by=SIGN_IN, at=at, address=address)


@atomic
def note_new_password(person: User, *, at: datetime, address: str) -> None:
    """API tokens end with the password they were made under: whoever changes it may do so because
    somebody else knew it."""
    tokens, _by_table = ApiToken.objects.filter(user=person).delete()
    audit.record(
        "sign_in.password_changed", person, by=person, at=at, address=address, tokens=tokens
    )


@atomic
def note_second_step(person: User, *, at: datetime, address: str, is_on: bool) -> None:
    """An app for codes was set up or taken away."""
    if is_on:
        audit.record("sign_in.second_step_on", person, by=person, at=at, address=address)
    else:
        audit.record("sign_in.second_step_off", person, by=person, at=at, address=address)


@atomic
def note_passkey(person: User, *, at: datetime, address: str, name: str, is_there: bool) -> None:
    """A passkey was added or removed."""
    if is_there:
        audit.record("sign_in.passkey_added", person, by=person, at=at, address=address, name=name)
    else:
        audit.record(
            "sign_in.passkey_removed", person, by=person, at=at, address=address, name=name
        )


@atomic
def note_recovery_codes(person: User, *, at: datetime, address: str) -> None:
    """The recovery codes were made anew; those before open nothing."""
    audit.record("sign_in.recovery_codes_made", person, by=person, at=at, address=address)


@atomic
def note_recovery_code_used(person: User, *, at: datetime, address: str, left: int) -> None:
    """A recovery code was used. Whoever found the paper uses one, too: its owner is told."""
    audit.record("sign_in.recovery_code_used", person, by=person, at=at, address=address, left=left)
    letters.of_recovery_code(person, address=address, left=left)


@atomic
def reset_second_step(person: User, *, by: User, at: datetime, reason: str) -> None:
    """Take away the second steps of somebody who lost the device, recovery codes too, and end
    their sessions: whoever found it may be signed in. They set it up anew, by their password."""
    permissions.check_can_reset_second_step(by, person)
    reason = reasons.required(reason)
    steps, _by_table = Authenticator.objects.filter(user=person).delete()
    if not steps:
        raise Conflict(_("%(name)s has no second step now.") % {"name": person})
    Session.objects.filter(person=person).delete()
    audit.record("sign_in.second_step_reset", person, by=by, at=at, reason=reason)
    letters.of_reset_second_step(person, by=by)


@atomic
def sign_out_elsewhere(*, by: User, at: datetime, keep: str) -> int:
    """End all sessions of one's own but the one kept under this hash; how many they were."""
    ended, _by_table = Session.objects.filter(person=by).exclude(session_key=keep).delete()
    if ended:
        audit.record("sign_in.ended_elsewhere", by, by=by, at=at, sessions=ended)
    return ended


@atomic
def note_new_key(*, at: datetime, secrets: int) -> None:
    """All that is sealed was sealed anew, with the key that the installation has now."""
    if root := Unit.objects.roots().order_by("pk").first():
        audit.record(
            "secret.resealed", root, by=COMMAND_LINE, at=at, unit_id=root.pk, secrets=secrets
        )
