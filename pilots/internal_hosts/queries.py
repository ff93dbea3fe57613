"""Which internal hosts a source may reach."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.models import F

from innovation.people.models import User
from pilots.connectors.addresses import Ceiling
from pilots.internal_hosts.models import InternalHost, InternalHostQuerySet

# Each pull asks, so it is one statement.
OPENED_TO = """
WITH RECURSIVE above(id, parent_id) AS (
    SELECT id, parent_id FROM innovation_unit WHERE id = %s
    UNION
    SELECT unit.id, unit.parent_id FROM innovation_unit unit JOIN above ON unit.id = above.parent_id
)
SELECT host, port FROM pilots_internalhost
WHERE withdrawn_at IS NULL AND unit_id IN (SELECT id FROM above)
"""


def ceiling() -> Ceiling:
    """What the environment lets administrators allow."""
    networks, names = settings.INTERNAL_CEILING
    return Ceiling(tuple(networks), tuple(names))


def opened_to(unit_id: int) -> frozenset[tuple[str, int | None]]:
    """(host, port; None is each port) that administrators allowed to sources of the unit."""
    with connection.cursor() as cursor:
        cursor.execute(OPENED_TO, [unit_id])
        return frozenset(cursor.fetchall())


def listed(user: User) -> InternalHostQuerySet:
    """Open ones first, then those that were withdrawn last."""
    found = InternalHost.objects.visible_to(user)
    found = found.select_related("unit", "allowed_by", "withdrawn_by")
    return found.order_by(F("withdrawn_at").desc(nulls_first=True), "host", "port", "id")
