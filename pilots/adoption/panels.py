"""Whose work changes: on the pilot's page and in its charter."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.web.panels import Panel
from pilots.adoption import permissions, queries
from pilots.lifecycle.models import Pilot


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    groups = queries.groups_of(pilot)
    may_plan = bool(permissions.can_plan_change(user, pilot))
    if not groups and not may_plan:
        return None
    return Panel(
        title=_("Whose work changes"),
        template="pilots/adoption/_groups.html",
        context={
            "pilot": pilot,
            "groups": groups,
            "people": sum(one.people for one in groups),
            "may_plan": may_plan,
        },
    )


of_charter = of_pilot
