"""Accounts, roles and units: what administrators do, and what each person does for themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.audit import actions as audit
from innovation.people import passwords, permissions, queries
from innovation.people.models import (
    KINDS_DOWNWARDS,
    ApiToken,
    RoleGrant,
    Unit,
    UnitKind,
    User,
)
from innovation.people.roles import ROLES
from innovation.web import panels
from innovation.web.refusal import Conflict, NotAllowed, Refused

PERSON_FIELDS = ("name", "email", "job_title", "unit", "capacity_percent")
OWN_FIELDS = ("name", "job_title", "unit", "time_zone", "theme", "wants_email")


@contextmanager
def _sentences() -> Iterator[None]:
    """What the database refuses, in the words of the constraint that refused it."""
    words = {
        "user_email_unique_any_case": _("Somebody already signs in with this e-mail."),
        "innovation_user_email_key": _("Somebody already signs in with this e-mail."),
        "unit_name_unique_below_parent": _("There is already a unit of this name here."),
        "unit_code_unique": _("Another unit has this code."),
        "unit_not_below_itself": _("A unit cannot stand below itself."),
        "grant_once_while_current": _("This person already holds this role in this unit."),
        "root_keeps_an_administrator": _last_administrator(),
    }
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        sentence = words.get(getattr(diagnosis, "constraint_name", None) or "")
        if sentence is None:
            raise
        raise Conflict(sentence) from error


def _last_administrator() -> str:
    return _(
        "This is the last administrator of the whole. Give somebody else that role first; "
        "otherwise nobody could give any role again."
    )


def _changed(thing: Any, fields: Mapping[str, Any]) -> list[str]:
    """Set the fields that differ and return their names in words."""
    names = [name for name, value in fields.items() if getattr(thing, name) != value]
    for name in names:
        setattr(thing, name, fields[name])
    return names


def _in_words(thing: Any, names: list[str]) -> str:
    return ", ".join(str(thing._meta.get_field(name).verbose_name) for name in names)


# People


@transaction.atomic
def create_person(
    *,
    by: User,
    at: datetime,
    email: str,
    name: str,
    unit: Unit,
    job_title: str = "",
    role: str = "",
) -> User:
    """Make an account, with a first role in its unit where one is named. It has no password; its
    owner chooses one by the link that is mailed."""
    permissions.check_can_manage_people(by, unit)
    with _sentences():
        person = User.objects.create_user(email, name, None, job_title=job_title, unit=unit)
    audit.record("person.created", person, by=by, at=at, also=(unit,))
    if role:
        grant(person, by=by, at=at, unit=unit, role=role)
    transaction.on_commit(lambda: passwords.send_welcome(person), robust=True)
    return person


@transaction.atomic
def change_person(person: User, *, by: User, at: datetime, **fields: Any) -> User:
    """Change what administrators keep of an account: name, e-mail, job, unit, capacity."""
    _only(fields, PERSON_FIELDS)
    permissions.check_can_manage_person(by, person)
    if fields.get("unit") is not None:
        permissions.check_can_manage_people(by, fields["unit"])
    if "email" in fields:
        fields["email"] = User.objects.normalize_email(fields["email"]).lower()
    if names := _changed(person, fields):
        with _sentences():
            person.full_clean(exclude=["password"])
            person.save(update_fields=names)
        audit.record("person.changed", person, by=by, at=at, what=_in_words(person, names))
    return person


@transaction.atomic
def change_own_details(person: User, *, at: datetime, **fields: Any) -> User:
    """Change what each person keeps of their own account. The e-mail is the administrators' to
    change, for it is how a person signs in."""
    _only(fields, OWN_FIELDS)
    unit = fields.get("unit")
    if unit is not None and unit.pk != person.unit_id and unit.pk not in person.reach():
        raise NotAllowed(_("Choose a unit in which you hold a role."))
    if names := _changed(person, fields):
        with _sentences():
            person.full_clean(exclude=["password"])
            person.save(update_fields=names)
        if public := [name for name in names if name in PERSON_FIELDS]:
            audit.record("person.changed", person, by=person, at=at, what=_in_words(person, public))
    return person


def _only(fields: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    if unknown := set(fields) - set(allowed):
        raise TypeError(f"not for this action to change: {sorted(unknown)}")


@transaction.atomic
def make_password_link(person: User, *, by: User, at: datetime) -> str:
    """A link to hand over to somebody whom no mail reaches; the log says who made it."""
    permissions.check_can_manage_person(by, person)
    if not person.is_active:
        raise Refused(_("The account is closed. Open it again first."))
    audit.record("person.password_link_made", person, by=by, at=at)
    return passwords.link_for(person)


@transaction.atomic
def deactivate(person: User, *, by: User, at: datetime, reason: str = "") -> None:
    """Close an account: no signing in, no tokens, no duties. What the person did stays."""
    permissions.check_can_manage_person(by, person)
    if person.pk == by.pk:
        raise NotAllowed(_("Nobody closes their own account. Ask another administrator."))
    roots = Unit.objects.select_for_update(no_key=True).filter(parent=None).order_by("pk")
    keeps = set(
        person.grants.filter(ended_at=None, role="administrator").values_list("unit_id", flat=True)
    )
    if any(root.pk in keeps and queries.is_last_administrator(person, root) for root in roots):
        raise Refused(_last_administrator())
    closed = User.objects.filter(pk=person.pk, is_active=True).update(is_active=False)
    if not closed:
        raise Conflict(_("This account was closed already."))
    person.is_active = False
    ApiToken.objects.filter(user=person).delete()
    audit.record("person.deactivated", person, by=by, at=at, reason=reason.strip())


@transaction.atomic
def reactivate(person: User, *, by: User, at: datetime) -> None:
    """Open a closed account again, with the roles that it had."""
    permissions.check_can_manage_person(by, person)
    if not User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        raise Conflict(_("This account is open already."))
    person.is_active = True
    audit.record("person.reactivated", person, by=by, at=at)


# Roles


@transaction.atomic
def grant(person: User, *, by: User, at: datetime, unit: Unit, role: str) -> RoleGrant:
    """Give somebody a role in a unit; it reaches everything below."""
    permissions.check_can_grant(by, unit=unit, person=person)
    if role not in ROLES:
        raise Refused(_("There is no such role."))
    if unit.closed_at is not None:
        raise Refused(_("%(unit)s is closed; no roles are given there.") % {"unit": unit})
    if not person.is_active:
        raise Refused(_("The account is closed. Open it again first."))
    with _sentences():
        given = RoleGrant.objects.create(
            person=person, unit=unit, role=role, granted_at=at, granted_by=by
        )
    _record_role("role.granted", given, by=by, at=at)
    return given


@transaction.atomic
def end_grant(given: RoleGrant, *, by: User, at: datetime) -> None:
    """Take a role back; that it was held, and from when to when, stays on record."""
    permissions.check_can_grant(by, unit=given.unit, person=given.person)
    unit = Unit.objects.select_for_update(no_key=True).get(pk=given.unit_id)
    if given.role == "administrator" and queries.is_last_administrator(given.person, unit):
        raise Refused(_last_administrator())
    ended = RoleGrant.objects.current().filter(pk=given.pk).update(ended_at=at, ended_by=by)
    if not ended:
        raise Conflict(_("This role has been ended already."))
    given.refresh_from_db(fields=["ended_at", "ended_by"])
    _record_role("role.ended", given, by=by, at=at)


def _record_role(word: str, given: RoleGrant, *, by: Any, at: datetime) -> None:
    role = ROLES.get(given.role)
    audit.record(
        word,
        given.person,
        by=by,
        at=at,
        also=(given.unit,),
        unit_id=given.unit_id,
        role={"ref": f"role:{given.role}", "name": str(role.name if role else given.role)},
        unit=audit.named(given.unit),
    )


# Units


@transaction.atomic
def create_unit(
    *, by: User, at: datetime, name: str, kind: str, parent: Unit, code: str = ""
) -> Unit:
    """Add a unit below another."""
    permissions.check_can_manage_people(by, parent)
    _check_open(parent)
    _check_kind(kind, parent=parent)
    with _sentences():
        unit = Unit.objects.create(name=name, kind=kind, parent=parent, code=code)
    audit.record("unit.created", unit, by=by, at=at, also=(parent,), unit_id=unit.pk)
    return unit


@transaction.atomic
def edit_unit(unit: Unit, *, by: User, at: datetime, name: str, kind: str, code: str = "") -> Unit:
    permissions.check_can_manage_people(by, unit)
    _check_kind(kind, parent=unit.parent, children=unit.children.filter(closed_at=None))
    if names := _changed(unit, {"name": name, "kind": kind, "code": code}):
        with _sentences():
            unit.save(update_fields=names)
        audit.record(
            "unit.changed", unit, by=by, at=at, unit_id=unit.pk, what=_in_words(unit, names)
        )
    return unit


@transaction.atomic
def move_unit(unit: Unit, *, by: User, at: datetime, parent: Unit) -> Unit:
    """Hang a unit, with all below it, under another. Roles held above it come and go with that."""
    permissions.check_can_move_unit(by, unit, below=parent)
    if unit.parent_id is None:
        raise Refused(_("%(unit)s is the top of its tree and stays there.") % {"unit": unit})
    if unit.parent_id == parent.pk:
        return unit
    _one_move_at_a_time()
    _check_open(parent)
    _check_kind(unit.kind, parent=parent)
    source, unit.parent = unit.parent, parent
    with _sentences():
        unit.save(update_fields=["parent"])
    audit.record(
        "unit.moved",
        unit,
        by=by,
        at=at,
        also=(source, parent),
        unit_id=unit.pk,
        source=audit.named(source),
        target=audit.named(parent),
    )
    return unit


def _one_move_at_a_time() -> None:
    """The lock that the trigger takes, too; taken before any row's, so that two moves queue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('innovation_unit tree'))")


