"""The tree of units: add, edit, move, close, open again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.audit import actions as audit
from innovation.people import permissions
from innovation.people.actions.wording import before_and_after, changed, in_words, sentences
from innovation.people.models import KINDS_DOWNWARDS, AccountKind, Unit, UnitKind, User
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.web import panels


@atomic
def create_unit(
    *,
    by: User,
    at: datetime,
    name: str,
    kind: str,
    parent: Unit,
    code: str = "",
    alone_percent: int | None = None,
) -> Unit:
    """Add a unit below another."""
    permissions.check_can_manage_people(by, parent)
    _check_open(parent)
    _check_kind(kind, parent=parent)
    with sentences():
        unit = Unit.objects.create(
            name=name, kind=kind, parent=parent, code=code, alone_percent=alone_percent
        )
    audit.record("unit.created", unit, by=by, at=at, also=(parent,), unit_id=unit.pk)
    return unit


@atomic
def edit_unit(unit: Unit, *, by: User, at: datetime, **fields: Any) -> Unit:
    """Change what is said of a unit: its `name`, `kind` and `code`, and how much of their time its people
    give by themselves."""
    if unknown := set(fields) - {"name", "kind", "code", "alone_percent"}:
        raise TypeError(f"a unit has no {', '.join(sorted(unknown))}")
    permissions.check_can_manage_people(by, unit)
    kind = fields.get("kind", unit.kind)
    _check_kind(kind, parent=unit.parent, children=unit.children.filter(closed_at=None))
    values = before_and_after(unit, fields, fields)
    if names := changed(unit, fields):
        with sentences():
            unit.save(update_fields=names)
        audit.record(
            "unit.changed",
            unit,
            by=by,
            at=at,
            unit_id=unit.pk,
            what=in_words(unit, names),
            **values,
        )
    return unit


@atomic
def move_unit(unit: Unit, *, by: User, at: datetime, parent: Unit) -> Unit:
    """Hang a unit, with all below it, under another. Roles held above it come and go with that."""
    permissions.check_can_move_unit(by, unit, below=parent)
    source = unit.parent
    if source is None:
        raise Refused(_("%(unit)s is the top of its tree and stays there.") % {"unit": unit})
    if unit.parent_id == parent.pk:
        return unit
    _one_move_at_a_time()
    _check_open(parent)
    _check_kind(unit.kind, parent=parent)
    unit.parent = parent
    with sentences():
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


@atomic
def close_unit(unit: Unit, *, by: User, at: datetime, reason: str = "") -> Unit:
    """Close a unit that nobody works in and nothing runs in any more; its past stays."""
    permissions.check_can_move_unit(by, unit)
    unit.refresh_from_db(from_queryset=Unit.objects.select_for_update())
    if unit.closed_at is not None:
        raise Conflict(_("%(unit)s is closed already.") % {"unit": unit})
    source = unit.parent
    if source is None:
        raise Refused(_("%(unit)s is the top of its tree and stays open.") % {"unit": unit})
    if in_use := what_keeps_open(unit):
        raise Refused(" ".join(in_use))
    unit.closed_at = at
    unit.save(update_fields=["closed_at"])
    audit.record("unit.closed", unit, by=by, at=at, unit_id=unit.pk, reason=visible(reason))
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
    here = unit.people.filter(is_active=True)
    if count := here.filter(kind=AccountKind.PERSON).count():
        found.append(
            ngettext("%(n)s person belongs to it.", "%(n)s people belong to it.", count)
            % {"n": count}
        )
    if count := here.filter(kind=AccountKind.SERVICE).count():
        found.append(
            ngettext(
                "%(n)s service account is kept by it.",
                "%(n)s service accounts are kept by it.",
                count,
            )
            % {"n": count}
        )
    if count := unit.grants.current().filter(person__is_active=True).count():
        found.append(
            ngettext("%(n)s role is held in it.", "%(n)s roles are held in it.", count)
            % {"n": count}
        )
    return [*found, *panels.gather(str, "unit-in-use", unit)]


@atomic
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


def _check_kind(kind: str, *, parent: Unit | None, children: Iterable[Unit] = ()) -> None:
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
