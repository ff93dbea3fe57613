"""Who says which internal hosts sources may reach. Reading is `InternalHost.objects.visible_to`."""

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.people.permissions import check_holds
from innovation.rules.checks import derive
from pilots.internal_hosts.models import InternalHost
from pilots.internal_hosts.room import HostsPermission


def check_can_allow(user: User, unit: Unit | None = None) -> None:
    """Allow a host to the sources of the unit and of those below it (of any where it is None)."""
    check_holds(
        user,
        HostsPermission.ALLOW,
        None if unit is None else unit.pk,
        _("Internal hosts are allowed by the administrators of a unit."),
    )


can_allow = derive(check_can_allow)


def check_can_withdraw(user: User, host: InternalHost) -> None:
    check_can_allow(user, host.unit)


can_withdraw = derive(check_can_withdraw)