@transaction.atomic
def close_unit(unit: Unit, *, by: User, at: datetime, reason: str = "") -> Unit:
    """Close a unit that nobody works in and nothing runs in any more; its past stays."""
    permissions.check_can_move_unit(by, unit)
    unit.refresh_from_db(from_queryset=Unit.objects.select_for_update())
    if unit.closed_at is not None:
        raise Conflict(_("%(unit)s is closed already.") % {"unit": unit})
    if unit.parent_id is None:
        raise Refused(_("%(unit)s is the top of its tree and stays open.") % {"unit": unit})
    if in_use := what_keeps_open(unit):
        raise Refused(" ".join(in_use))
    unit.closed_at = at
    unit.save(update_fields=["closed_at"])
    audit.record("unit.closed", unit, by=by, at=at, unit_id=unit.pk, reason=reason.strip())
    return unit


def what_keeps_open(unit: Unit) -> list[str]:
    """Sentences that say what must be moved or ended before the unit can close.

    The rooms above say theirs in the place "unit-in-use": `fn(unit) -> list[str]`.
    """
    found = []
    if count := unit.children.filter(closed_at=None).count():
        found.append(
            ngettext("%(n)s unit below it is open.", "%(n)s units below it are open.", count)
            % {"n": count}
        )
    if count := unit.people.filter(is_active=True).count():
        found.append(
            ngettext("%(n)s person belongs to it.", "%(n)s people belong to it.", count)
            % {"n": count}
        )
    if count := unit.grants.filter(ended_at=None, person__is_active=True).count():
        found.append(
            ngettext("%(n)s role is held in it.", "%(n)s roles are held in it.", count)
            % {"n": count}
        )
    for place in panels.panels("unit-in-use"):
        found += place(unit)
    return found


