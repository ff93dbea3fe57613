"""Asking somebody to decide at gates, their answer, and the end before the last day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.rules import constraints, dates, reasons
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.delegation import queries
from pilots.delegation.models import Delegation
from pilots.delegation.permissions import (
    check_can_answer_delegation,
    check_can_delegate,
    check_can_end_delegation,
)
from pilots.delegation.rights import RIGHT_AT
from pilots.lifecycle.checklist import Gate


@atomic
def offer(
    *,
    to: User,
    unit: Unit,
    gates: Collection[str],
    starts_on: date,
    ends_on: date,
    reason: str,
    up_to: Decimal | None = None,
    by: User,
    at: datetime,
) -> Delegation:
    """Ask somebody to decide for oneself at these gates; nothing changes until they say yes."""
    check_can_delegate(by)
    named = [gate for gate in RIGHT_AT if gate in gates]
    if not named or len(named) != len(set(gates)):
        raise Malformed(_("Choose at which gates they decide."))
    for gate in named:
        if not by.may(RIGHT_AT[gate], unit.pk):
            raise NotAllowed(
                _("At the gate “%(gate)s” you do not decide in %(unit)s yourself.")
                % {"gate": Gate(gate).label, "unit": unit.name}
            )
    if ends_on < dates.day_of(at):
        raise Refused(_("Choose a last day that is not past."))
    if up_to is not None and up_to <= 0:
        raise Malformed(_("Say an amount above 0, or leave it empty."))
    _check_may_take(to, unit, named, by=by)
    with constraints.explained():
        delegation = Delegation.objects.create(
            given_by=by,
            to=to,
            unit=unit,
            gates=named,
            up_to=up_to,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reasons.required(reason),
            offered_at=at,
        )
    audit.record(
        "delegation.offered",
        delegation,
        by=by,
        at=at,
        also=(to, unit),
        person=audit.named(to),
        gates=", ".join(delegation.gate_names),
        up_to=up_to,
        start=starts_on,
        end=ends_on,
        reason=delegation.reason,
    )
    _tell(
        [to],
        delegation,
        _("%(by)s asks you to decide for them at gates") % {"by": by.name},
        by=by,
        at=at,
    )
    return delegation


@atomic
def answer(delegation: Delegation, *, accept: bool, by: User, at: datetime) -> Delegation:
    """Say yes or no. It counts from the first day on, or at once."""
    workflow.lock(delegation)
    check_can_answer_delegation(by, delegation)
    if delegation.answered_at is not None:
        raise Conflict(_("You have answered this already."))
    if not delegation.is_standing(dates.day_of(at)):
        raise Conflict(_("This has ended already."))
    delegation.accepted, delegation.answered_at = accept, at
    delegation.save(update_fields=["accepted", "answered_at"])
    audit.record(
        "delegation.accepted" if accept else "delegation.declined",
        delegation,
        by=by,
        at=at,
        also=(delegation.given_by, delegation.unit),
        person=audit.named(delegation.given_by),
    )
    title = _("%(to)s decides for you") if accept else _("%(to)s does not decide for you")
    _tell([delegation.given_by], delegation, title % {"to": by.name}, by=by, at=at)
    return delegation


@atomic
def end(delegation: Delegation, *, by: User, at: datetime) -> Delegation:
    """Take it back, or give it back, before its last day."""
    workflow.lock(delegation)
    check_can_end_delegation(by, delegation)
    if not delegation.is_standing(dates.day_of(at)):
        raise Conflict(_("This has ended already."))
    delegation.ended_at, delegation.ended_by = at, by
    delegation.save(update_fields=["ended_at", "ended_by"])
    audit.record(
        "delegation.ended",
        delegation,
        by=by,
        at=at,
        also=(delegation.given_by, delegation.to, delegation.unit),
        person=audit.named(delegation.given_by),
        to=audit.named(delegation.to),
    )
    _tell(
        [delegation.given_by, delegation.to],
        delegation,
        _("%(to)s no longer decides for %(by)s")
        % {"to": delegation.to.name, "by": delegation.given_by.name},
        by=by,
        at=at,
    )
    return delegation


def _check_may_take(to: User, unit: Unit, gates: Collection[str], *, by: User) -> None:
    if to.pk == by.pk:
        raise Refused(_("Choose somebody else than yourself."))
    if not queries.could_take(by).filter(pk=to.pk).exists():
        raise Refused(_("Choose somebody who works in a unit that your roles reach."))
    if not queries.reads_there(to, unit):
        raise Refused(
            _("%(name)s does not see the pilots of %(unit)s, so they could not decide on them.")
            % {"name": to.name, "unit": unit.name}
        )
    if all(to.may(RIGHT_AT[gate], unit.pk) for gate in gates):
        raise Refused(_("%(name)s decides there by a role of their own.") % {"name": to.name})


def _tell(whom: list[User], delegation: Delegation, title: str, *, by: User, at: datetime) -> None:
    notices.notify(
        whom,
        kind="access",
        title=title,
        text=_("%(gates)s in %(unit)s, from %(start)s to %(end)s. %(reason)s")
        % {
            "gates": ", ".join(delegation.gate_names),
            "unit": delegation.unit.name,
            "start": dates.day_in_words(delegation.starts_on),
            "end": dates.day_in_words(delegation.ends_on),
            "reason": delegation.reason,
        },
        about=delegation,
        url=delegation.get_absolute_url(),
        at=at,
        but=by,
    )
