"""Who is asked to decide for somebody; one's own delegations; and the list beside those of people."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.rules import dates
from innovation.web import panels
from pilots.delegation import presenters
from pilots.delegation.models import Delegation
from pilots.delegation.permissions import can_delegate

_SHOWN = 20


def asked(user: User) -> list[panels.WaitingItem]:
    """Delegations that wait for this person's own answer."""
    if user.acting_for is not None:
        return []
    found = Delegation.objects.open().filter(to=user.pk).for_list().order_by("offered_at")
    return [
        panels.WaitingItem(
            title=_("Decide for %(name)s") % {"name": one.given_by.name},
            sentence=_("%(limits)s, from %(start)s to %(end)s. %(reason)s")
            % {
                "limits": presenters.limits_of(one),
                "start": dates.day_in_words(one.starts_on),
                "end": dates.day_in_words(one.ends_on),
                "reason": one.reason,
            },
            url=one.get_absolute_url(),
            since=one.offered_at,
            kind=_("Delegation"),
            action_label=_("Answer"),
        )
        for one in found[:_SHOWN]
    ]


def of_person(user: User, person: User) -> panels.Panel | None:
    """On one's own account: who decides for oneself, and for whom one decides."""
    if user.pk != person.pk:
        return None
    own = Delegation.objects.filter(given_by=user) | Delegation.objects.filter(to=user)
    standing = list(own.standing().for_list())
    if not standing and not can_delegate(user):
        return None
    return panels.Panel(
        _("Decisions at gates"),
        "pilots/delegation/_of_person.html",
        {"standing": standing, "user": user},
    )


def tabs_of_people(user: User) -> list[panels.PageTab]:
    if not user.may(PeoplePermission.READ):
        return []
    return [panels.PageTab(_("Delegations"), reverse("pilots:delegation-list"))]
