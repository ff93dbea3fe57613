"""Who asks a group, and who enters instruments."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot
from pilots.lifecycle.states import OUT_OF_USE
from pilots.surveys.room import SurveysPermission


def check_can_ask(user: User, pilot: Pilot) -> None:
    """The team and the office, also after what it tries was scaled: how it is used is asked on."""
    check_can_edit_pilot(user, pilot)
    if pilot.status in OUT_OF_USE:
        raise Refused(_("The pilot has ended; nobody is asked any more."))


can_ask = derive(check_can_ask)


def check_can_enter_instruments(user: User) -> None:
    """Administrators, who know which licences there are."""
    if not user.may(SurveysPermission.INSTRUMENTS):
        raise NotAllowed(_("Instruments are entered by administrators."))


can_enter_instruments = derive(check_can_enter_instruments)
