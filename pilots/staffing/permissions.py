"""Who may promise people's time to a pilot."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot
from pilots.lifecycle.states import ENDED, PilotStatus


def check_can_staff(user: User, pilot: Pilot) -> None:
    """The team and the office; not while somebody decides on the pilot, nor after its end."""
    check_can_edit_pilot(user, pilot)
    if pilot.status in (PilotStatus.PROPOSED, PilotStatus.EVALUATING):
        raise Refused(_("The team stays as it is while the pilot waits for a decision."))
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; its people are free again."))


can_staff = derive(check_can_staff)
