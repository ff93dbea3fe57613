"""Who decides that a group holds a role: who may give that role to each of its people by hand."""

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.people.permissions import check_can_manage_people
from innovation.people.roles import ROLES, needs_second_person
from innovation.rules.refusal import Refused

__all__ = ["check_can_give_by_group", "check_can_manage_people"]


def check_can_give_by_group(user: User, *, unit: Unit, role: str) -> None:
    check_can_manage_people(user, unit)
    if role not in ROLES:
        raise Refused(_("There is no such role."))
    if needs_second_person(role):
        raise Refused(
            _(
                "%(role)s is a role that two administrators give, to one person at a time: propose it"
                " on the page of each."
            )
            % {"role": ROLES[role].name}
        )
