"""What groups give, on pages of people: the list beside theirs, and what is not given again."""

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.federation import queries
from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.web import panels


def groups_tab(user: User) -> list[panels.PageTab]:
    """For those who keep people somewhere."""
    if not user.may(PeoplePermission.MANAGE):
        return []
    return [panels.PageTab(_("Groups"), reverse("innovation:group-roles"))]


def roles_taken_back(user: User, person: User) -> panels.Panel | None:
    """On somebody's page: roles that their groups would give and do not give them again."""
    lost = queries.withheld_from(person, seen_by=user)
    if not lost:
        return None
    return panels.Panel(
        _("Not given again by a group"),
        "innovation/federation/_taken_back.html",
        {"lost": lost, "can_manage": user.may(PeoplePermission.MANAGE)},
    )
