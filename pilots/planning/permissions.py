"""Who may have a plan worked out, and who opens, rates in and closes a metric panel."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import can_edit_pilot, check_can_lead
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.planning.models import PLANNED, MetricPanel


def check_can_ask(user: User, pilot: Pilot) -> None:
    """The team, the office, and whoever decides on the resources; before go-live."""
    if not (
        can_edit_pilot(user, pilot) or user.may(PilotsPermission.DECIDE_RESOURCES, pilot.unit_id)
    ):
        raise NotAllowed(
            _(
                "A plan is worked out for the pilot's team, the innovation office and those who decide"
                " on its resources."
            )
        )
    if pilot.status not in PLANNED or pilot.went_live_on is not None:
        raise Refused(_("The pilot is past its planning; what was foreseen stays as it is."))


can_ask = derive(check_can_ask)


def check_can_open_panel(user: User, pilot: Pilot) -> None:
    """The lead and the office, while the charter is being shaped."""
    check_can_lead(user, pilot)
    if pilot.status != PilotStatus.SHAPING:
        raise Refused(_("What is measured is chosen while the pilot is being shaped."))


can_open_panel = derive(check_can_open_panel)


def check_can_run_panel(user: User, panel: MetricPanel) -> None:
    """Candidates, invitations and the set are the lead's and the office's, until it is closed."""
    check_can_lead(user, panel.pilot)
    if panel.closed_at is not None:
        raise Refused(_("The panel is closed; what was said in it stays."))


can_run_panel = derive(check_can_run_panel)


def check_can_rate(user: User, panel: MetricPanel) -> None:
    """Whoever was invited, until it is closed. Nobody rates for somebody else."""
    if not any(seat.person_id == user.pk for seat in panel.seats.all()):
        raise NotAllowed(_("Candidates are rated by those who were invited to the panel."))
    if panel.closed_at is not None:
        raise Refused(_("The panel is closed; what was said in it stays."))


can_rate = derive(check_can_rate)
