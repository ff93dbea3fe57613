"""Accounts: what administrators do, and what each person does for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people import passwords, permissions, queries
from innovation.people.actions.roles import grant
from innovation.people.actions.tokens import end_tokens
from innovation.people.actions.wording import (
    before_and_after,
    changed,
    in_words,
    last_administrator,
    sentences,
)
from innovation.people.models import AccountKey, KeyKind, Session, Unit, User
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic

PERSON_FIELDS = ("name", "email", "job_title", "unit", "capacity_percent")
# What the log keeps the old and new values of: a name or an address would stay in it for good.
_KEPT_VALUES = ("job_title", "unit", "capacity_percent")
OWN_FIELDS = ("name", "job_title", "unit", "time_zone", "language", "theme")


@atomic
def create_person(
    *,
    by: User,
    at: datetime,
    email: str,
    name: str,
    unit: Unit,
    job_title: str = "",
    role: str = "",
    welcome: bool = True,
) -> User:
    """Make an account, with a first role in its unit where one is named. It has no password; its
    owner chooses one by the link that is mailed, unless somebody else sees to that."""
    permissions.check_can_manage_people(by, unit)
    with sentences():
        person = User.objects.create_user(email, name, None, job_title=job_title, unit=unit)
    _hold_key(person, KeyKind.MADE, by=by, at=at)
    audit.record("person.created", person, by=by, at=at, also=(unit,))
    if role:
        grant(person, by=by, at=at, unit=unit, role=role)
    if welcome:
        transaction.on_commit(lambda: passwords.send_welcome(person), robust=True)
    return person


@atomic
def change_person(person: User, *, by: User, at: datetime, **fields: Any) -> User:
    """Change what administrators keep of an account: name, e-mail, job, unit, capacity."""
    _only(fields, PERSON_FIELDS)
    permissions.check_can_manage_person(by, person)
    if fields.get("unit") is not None:
        permissions.check_can_manage_people(by, fields["unit"])
    if "email" in fields:
        fields["email"] = User.objects.normalize_email(fields["email"]).lower()
    old_address, values = person.email, before_and_after(person, fields, _KEPT_VALUES)
    if names := changed(person, fields):
        with sentences():
            person.full_clean(exclude=["password"])
            person.save(update_fields=names)
        what = in_words(person, names)
        audit.record("person.changed", person, by=by, at=at, what=what, **values)
        if "email" in names:
            if person.pk != by.pk:
                _hold_key(person, KeyKind.ADDRESS, by=by, at=at)
            transaction.on_commit(
                lambda: passwords.tell_of_new_address(person, old_address, by=by), robust=True
            )
    return person


@atomic
def change_own_details(person: User, *, at: datetime, **fields: Any) -> User:
    """Change what each person keeps of their own account. The e-mail is the administrators' to
    change, for it is how a person signs in."""
    _only(fields, OWN_FIELDS)
    unit = fields.get("unit")
    if unit is not None and unit.pk != person.unit_id and unit.pk not in person.reach():
        raise Refused(_("Choose a unit in which you hold a role."))
    values = before_and_after(person, fields, _KEPT_VALUES)
    if names := changed(person, fields):
        with sentences():
            person.full_clean(exclude=["password"])
            person.save(update_fields=names)
        if public := [name for name in names if name in PERSON_FIELDS]:
            what = in_words(person, public)
            audit.record("person.changed", person, by=person, at=at, what=what, **values)
    return person


def _only(fields: Mapping[str, object], allowed: tuple[str, ...]) -> None:
    if unknown := set(fields) - set(allowed):
        raise TypeError(f"not for this action to change: {sorted(unknown)}")


@atomic
def make_password_link(person: User, *, by: User, at: datetime) -> str:
    """A link to hand over to somebody whom no mail reaches; the log says who made it."""
    permissions.check_can_manage_person(by, person)
    if not person.is_active:
        raise Refused(_("The account is closed. Open it again first."))
    passwords.check_open_to(person)
    audit.record("person.password_link_made", person, by=by, at=at)
    if person.pk != by.pk:
        _hold_key(person, KeyKind.LINK, by=by, at=at)
        transaction.on_commit(lambda: passwords.tell_of_link(person, by=by), robust=True)
    return passwords.link_for(person)


@atomic
def note_read(person: User, *, by: User, at: datetime) -> None:
    """Somebody read the details of another person's account."""
    if person.pk != by.pk:
        audit.record_read("person.read", person, by=by, at=at)


def _hold_key(person: User, kind: KeyKind, *, by: User, at: datetime) -> None:
    """From now on `by` could enter the account; for a while the two count as one person."""
    AccountKey.objects.create(person=person, by=by, kind=kind, at=at)


@atomic
def deactivate(person: User, *, by: User, at: datetime, reason: str = "") -> None:
    """Close an account: no signing in, no sessions, no tokens, no duties. What the person did
    stays."""
    permissions.check_can_close_account(by, person)
    roots = Unit.objects.select_for_update(no_key=True).filter(parent=None).order_by("pk")
    keeps = set(
        person.grants.filter(ended_at=None, ends_on=None, role="administrator").values_list(
            "unit_id", flat=True
        )
    )
    if any(root.pk in keeps and queries.is_last_administrator(person, root) for root in roots):
        raise Refused(last_administrator())
    closed = User.objects.filter(pk=person.pk, is_active=True).update(is_active=False)
    if not closed:
        raise Conflict(_("This account was closed already."))
    person.is_active = False
    end_tokens(person)
    Session.objects.filter(person=person).delete()
    audit.record("person.deactivated", person, by=by, at=at, reason=visible(reason))


@atomic
def reactivate(person: User, *, by: User, at: datetime) -> None:
    """Open a closed account again, with the roles that it had."""
    permissions.check_can_manage_person(by, person)
    if person.anonymised_at is not None:
        raise Refused(_("The name was taken away, so the account stays closed. Make a new one."))
    if not User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        raise Conflict(_("This account is open already."))
    person.is_active = True
    audit.record("person.reactivated", person, by=by, at=at)
