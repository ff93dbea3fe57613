"""The list of groups, beside those of people and units."""

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.web import panels


def groups_tab(user: User) -> list[panels.PageTab]:
    """For those who keep people somewhere."""
    if not user.may(PeoplePermission.MANAGE):
        return []
    return [panels.PageTab(_("Groups"), reverse("innovation:group-roles"))]
