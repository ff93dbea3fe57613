"""Who stops a pilot from where it runs, who reports what happened, and who answers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import judges_safety
from pilots.lifecycle.states import PilotStatus
from pilots.safety import queries
from pilots.safety.stop_rules import STOPPABLE


def check_can_speak_up(user: User, pilot: Pilot) -> None:
    """Everybody who works where the pilot runs."""
    if not queries.at_hand(user).filter(pk=pilot.pk).exists():
        raise NotAllowed(_("This is for everybody who works where the pilot runs."))


can_speak_up = derive(check_can_speak_up)


def check_can_ask_stop(user: User, pilot: Pilot) -> None:
    check_can_speak_up(user, pilot)
    if pilot.status not in STOPPABLE and pilot.status != PilotStatus.PAUSED:
        raise Refused(
            _("There is nothing to stop: the pilot is “%(status)s”.")
            % {"status": pilot.get_status_display()}
        )


can_ask_stop = derive(check_can_ask_stop)


def check_can_judge(user: User, pilot: Pilot) -> None:
    """Answer a stop, look at a report and answer it: safety, and nobody who has a part in the pilot."""
    if not judges_safety(user, pilot):
        raise NotAllowed(
            _(
                "This is for the safety reviewers of the unit, and their deputies, who have no part "
                "in the pilot."
            )
        )


can_judge = derive(check_can_judge)
