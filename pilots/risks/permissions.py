"""Who writes down the risks of a pilot, and who looks at one again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot
from pilots.lifecycle.states import ENDED
from pilots.risks.models import PilotRisk


def check_can_record(user: User, pilot: Pilot) -> None:
    """The team and the office, until the pilot has ended."""
    check_can_edit_pilot(user, pilot)
    check_goes_on(pilot)


def check_goes_on(pilot: Pilot) -> None:
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; its risks stay as they were seen last."))


can_record = derive(check_can_record)


def check_can_look(user: User, risk: PilotRisk) -> None:
    """Its owner too: look at it again, or close it."""
    if risk.owner_id != user.pk:
        check_can_edit_pilot(user, risk.pilot)
    check_goes_on(risk.pilot)


can_look = derive(check_can_look)
