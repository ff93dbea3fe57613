"""Who keeps the accounts of machines."""

from django.utils.translation import gettext as _

from innovation.people.models import ServiceAccount, Unit, User
from innovation.people.permissions import check_can_manage_people
from innovation.people.room import PeoplePermission
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed


def check_can_close_service(user: User, service: ServiceAccount) -> None:
    """The administrators of the unit that keeps it."""
    check_can_manage_people(user, service.account.unit)


can_close_service = derive(check_can_close_service)


def check_can_keep_service(user: User, service: ServiceAccount) -> None:
    """Whoever has its tokens reads all that it reaches, so they must reach that themselves."""
    check_can_close_service(user, service)
    for unit in service.units.order_by("name"):
        check_can_name_unit(user, unit)


can_keep_service = derive(check_can_keep_service)


def check_can_name_unit(user: User, unit: Unit) -> None:
    if not user.may(PeoplePermission.MANAGE, unit.pk):
        raise NotAllowed(
            _("%(unit)s is kept by other administrators; they make an account for it.")
            % {"unit": unit}
        )


can_name_unit = derive(check_can_name_unit)
