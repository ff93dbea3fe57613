"""What this room puts on a pilot's page: its packs, and the button that freezes one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.web.panels import Panel
from pilots.evidence_packs import permissions, queries
from pilots.lifecycle.models import Pilot


def packs_of_pilot(user: User, pilot: Pilot) -> Panel | None:
    packs = queries.packs_of(pilot)
    may = bool(permissions.can_freeze(user, pilot)) and pilot.went_live_on is not None
    if not packs and not may:
        return None
    return Panel(
        title=_("Evidence packs"),
        template="pilots/evidence_packs/_packs.html",
        context={"packs": packs, "pilot": pilot, "may_freeze": may},
    )
