"""Asking to go live, deciding on it, and the first day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.dates import day_in_words
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.transactions import atomic
from innovation.workflow.models import StateChange
from pilots.gates import queries
from pilots.gates.actions import reviews
from pilots.gates.actions.conditions import NewCondition, make_conditions, tell_of_conditions
from pilots.gates.actions.deciders import ask_deciders
from pilots.gates.actions.signing import check_seen
from pilots.gates.models import Decision, GateReview
from pilots.gates.permissions import by_delegation
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_lead
from pilots.lifecycle.states import PilotStatus


@atomic
def ask_to_go_live(pilot: Pilot, *, by: User, at: datetime, case: str = "") -> GateReview:
    """Ask somebody outside the team whether it may start. All that the gate asks must hold."""
    lifecycle.lock_roots(pilot)
    check_can_lead(by, pilot)
    if pilot.status != PilotStatus.PREPARING:
        raise Refused(
            _("The pilot is “%(status)s”; it goes live from preparing.")
            % {"status": pilot.get_status_display()}
        )
    reviews.check_opens(pilot, Gate.GO_LIVE)
    if GateReview.objects.approval_to_go_live(pilot) is not None:
        raise Conflict(_("It may go live already."))
    review = reviews.open_review(pilot, Gate.GO_LIVE, case=case, by=by, at=at)
    reviews.record(
        "gate.go_live_asked",
        review,
        by=by,
        at=at,
    )
    ask_deciders(
        review,
        title=_("“%s” asks to go live") % pilot.title,
        text=_("%(lead)s leads it. It is ready and waits for your decision.")
        % {"lead": pilot.lead.name},
        by=by,
        at=at,
    )
    return review


@atomic
def decide_go_live(
    review: GateReview,
    *,
    approve: bool,
    reason: str = "",
    conditions: Sequence[NewCondition] = (),
    seen: str = "",
    by: User,
    at: datetime,
) -> GateReview:
    """Let it start, perhaps under conditions, or return it with what is missing. The lead then records
    the first day."""
    pilot = reviews.lock(review)
    delegation = by_delegation(by, review)
    reviews.check_is(review, Gate.GO_LIVE)
    reviews.check_undecided(review, Decision.APPROVE.label if approve else Decision.RETURN.label)
    if pilot.status != PilotStatus.PREPARING:
        raise Refused(
            _("The pilot is “%(status)s”; it goes live from preparing.")
            % {"status": pilot.get_status_display()}
        )
    checks = checklist.checklist(pilot, Gate.GO_LIVE)
    if approve:
        reviews.check_met(checks)
    reason = reviews.reason_of(reason, required=not approve)
    known = queries.known_at(review, checks=checks, at=at)
    check_seen(known, seen)
    decision = Decision.APPROVE if approve else Decision.RETURN
    make_conditions(review, conditions, goes_on=approve, by=by, at=at)
    told = reviews.write(
        review, decision, reason=reason, known=known, by=by, at=at, delegation=delegation
    )
    if approve:
        reviews.record("gate.go_live_approved", review, by=by, at=at, reason=reason, **told)
        title = _("“%s” may go live") % pilot.title
        text = _("%(who)s approved it. Its lead records the first day of use.") % {
            "who": review.decider
        }
    else:
        reviews.record("gate.go_live_returned", review, by=by, at=at, reason=reason, **told)
        title, text = _("“%s” does not go live yet") % pilot.title, reason
    tell_of_conditions(review, by=by, at=at)
    reviews.tell_team(pilot, title=title, text=text, by=by, at=at)
    return review


@atomic
def go_live(pilot: Pilot, *, on: date, by: User, at: datetime) -> StateChange:
    """Start, once somebody outside the team has approved it, the baseline is collected and every source
    answers; never before the day of that approval, or the first day could be chosen by what the numbers
    show."""
    lifecycle.lock_roots(pilot)
    check_can_lead(by, pilot)
    reviews.check_opens(pilot, Gate.GO_LIVE)
    approval = GateReview.objects.approval_to_go_live(pilot)
    if approval is None or approval.decided_at is None:
        raise Refused(_("Somebody outside the team approves going live first. Ask for it."))
    if on < (approved := dates.day_of(approval.decided_at)):
        raise Refused(
            _("Going live was approved on %(day)s; the first day of use is not before that.")
            % {"day": day_in_words(approved)}
        )
    return lifecycle.go_live(pilot, on=on, by=by, at=at, locked=True)
