"""Who plans the change that a pilot brings."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot
from pilots.lifecycle.states import ENDED


def check_can_plan_change(user: User, pilot: Pilot) -> None:
    """The team and the office, from the first draft of the charter until the pilot has ended."""
    check_can_edit_pilot(user, pilot)
    check_goes_on(pilot)


can_plan_change = derive(check_can_plan_change)


def check_goes_on(pilot: Pilot) -> None:
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; how its change was prepared stays as it is."))
