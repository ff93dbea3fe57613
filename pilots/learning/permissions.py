"""Who completes a learning card, and who reads one for a pilot that is shaped."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.funding.permissions import can_see_money
from pilots.learning.models import LearningCard
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_on_team
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus


def check_can_complete(user: User, card: LearningCard) -> None:
    """The lead; the office once the lead has left."""
    pilot = card.pilot
    if pilot.lead_id == user.pk:
        return
    if not pilot.lead.is_active and user.may(PilotsPermission.OPEN, pilot.unit_id):
        return
    raise NotAllowed(
        _("%(who)s led it, and writes down what was learned.") % {"who": pilot.lead.name}
        if pilot.lead.is_active
        else _("Its lead has left, so the innovation office writes down what was learned.")
    )


can_complete = derive(check_can_complete)


def check_can_read_for(user: User, pilot: Pilot) -> None:
    """Its lead and its team: nobody reads for them."""
    if not is_on_team(user, pilot):
        raise NotAllowed(_("The pilot's lead or its team reads it."))
    if pilot.status != PilotStatus.SHAPING:
        raise Refused(_("Cards are read while a pilot is shaped, before it asks for anything."))


can_read_for = derive(check_can_read_for)


def sees_spared_money(user: User, card: LearningCard) -> bool:
    """As all amounts of its pilot."""
    return card.spared_money is not None and bool(can_see_money(user, card.pilot))
