"""Who says that a pilot returns time, and by what it is counted."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot, is_under_decision
from pilots.lifecycle.states import OUT_OF_USE
from pilots.surveys.permissions import check_can_enter_instruments


def check_can_declare(user: User, pilot: Pilot) -> None:
    """The team and the office, while nobody decides on the pilot and until nobody works with it any more."""
    check_can_edit_pilot(user, pilot)
    if is_under_decision(pilot):
        raise Refused(
            _("Somebody decides on the pilot; what it says of its time stays until then.")
        )
    if pilot.status in OUT_OF_USE:
        raise Refused(_("The pilot has ended; what it said of its time stays as it is."))


can_declare = derive(check_can_declare)


def check_can_choose_questions(user: User) -> None:
    """Whoever enters instruments says which of their questions tell how people feel."""
    check_can_enter_instruments(user)


can_choose_questions = derive(check_can_choose_questions)
