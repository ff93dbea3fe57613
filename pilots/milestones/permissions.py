"""Who keeps the milestones of a pilot."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot
from pilots.lifecycle.states import ENDED


def check_can_keep(user: User, pilot: Pilot) -> None:
    """The team and the office, from the first draft of the charter until the pilot has ended."""
    check_can_edit_pilot(user, pilot)
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; its milestones stay as they are."))


can_keep = derive(check_can_keep)
