"""Roles: given, ended, and the first one of an installation."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.people import permissions, queries
from innovation.people.actions.wording import last_administrator, sentences
from innovation.people.models import RoleGrant, Unit, UnitKind, User
from innovation.people.roles import ROLES
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.transactions import atomic


@atomic
def grant(person: User, *, by: User, at: datetime, unit: Unit, role: str) -> RoleGrant:
    """Give somebody a role in a unit; it reaches everything below."""
    permissions.check_can_grant(by, unit=unit, person=person)
    if role not in ROLES:
        raise Refused(_("There is no such role."))
    if unit.closed_at is not None:
        raise Refused(_("%(unit)s is closed; no roles are given there.") % {"unit": unit})
    if not person.is_active:
        raise Refused(_("The account is closed. Open it again first."))
    with sentences():
        given = RoleGrant.objects.create(
            person=person, unit=unit, role=role, granted_at=at, granted_by=by
        )
    _record_role("role.granted", given, by=by, at=at)
    return given


@atomic
def end_grant(given: RoleGrant, *, by: User, at: datetime) -> None:
    """Take a role back; that it was held, and from when to when, stays on record."""
    permissions.check_can_grant(by, unit=given.unit, person=given.person)
    unit = Unit.objects.select_for_update(no_key=True).get(pk=given.unit_id)
    if given.role == "administrator" and queries.is_last_administrator(given.person, unit):
        raise Refused(last_administrator())
    ended = RoleGrant.objects.current().filter(pk=given.pk).update(ended_at=at, ended_by=by)
    if not ended:
        raise Conflict(_("This role has been ended already."))
    given.refresh_from_db(fields=["ended_at", "ended_by"])
    _record_role("role.ended", given, by=by, at=at)


def _record_role(event_type: str, given: RoleGrant, *, by: Actor, at: datetime) -> None:
    audit.record(
        event_type,
        given.person,
        by=by,
        at=at,
        also=(given.unit,),
        unit_id=given.unit_id,
        role={"ref": f"role:{given.role}", "name": given.role_name},
        unit=audit.named(given.unit),
    )


@atomic
def install(*, email: str, name: str, unit_name: str, at: datetime) -> tuple[User, Unit]:
    """Make whoever starts an installation the administrator of its root unit.

    The root is created where there is none; an existing account is given the role.
    """
    by = audit.System(_("The command line"))
    roots = list(Unit.objects.select_for_update(no_key=True).filter(parent=None))
    unit = next((root for root in roots if root.name == unit_name), None)
    if unit is None and roots:
        raise Refused(
            _("The tree begins with %(roots)s. Name that unit.")
            % {"roots": ", ".join(root.name for root in roots)}
        )
    if unit is None:
        unit = Unit.objects.create(name=unit_name, kind=UnitKind.SYSTEM)
        audit.record("unit.created", unit, by=by, at=at, unit_id=unit.pk)
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        with sentences():
            person = User.objects.create_user(email, name, None, unit=unit)
        audit.record("person.created", person, by=by, at=at, also=(unit,))
    if not person.is_active:
        raise Refused(_("The account is closed. Open it again first."))
    given, new = RoleGrant.objects.get_or_create(
        person=person,
        unit=unit,
        role="administrator",
        ended_at=None,
        defaults={"granted_at": at},
    )
    if new:
        _record_role("role.granted", given, by=by, at=at)
    return person, unit
