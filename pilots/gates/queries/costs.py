"""What a pilot asks of its fund, and what a decision on that amount takes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pilots.funding import queries as funding
from pilots.funding.models import Request
from pilots.gates import pathways
from pilots.gates.models import Decision, GateReview
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot


@dataclass(frozen=True)
class PilotCost:
    """What a pilot asks, against what its fund holds."""

    request: Request
    amount: Decimal
    before: Decimal

    @property
    def after(self) -> Decimal:
        return self.before - self.amount

    @property
    def fits(self) -> bool:
        return self.after >= 0


def cost_of(pilot: Pilot) -> PilotCost | None:
    request = funding.current_request(pilot)
    if request is None:
        return None
    return PilotCost(request, request.amount, request.fund.balance)


def may_start_with_resources(pilot: Pilot) -> bool:
    """Whether one decision may give the resources and let it start."""
    limit = pathways.terms_of(pilot.pathway).together_up_to
    request = funding.current_request(pilot)
    return limit is not None and request is not None and request.amount <= limit


def asks_for_signature(review: GateReview, decision: str) -> bool:
    """Whether this decision is signed: an approval above the amount that the fund names, and scaling what
    such a fund paid for."""
    if review.gate == Gate.RESOURCES and decision == Decision.APPROVE:
        request = funding.current_request(review.pilot)
        above = None if request is None else request.fund.sign_above
        return request is not None and above is not None and request.amount > above
    if review.gate != Gate.OUTCOME or decision != Decision.SCALE:
        return False
    paid_by = Request.objects.filter(pilot=review.pilot_id).order_by("-id")
    return paid_by.values_list("fund__sign_above", flat=True).first() is not None
