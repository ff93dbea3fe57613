"""Asking for people and money, deciding on it, and taking the question back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.money import money
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from innovation.workflow.models import Outcome
from pilots.funding import actions as funding
from pilots.funding.queries import open_request
from pilots.gates import pathways, queries
from pilots.gates.actions import reviews
from pilots.gates.actions.conditions import NewCondition, make_conditions, tell_of_conditions
from pilots.gates.actions.deciders import ask_deciders
from pilots.gates.actions.signing import Signature, check_seen, sign
from pilots.gates.models import Decision, GateReview
from pilots.gates.permissions import by_delegation, check_can_withdraw, is_in_order
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pathway, Pilot
from pilots.lifecycle.permissions import check_can_lead
from pilots.planning import actions as planning


@atomic
def propose(
    pilot: Pilot, *, by: User, at: datetime, case: str = "", with_go_live: bool = False
) -> GateReview:
    """Ask for people and money; `with_go_live`: and, where its pathway lets one decision say both, to
    start once it is ready. All requirements must hold; the charter is locked from now on."""
    lifecycle.lock_roots(pilot)
    check_can_lead(by, pilot)
    reviews.check_opens(pilot, Gate.RESOURCES)
    request = open_request(pilot)
    assert request is not None  # the requirements found one
    threshold = request.fund.second_approval_above
    if with_go_live and not queries.may_start_with_resources(pilot):
        raise Refused(
            _(
                "Resources and going live are decided on together on the efficiency pathway, up to %(amount)s."
            )
            % {"amount": money(pathways.TERMS[Pathway.EFFICIENCY].together_up_to or 0)}
        )
    review = reviews.open_review(
        pilot, Gate.RESOURCES, case=case, by=by, at=at, with_go_live=with_go_live
    )
    needed = 2 if threshold is not None and request.amount > threshold else 1
    workflow.open_round(review, needed=needed, by=by, at=at)
    lifecycle.propose(pilot, by=by, at=at, locked=True)
    planning.refresh(pilot, at=at)  # whoever decides reads what the plan can answer
    ask_deciders(
        review,
        needed=needed,
        title=_("“%(pilot)s” asks for %(amount)s")
        % {"pilot": pilot.title, "amount": money(request.amount)},
        text=_("%(lead)s leads it. It waits for your decision.") % {"lead": pilot.lead.name},
        by=by,
        at=at,
    )
    return review


@atomic
def withdraw(review: GateReview, *, reason: str, by: User, at: datetime) -> GateReview:
    """Take a proposal back before it is decided, to go on shaping."""
    pilot = reviews.lock(review)
    check_can_withdraw(by, review)
    reviews.check_undecided(review, _("Take it back"))
    if review.gate in (Gate.OUTCOME, Gate.SUSTAINED):
        raise Refused(_("This is decided on, not taken back."))
    told = reviews.write(review, Decision.WITHDRAW, reason=reason, known={}, by=by, at=at)
    if review.gate == Gate.GO_LIVE:
        reviews.record(
            "gate.go_live_withdrawn",
            review,
            by=by,
            at=at,
            reason=review.reason,
            **told,
        )
        return review
    workflow.close_round(review, outcome=Outcome.RETURNED, at=at)
    lifecycle.return_(pilot, reason=reason, by=by, at=at, locked=True, told=told)
    return review


@atomic
def decide_resources(
    review: GateReview,
    *,
    approve: bool,
    reason: str = "",
    conditions: Sequence[NewCondition] = (),
    seen: str = "",
    signature: Signature | None = None,
    by: User,
    at: datetime,
) -> GateReview:
    """Give the people and the money, perhaps under conditions, or return the pilot with a reason.

    The last yes that the quorum needs books the award. A fund that does not hold enough refuses,
    and the review waits on as it was.
    """
    pilot = reviews.lock(review)
    checks = checklist.checklist(pilot, Gate.RESOURCES)  # reads what all that follows looks at
    delegation = by_delegation(by, review)
    reviews.check_is(review, Gate.RESOURCES)
    reviews.check_undecided(review, Decision.APPROVE.label if approve else Decision.RETURN.label)
    reason = reviews.reason_of(reason, required=not approve)
    known = queries.known_at(review, checks=checks, at=at)
    check_seen(known, seen)
    outcome = Outcome.APPROVED if approve else Outcome.RETURNED
    make_conditions(review, conditions, goes_on=approve, by=by, at=at)
    giver = None if delegation is None else delegation.given_by
    decision = Decision.APPROVE if approve else Decision.RETURN
    round_ = workflow.answer_round(
        review, outcome=outcome, by=by, at=at, reason=reason, on_behalf_of=giver
    )
    sign(review, decision, known, signature, seen=seen, by=by, on_behalf_of=giver, at=at)
    if approve and round_.closed_at is None:
        _ask_the_second(review, by=by, at=at)
        audit.record(
            "gate.approved_by_one",
            review,
            by=by,
            at=at,
            also=(pilot,),
            unit_id=pilot.unit_id,
            **reviews.said_for(delegation),
        )
        return review
    if approve:
        made = funding.award(pilot, by=by, at=at)
        told = reviews.write(
            review,
            Decision.APPROVE,
            reason=reason,
            known=known,
            by=by,
            at=at,
            delegation=delegation,
        )
        lifecycle.approve(pilot, by=by, at=at, reason=reason, locked=True, told=told)
        title = _("“%s” has its resources") % pilot.title
        text = _("%(who)s approved %(amount)s and the team's time. Preparing may begin.") % {
            "who": review.decider,
            "amount": money(made.amount),
        }
    else:
        told = reviews.write(
            review, Decision.RETURN, reason=reason, known=known, by=by, at=at, delegation=delegation
        )
        lifecycle.return_(pilot, reason=reason, by=by, at=at, locked=True, told=told)
        title = _("“%s” came back to be shaped further") % pilot.title
        text = reason
    tell_of_conditions(review, by=by, at=at)
    reviews.tell_team(pilot, title=title, text=text, by=by, at=at)
    return review


def _ask_the_second(review: GateReview, *, by: User, at: datetime) -> None:
    """Where one approves after the other, the second hears of it now."""
    if not is_in_order(review):
        return
    ask_deciders(
        review,
        title=_("“%s” waits for the second approval") % review.pilot.title,
        text=_("%(who)s gave the first.") % {"who": by.name},
        by=by,
        at=at,
    )
