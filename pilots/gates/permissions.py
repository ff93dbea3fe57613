"""Who decides at a gate: somebody with the authority who has no part in the pilot."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed
from pilots.funding.queries import current_request
from pilots.gates.models import GateCondition, GateReview
from pilots.gates.room import GatesPermission
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.permissions import (
    check_can_lead,
    check_not_its_sponsor,
    had_a_part,
    has_a_part,
)
from pilots.lifecycle.room import PilotsPermission

PERMISSION_AT: dict[str, PilotsPermission | GatesPermission] = {
    Gate.RESOURCES: PilotsPermission.DECIDE_RESOURCES,
    Gate.GO_LIVE: GatesPermission.DECIDE_GO_LIVE,
    Gate.OUTCOME: GatesPermission.DECIDE_OUTCOMES,
    Gate.SUSTAINED: GatesPermission.DECIDE_OUTCOMES,
}


def check_can_decide(user: User, review: GateReview) -> None:
    """Authority over the pilot's unit (and, where money is asked, over the fund's), and no part
    in the pilot: not on its team, and neither sponsored, opened nor proposed by the person or by
    whom they act for."""
    pilot = review.pilot
    permission = PERMISSION_AT[review.gate]
    if not user.may(permission, pilot.unit_id):
        raise NotAllowed(
            _("This is decided by an executive of %(unit)s or of a unit above it.")
            % {"unit": pilot.unit.name}
        )
    if user.interests & {pilot.opened_by_id, review.opened_by_id}:
        raise NotAllowed(_("Nobody decides on a pilot that they opened or proposed themselves."))
    check_not_its_sponsor(user, pilot)
    if has_a_part(user, pilot):
        raise NotAllowed(_("You are on this pilot's team, so somebody else decides."))
    if pilot.owner_id in user.interests:
        raise NotAllowed(_("You own what was scaled; somebody else decides whether it stays."))
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


def check_can_verify(user: User, condition: GateCondition) -> None:
    """Whoever it names; or, as people leave, whoever could decide at its gate. Never who sees to it."""
    if condition.owner_id in user.interests:
        raise NotAllowed(_("Nobody verifies what they see to themselves."))
    if condition.verifier_id != user.pk and not can_decide(user, condition.review):
        raise NotAllowed(
            _("%(who)s verifies this condition, or somebody who decides on the pilot.")
            % {"who": condition.verifier.name}
        )


can_verify = derive(check_can_verify)
