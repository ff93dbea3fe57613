"""Allowing a host of the own network to sources, and withdrawing it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import Unit, User
from innovation.rules import constraints
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow.actions import lock
from pilots.internal_hosts import queries
from pilots.internal_hosts.models import InternalHost
from pilots.internal_hosts.permissions import check_can_allow, check_can_withdraw


@atomic
def allow_host(
    *, by: User, at: datetime, host: str, port: int | None, unit: Unit, reason: str
) -> InternalHost:
    """Sources of the unit, and of those below it, may reach the host. Raises Refused above the
    ceiling that the environment sets."""
    check_can_allow(by, unit)
    if not queries.ceiling().may_cover(host):
        raise Refused(
            _(
                "%(host)s lies outside what may be allowed here: %(ceiling)s. Whoever runs this"
                " installation can widen it (PILOTLIGHT_INTERNAL_CEILING)."
            )
            % {"host": host, "ceiling": str(queries.ceiling()) or _("nothing")}
        )
    allowed = InternalHost(
        host=host, port=port, unit=unit, reason=visible(reason), allowed_at=at, allowed_by=by
    )
    with constraints.explained():
        allowed.full_clean(exclude=["unit", "allowed_by"])
        allowed.save()
    audit.record(
        "internal_host.allowed",
        allowed,
        by=by,
        at=at,
        unit=audit.named(unit),
        reason=visible(reason),
    )
    return allowed


@atomic
def withdraw_host(host: InternalHost, *, by: User, at: datetime, reason: str) -> None:
    """Sources are refused it from their next pull on."""
    lock(host)
    check_can_withdraw(by, host)
    if host.withdrawn_at is not None:
        raise Conflict(_("It was withdrawn already."))
    host.withdrawn_at, host.withdrawn_by, host.withdrawn_because = at, by, visible(reason)
    with constraints.explained():
        host.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    audit.record("internal_host.withdrawn", host, by=by, at=at, reason=visible(reason))
