"""What this room puts in other places: its lists, beside those of people and units."""

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.web import panels


def tabs_of_people(user: User) -> list[panels.PageTab]:
    """For those who keep people somewhere."""
    if not user.may(PeoplePermission.MANAGE):
        return []
    return [
        panels.PageTab(_("Invitations"), reverse("innovation:invitations")),
        panels.PageTab(_("Imports"), reverse("innovation:people-imports")),
    ]
