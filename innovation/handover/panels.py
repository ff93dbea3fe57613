"""What leavers held, where an administrator looks: on their page, and among what waits."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.handover import queries
from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.web import panels


def tabs_of_people(user: User) -> list[panels.PageTab]:
    """For those who keep people somewhere."""
    if not user.may(PeoplePermission.MANAGE):
        return []
    return [panels.PageTab(_("Leavers"), reverse("innovation:leavers"))]


def still_held(user: User, person: User) -> panels.Panel | None:
    """On the page of somebody whose account is closed: what waits for somebody else."""
    items = queries.held_in_reach(user, person)
    if not items:
        return None
    context = {"person": person, "items": items}
    return panels.Panel(_("Still answers for"), "innovation/handover/_still_held.html", context)


def waiting(user: User) -> list[panels.WaitingItem]:
    """For administrators: each leaver who still holds something where they keep people."""
    if not user.may(PeoplePermission.MANAGE):
        return []
    return [
        panels.WaitingItem(
            title=_("%(name)s has left") % {"name": leaver.person.name},
            sentence=ngettext(
                "%(n)s thing that they answered for needs somebody else.",
                "%(n)s things that they answered for need somebody else.",
                len(leaver.items),
            )
            % {"n": len(leaver.items)},
            url=reverse("innovation:person-hand-over", args=[leaver.person.pk]),
            since=leaver.since,
            kind=_("Leaver"),
            action_label=_("Hand over"),
        )
        for leaver in queries.leavers(user)
    ]
