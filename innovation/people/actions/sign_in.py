"""What is written down of signing in, and what follows when its secrets change."""

from __future__ import annotations

from datetime import datetime, timedelta

from innovation.audit import actions as audit
from innovation.audit.models import Event
from innovation.people.models import ApiToken, Session, Unit, User
from innovation.rules.transactions import atomic

SIGN_IN = audit.System("sign-in")
COMMAND_LINE = audit.System("command line")
# Somebody who tries passwords writes one line in this time, not one a try.
ONE_FAILURE_IN = timedelta(minutes=10)


@atomic
def note_sign_in(person: User, *, at: datetime, address: str) -> None:
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
    """An authenticator was added or taken away."""
    if is_on:
        audit.record("sign_in.second_step_on", person, by=person, at=at, address=address)
    else:
        audit.record("sign_in.second_step_off", person, by=person, at=at, address=address)


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
