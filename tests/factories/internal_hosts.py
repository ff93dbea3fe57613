"""Internal hosts for stories."""

from ipaddress import ip_network

from django.test import override_settings

from innovation.people.models import Unit, User
from pilots.internal_hosts import actions
from pilots.internal_hosts.models import InternalHost
from tests.factories.cast import NOW, Cast

CEILING = ([ip_network("10.20.0.0/16")], [".hospital.internal"])


def allow(
    cast: Cast,
    host: str = "10.20.3.4",
    *,
    port: int | None = None,
    by: User | None = None,
    unit: Unit | None = None,
) -> InternalHost:
    """Ada allows it to the sources of St Brigid."""
    with override_settings(INTERNAL_CEILING=CEILING):
        return actions.allow_host(
            by=by or cast.ada,
            at=NOW,
            host=host,
            port=port,
            unit=unit or cast.brigid,
            reason="The laboratory's interface; agreed with its owner.",
        )
