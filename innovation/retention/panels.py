"""What retention puts on the pages of people."""

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.retention import permissions
from innovation.web import panels


def tabs_of_people(user: User) -> list[panels.PageTab]:
    if not permissions.can_see_terms(user):
        return []
    return [panels.PageTab(_("Retention"), reverse("innovation:retention"))]


def name_to_take_away(user: User, person: User) -> panels.Panel | None:
    """On the page of a closed account, for whoever may take its name away."""
    if person.is_active or not permissions.can_take_name(user, person):
        return None
    return panels.Panel(_("Their name"), "innovation/retention/_take_name.html", {"person": person})
