"""Who freezes what a pilot showed. Whoever sees the pilot may read what was frozen."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed
from pilots.gates.room import GatesPermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission


def check_can_freeze(user: User, pilot: Pilot) -> None:
    """The lead, the sponsor, the innovation office, and those who decide on pilots of its unit."""
    if not (
        user.pk in (pilot.lead_id, pilot.sponsor_id)
        or user.may(PilotsPermission.OPEN, pilot.unit_id)
        or user.may(PilotsPermission.DECIDE_RESOURCES, pilot.unit_id)
        or user.may(GatesPermission.DECIDE_OUTCOMES, pilot.unit_id)
    ):
        raise NotAllowed(
            _(
                "Evidence is frozen by the pilot's lead or sponsor, the innovation office, or those "
                "who decide on it."
            )
        )


can_freeze = derive(check_can_freeze)
