"""Which internal hosts a source may reach."""

from __future__ import annotations

from django.conf import settings
from django.db.models import F

from innovation.people.models import Unit, User
from pilots.connectors.addresses import Ceiling
from pilots.internal_hosts.models import InternalHost, InternalHostQuerySet


def ceiling() -> Ceiling:
    """What the environment lets administrators allow."""
    networks, names = settings.INTERNAL_CEILING
    return Ceiling(tuple(networks), tuple(names))


def opened_to(unit: Unit) -> frozenset[tuple[str, int | None]]:
    """(host, port; None is each port) that administrators allowed to sources of the unit."""
    above = [parent.pk for parent in unit.ancestors(include_self=True)]
    found = InternalHost.objects.open().filter(unit__in=above)
    return frozenset(found.values_list("host", "port"))


def listed(user: User) -> InternalHostQuerySet:
    """Open ones first, then those that were withdrawn last."""
    found = InternalHost.objects.visible_to(user)
    found = found.select_related("unit", "allowed_by", "withdrawn_by")
    return found.order_by(F("withdrawn_at").desc(nulls_first=True), "host", "port", "id")
