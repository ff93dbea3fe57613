"""Roles: given, ended, and the first one of an installation."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.people import letters, permissions, queries
from innovation.people.actions.tokens import end_tokens_without_role
from innovation.people.actions.wording import last_administrator, sentences
from innovation.people.models import RoleGrant, RoleProposal, Unit, UnitKind, User
from innovation.people.roles import ROLES, needs_second_person
from innovation.rules import dates, reasons
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic

BY_DATE = audit.System("calendar")
COMMAND_LINE = audit.System("The command line")


@atomic
def grant(
    person: User,
    *,
    by: User,
    at: datetime,
    unit: Unit,
    role: str,
    ends_on: date | None = None,
    reason: str = "",
) -> RoleGrant:
    """Give somebody a role in a unit, which reaches everything below; until its last day, if one is
    named.

    A role above the line is refused: it is proposed, and given once another administrator has
    confirmed it. Whoever wants either calls `give`.
    """
    check_may_be_given(role, person=person, unit=unit, by=by, ends_on=ends_on, at=at)
    if needs_second_person(role):
        raise Refused(
            _(
                "%(role)s is a role that two administrators give: propose it on the page of "
                "%(name)s."
            )
            % {"role": ROLES[role].name, "name": person.name}
        )
    given = write_grant(person, unit=unit, role=role, at=at, granted_by=by, ends_on=ends_on)
    told = {"reason": visible(reason)} if visible(reason) else {}
    if ends_on is None:
        _record_role("role.granted", given, by=by, at=at, **told)
    else:
        _record_role("role.granted_until", given, by=by, at=at, until=ends_on, **told)
    return given


def check_may_be_given(
    role: str, *, person: User, unit: Unit, by: User, ends_on: date | None, at: datetime
) -> None:
    """Whether `by` may give or propose this role as things stand."""
    permissions.check_can_grant(by, unit=unit, person=person)
    _check_not_past(ends_on, at=at)
    _check_may_be_held(role, person=person, unit=unit)


def _check_may_be_held(role: str, *, person: User, unit: Unit) -> None:
    if role not in ROLES:
        raise Refused(_("There is no such role."))
    if unit.closed_at is not None:
        raise Refused(_("%(unit)s is closed; no roles are given there.") % {"unit": unit})
    if person.is_service:
        raise Refused(_("A service account holds no role; its own page says what it reaches."))
    if not person.is_active:
        raise Refused(_("The account is closed. Open it again first."))


def write_grant(
    person: User,
    *,
    unit: Unit,
    role: str,
    at: datetime,
    granted_by: User | None = None,
    ends_on: date | None = None,
    proposal: RoleProposal | None = None,
    from_group: str = "",
) -> RoleGrant:
    """The row alone, for the actions of this package, which ask and record."""
    # All that ran out, whether or not a worker runs: a token would wake up with the new role.
    for over in person.grants.run_out(dates.day_of(at)):
        _end_by_date(over, at=at)
    with sentences():
        return RoleGrant.objects.create(
            person=person,
            unit=unit,
            role=role,
            granted_at=at,
            granted_by=granted_by,
            ends_on=ends_on,
            proposal=proposal,
            from_group=from_group,
        )


@atomic
def grant_from_group(
    person: User, *, at: datetime, unit: Unit, role: str, decided_by: User, group: str, by: Actor
) -> RoleGrant:
    """Give the role that an administrator decided everybody in a group holds. The rules are those of
    giving it by hand: not to who decided it, and none that takes a second administrator."""
    permissions.check_not_oneself(decided_by, person)
    _check_may_be_held(role, person=person, unit=unit)
    if needs_second_person(role):
        raise Refused(_("This role is given by two administrators, to one person at a time."))
    given = write_grant(
        person, unit=unit, role=role, at=at, granted_by=decided_by, from_group=group
    )
    _record_role("role.granted_by_group", given, by=by, at=at, group=_without_key(group))
    return given


@atomic
def end_from_group(given: RoleGrant, *, at: datetime, by: Actor) -> None:
    """Take back what a group gave, because the person left it or it gives nothing any more."""
    if not given.from_group:
        raise Refused(_("This role was given by hand; it is ended by hand."))
    if RoleGrant.objects.filter(pk=given.pk, ended_at=None).update(ended_at=at):
        group = _without_key(given.from_group)
        _record_role("role.ended_by_group", given, by=by, at=at, group=group)
        end_tokens_without_role(given.person, by=by, at=at)


def _without_key(group: str) -> str:
    return group.partition(":")[2]


@atomic
def grant_from_command_line(
    person: User, *, at: datetime, unit: Unit, role: str, reason: str
) -> RoleGrant:
    """Give a role past the rule of two persons, for an installation that has only one
    administrator left, or none. All administrators and the person are told."""
    _check_may_be_held(role, person=person, unit=unit)
    reason = reasons.required(reason)
    given = write_grant(person, unit=unit, role=role, at=at)
    _record_role("role.granted_by_command_line", given, by=COMMAND_LINE, at=at, reason=reason)
    letters.of_command_line(given, reason=reason)
    return given


@atomic
def set_end(given: RoleGrant, *, by: User, at: datetime, ends_on: date | None) -> None:
    """Let a role that is held end on a day, which is its last, or go on without an end."""
    permissions.check_can_grant(by, unit=given.unit, person=given.person)
    _check_not_past(ends_on, at=at)
    Unit.objects.select_for_update(no_key=True).get(pk=given.unit_id)
    given.refresh_from_db(from_queryset=RoleGrant.objects.select_for_update(of=("self",)))
    _check_held(given, at=at)
    if given.ends_on == ends_on:
        return
    if needs_second_person(given.role) and _is_longer(ends_on, than=given.ends_on):
        raise Refused(
            _("A longer time is given by two administrators: propose the role anew, until then.")
        )
    with sentences():
        RoleGrant.objects.filter(pk=given.pk).update(ends_on=ends_on, end_told_at=None)
    given.ends_on, given.end_told_at = ends_on, None
    if ends_on is None:
        _record_role("role.end_lifted", given, by=by, at=at)
    else:
        _record_role("role.end_set", given, by=by, at=at, until=ends_on)


def _is_longer(ends_on: date | None, *, than: date | None) -> bool:
    return than is not None and (ends_on is None or ends_on > than)


@atomic
def end_run_out(*, at: datetime) -> int:
    """Write down which roles ended by their date; how many. Nothing waits for it: a role past its
    last day gives nothing (`RoleGrantQuerySet.current`)."""
    over = RoleGrant.objects.run_out(dates.day_of(at)).select_for_update(
        of=("self",), skip_locked=True
    )
    rows = list(over.select_related("person", "unit").order_by("pk")[:500])
    for given in rows:
        _end_by_date(given, at=at)
    return len(rows)


def _end_by_date(given: RoleGrant, *, at: datetime) -> None:
    assert given.ends_on is not None
    given.ended_at = dates.begins(dates.days_after(given.ends_on))
    given.save(update_fields=["ended_at"])
    _record_role("role.ran_out", given, by=BY_DATE, at=at, until=given.ends_on)
    end_tokens_without_role(given.person, by=BY_DATE, at=at)


def _check_held(given: RoleGrant, *, at: datetime) -> None:
    """A door may show what has ended since."""
    if given.ended_at is not None or (given.ends_on and given.ends_on < dates.day_of(at)):
        raise Conflict(_("This role has been ended already."))


def _check_not_past(ends_on: date | None, *, at: datetime) -> None:
    if ends_on is not None and ends_on < dates.day_of(at):
        raise Refused(_("Choose a last day that is not past. To take a role back now, end it."))


@atomic
def end_grant(given: RoleGrant, *, by: User, at: datetime) -> None:
    """Take a role back; that it was held, and from when to when, stays on record."""
    end_for_longer(given, by=by, at=at)
    end_tokens_without_role(given.person, by=by, at=at)


def end_for_longer(given: RoleGrant, *, by: User, at: datetime) -> None:
    """The same for a role that is given anew at once: its holder is never without."""
    permissions.check_can_grant(by, unit=given.unit, person=given.person)
    unit = Unit.objects.select_for_update(no_key=True).get(pk=given.unit_id)
    if (
        given.role == "administrator"
        and given.ends_on is None
        and queries.is_last_administrator(given.person, unit)
    ):
        raise Refused(last_administrator())
    ended = RoleGrant.objects.current().filter(pk=given.pk).update(ended_at=at, ended_by=by)
    if not ended:
        raise Conflict(_("This role has been ended already."))
    given.refresh_from_db(fields=["ended_at", "ended_by"])
    _record_role("role.ended", given, by=by, at=at)


def _record_role(
    event_type: str, given: RoleGrant, *, by: Actor, at: datetime, **details: object
) -> None:
    audit.record(
        event_type,
        given.person,
        by=by,
        at=at,
        also=(given.unit,),
        unit_id=given.unit_id,
        role={"ref": f"role:{given.role}", "name": given.role_name},
        unit=audit.named(given.unit),
        **details,
    )


@atomic
def install(*, email: str, name: str, unit_name: str, at: datetime) -> tuple[User, Unit]:
    """Make whoever starts an installation the administrator of its root unit.

    The root is created where there is none; an existing account is given the role.
    """
    by = COMMAND_LINE
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
        ends_on=None,
        defaults={"granted_at": at},
    )
    if new:
        _record_role("role.granted", given, by=by, at=at)
        letters.of_command_line(given)
    return person, unit
