"""Who writes a pilot's hazard log, and who signs it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.hazards.models import HazardControl
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import can_edit_pilot, judges_safety
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import OUT_OF_USE


def check_can_write(user: User, pilot: Pilot) -> None:
    """The team, the office and safety; also after the pilot was scaled."""
    if not (can_edit_pilot(user, pilot) or user.may(PilotsPermission.JUDGE_SAFETY, pilot.unit_id)):
        raise NotAllowed(
            _("The hazard log is written by the pilot's team, the innovation office and safety.")
        )
    if pilot.status in OUT_OF_USE:
        raise Refused(_("The pilot was stopped; its hazard log stays as it is."))


can_write = derive(check_can_write)


def check_can_finish(user: User, control: HazardControl) -> None:
    """Say that a control is in place: its owner, and whoever writes the log."""
    if control.owner_id != user.pk:
        check_can_write(user, control.hazard.pilot)


can_finish = derive(check_can_finish)


def check_can_sign(user: User, pilot: Pilot) -> None:
    if not judges_safety(user, pilot):
        raise NotAllowed(
            _(
                "The hazard log is signed by a safety reviewer of the unit, or their deputy, who has "
                "no part in the pilot."
            )
        )


can_sign = derive(check_can_sign)
