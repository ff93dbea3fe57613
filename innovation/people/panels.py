"""What people put in other places: search hits, and one's own units in the navigation."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people import queries
from innovation.people.models import Unit, User
from innovation.people.room import PeoplePermission
from innovation.web import panels


def find_people(user: User, text: str) -> list[panels.SearchHit]:
    """For those who may open a person's page."""
    if not user.may(PeoplePermission.READ):
        return []
    found = queries.listed(user, text=text).order_by("name")[:8]
    return [
        panels.SearchHit(
            title=person.name,
            sentence=" · ".join(
                filter(None, [person.job_title, person.unit.name if person.unit else ""])
            ),
            url=reverse("innovation:person-detail", args=[person.pk]),
            kind=_("Person"),
        )
        for person in found
    ]


def find_units(user: User, text: str) -> list[panels.SearchHit]:
    found = user.units().filter(name__icontains=text).order_by("name")[:8]
    return [
        panels.SearchHit(
            title=unit.name,
            sentence=str(unit.get_kind_display()),
            url=reverse("innovation:unit-detail", args=[unit.pk]),
            kind=_("Unit"),
        )
        for unit in found
    ]


def own_units(user: User) -> list[panels.UnitLink]:
    """Where somebody belongs, and where they hold a role: five at most."""
    held = Q(pk__in=user.grants.current().values("unit")) | Q(pk=user.unit_id)
    mine = Unit.objects.visible_to(user).open().filter(held).order_by("name")[:5]
    return [
        panels.UnitLink(unit.name, reverse("innovation:unit-detail", args=[unit.pk]))
        for unit in mine
    ]
