"""What people put in other places: search hits, and one's own units in the navigation."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people import permissions, queries
from innovation.people.models import RoleProposal, Unit, User
from innovation.people.room import PeoplePermission
from innovation.web import panels

_WAITING = 20


def roles_waiting(user: User) -> list[panels.WaitingItem]:
    """Roles that another administrator proposed and this one may confirm."""
    if not user.may(PeoplePermission.MANAGE):
        return []
    found = RoleProposal.objects.visible_to(user).open().exclude(person=user)
    found = found.exclude(proposed_by=user)
    now = timezone.now()
    return [
        panels.WaitingItem(
            title=f"{proposal.person} · {proposal.role_name}",
            sentence=_("%(who)s proposed this role in %(unit)s; it takes a second administrator.")
            % {"who": proposal.proposed_by, "unit": proposal.unit},
            url=proposal.get_absolute_url(),
            since=proposal.proposed_at,
            kind=_("Role"),
            action_label=_("Answer"),
        )
        for proposal in found.select_related("person", "unit", "proposed_by")[:_WAITING]
        if permissions.can_confirm_role(user, proposal, at=now)
    ]


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