@transaction.atomic
def reopen_unit(unit: Unit, *, by: User, at: datetime) -> Unit:
    permissions.check_can_move_unit(by, unit)
    unit.refresh_from_db(from_queryset=Unit.objects.select_for_update())
    if unit.closed_at is None:
        raise Conflict(_("%(unit)s is open already.") % {"unit": unit})
    if unit.parent is not None:
        _check_open(unit.parent)
    unit.closed_at = None
    unit.save(update_fields=["closed_at"])
    audit.record("unit.reopened", unit, by=by, at=at, unit_id=unit.pk)
    return unit


def _check_open(unit: Unit) -> None:
    if unit.closed_at is not None:
        raise Refused(_("%(unit)s is closed. Open it again first.") % {"unit": unit})


def _check_kind(kind: str, *, parent: Unit | None, children: Any = ()) -> None:
    """A hospital does not stand in a team."""
    if kind not in UnitKind.values:
        raise Refused(_("There is no such kind of unit."))
    depth = KINDS_DOWNWARDS.index(UnitKind(kind))
    label = UnitKind(kind).label.lower()
    if parent is not None and KINDS_DOWNWARDS.index(UnitKind(parent.kind)) > depth:
        raise Refused(
            _("A %(kind)s cannot stand below %(unit)s, which is a %(above)s.")
            % {"kind": label, "unit": parent, "above": parent.get_kind_display().lower()}
        )
    for child in children:
        if KINDS_DOWNWARDS.index(UnitKind(child.kind)) < depth:
            raise Refused(
                _("%(unit)s stands below it, and a %(below)s cannot stand below a %(kind)s.")
                % {"unit": child, "below": child.get_kind_display().lower(), "kind": label}
            )


# API tokens, each person's own


@transaction.atomic
def create_token(*, by: User, at: datetime, name: str, days: int | None) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown this once and kept nowhere."""
    token, text = ApiToken.objects.create(
        user=by, expiry=timedelta(days=days) if days else None, name=name
    )
    audit.record("token.created", by, by=by, at=at, name=name)
    return token, text


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User, at: datetime) -> None:
    if token.user_id != by.pk:
        raise NotAllowed(_("This token is somebody else's."))
    token.delete()
    audit.record("token.revoked", by, by=by, at=at, name=token.name)


# The first administrator


@transaction.atomic
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
        with _sentences():
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
