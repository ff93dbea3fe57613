"""Who decides at a gate: somebody with the authority who has no part in the pilot."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed
from pilots.funding.queries import current_request
from pilots.gates.models import GateReview
from pilots.gates.room import GatesPermission
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.permissions import check_can_lead, had_a_part, has_a_part
from pilots.lifecycle.room import PilotsPermission


def check_can_decide(user: User, review: GateReview) -> None:
    """Authority over the pilot's unit (and, where money is asked, over the fund's), and no part
    in the pilot: not on its team, and neither opened nor proposed by the person or by whom they
    act for."""
    pilot = review.pilot
    permission = (
        PilotsPermission.DECIDE_RESOURCES
        if review.gate == Gate.RESOURCES
        else GatesPermission.DECIDE_OUTCOMES
    )
    if not user.may(permission, pilot.unit_id):
        raise NotAllowed(
            _("This is decided by an executive of %(unit)s or of a unit above it.")
            % {"unit": pilot.unit.name}
        )
    if user.interests & {pilot.opened_by_id, review.opened_by_id}:
        raise NotAllowed(_("Nobody decides on a pilot that they opened or proposed themselves."))
    if has_a_part(user, pilot):
        raise NotAllowed(_("You are on this pilot's team, so somebody else decides."))
    if had_a_part(user, pilot):
        raise NotAllowed(
            _(
                "You were on this pilot's team since it was given its resources; somebody else decides."
            )
        )
    if review.gate == Gate.RESOURCES:
        request = current_request(pilot)
        if request is not None and not user.may(permission, request.fund.unit_id):
            raise NotAllowed(
                _("The money would come from %(fund)s, which an executive of %(unit)s decides on.")
                % {"fund": request.fund, "unit": request.fund.unit.name}
            )


can_decide = derive(check_can_decide)


def check_can_withdraw(user: User, review: GateReview) -> None:
    check_can_lead(user, review.pilot)


can_withdraw = derive(check_can_withdraw)
