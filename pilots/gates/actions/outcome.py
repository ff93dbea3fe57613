"""Asking for a decision on the outcome, deciding on it, and ending early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.dates import day_in_words
from innovation.rules.refusal import Malformed
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from innovation.workflow.models import Outcome, StateChange
from pilots.assurance import actions as assurance
from pilots.funding import actions as funding
from pilots.gates import marks, queries
from pilots.gates.actions import reviews
from pilots.gates.actions.conditions import NewCondition, make_conditions, tell_of_conditions
from pilots.gates.actions.deciders import ask_deciders
from pilots.gates.actions.signing import Signature, check_seen, sign
from pilots.gates.marks import GivenReasons
from pilots.gates.models import DECISIONS_AT, GOES_ON, Decision, GateReview
from pilots.gates.permissions import by_delegation
from pilots.gates.recommendation import Recommendation
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_lead
from pilots.metrics.actions import amendments
from pilots.scaling import actions as scaling
from pilots.staffing.queries import WITH_PEOPLE


@atomic
def ask_for_decision(pilot: Pilot, *, by: User, at: datetime, case: str = "") -> GateReview:
    """Put the outcome to those who decide; the team says what it makes of the evidence."""
    lifecycle.lock_roots(pilot)
    check_can_lead(by, pilot)
    reviews.check_opens(pilot, Gate.OUTCOME)
    review = reviews.open_review(pilot, Gate.OUTCOME, case=case, by=by, at=at)
    lifecycle.evaluate(pilot, by=by, at=at, locked=True)
    ask_deciders(
        review,
        title=_("“%s” asks for a decision on its outcome") % pilot.title,
        text=_("Scale, extend, pivot or stop: it waits for you."),
        by=by,
        at=at,
    )
    return review


@atomic
def decide_outcome(
    review: GateReview,
    *,
    decision: str,
    reason: str,
    by: User,
    at: datetime,
    until: date | None = None,
    against: str = "",
    early_because: str = "",
    stale_because: str = "",
    conditions: Sequence[NewCondition] = (),
    seen: str = "",
    signature: Signature | None = None,
) -> GateReview:
    """Scale, extend (until a day), pivot or stop, on what was measured, which is kept with it. What
    the agreed rule does not say takes a reason of its own, `against`; so does what is decided before its
    time, and on old numbers. Each is marked.

    Whoever filed the needs, whoever shares them and the team are told.
    """
    pilot = reviews.lock(review)
    prefetch_related_objects([pilot], WITH_PEOPLE, "team")  # once for all that follows
    delegation = by_delegation(by, review)
    reviews.check_is(review, Gate.OUTCOME)
    if decision not in DECISIONS_AT[Gate.OUTCOME]:
        raise Malformed(_("Choose scale, extend, pivot or stop."))
    chosen = Decision(decision)
    reviews.check_undecided(review, chosen.label)
    reason = reviews.reason_of(reason, required=True)
    table = queries.outcome_table(pilot, at=at)
    said, marked = table.said, table.marked
    if chosen == Decision.SCALE:
        scaling.check_whole(table.plan)
    known = queries.known_at(review, table=table, at=at)
    check_seen(known, seen)
    if chosen == Decision.EXTEND and until is None:
        raise Malformed(_("Say until when: a pilot does not run on without an end."))
    review.recommended, review.against = _beside_the_rule(said, chosen, against)
    given = marks.check_reasons(marked, chosen, GivenReasons(early_because, stale_because))
    review.early_until, review.early_because = marked.early_for(chosen), given.early
    review.stale, review.stale_because = marked.stale_metrics, given.stale
    make_conditions(review, conditions, goes_on=chosen in GOES_ON, by=by, at=at)
    giver = None if delegation is None else delegation.given_by
    sign(review, chosen, known, signature, seen=seen, by=by, on_behalf_of=giver, at=at)
    told = reviews.write(
        review, chosen, reason=reason, known=known, by=by, at=at, delegation=delegation
    )
    if chosen == Decision.EXTEND:
        assert until is not None
        lifecycle.extend(pilot, until=until, reason=reason, by=by, at=at, locked=True, told=told)
        title = _("“%(pilot)s” runs on until %(day)s") % {
            "pilot": pilot.title,
            "day": day_in_words(until),
        }
    elif chosen == Decision.PIVOT:
        lifecycle.pivot(pilot, reason=reason, by=by, at=at, locked=True, told=told)
        amendments.lapse_of(pilot, reason=reason, by=by, at=at)
        because = _("It tries another way: %(why)s") % {"why": reason}
        assurance.open_again(pilot, because=because, by=by, at=at)
        funding.release_all(pilot, by=by, at=at)
        title = _("“%s” will try another way") % pilot.title
    elif chosen == Decision.SCALE:
        shown = queries.is_shown(table.on.readings)
        lifecycle.scale(
            pilot, owner=table.plan.owner, reason=reason, by=by, at=at, shown=shown, locked=True,
            told=told,
        )  # fmt: skip
        reviews.give_back(pilot, by=by, at=at)
        title = (
            _("“%s” worked and will be scaled")
            if shown
            else _("“%s” will be scaled, though it was not shown to work")
        ) % pilot.title
    else:
        lifecycle.stop(pilot, reason=reason, by=by, at=at, early=False, locked=True, told=told)
        reviews.give_back(pilot, by=by, at=at)
        title = _("“%s” has been stopped") % pilot.title
    if review.against:
        reviews.record(
            "gate.decided_against_rule",
            review,
            by=by,
            at=at,
            recommended=review.get_recommended_display(),
            decision=review.get_decision_display(),
            reason=review.against,
            **reviews.said_for(delegation),
        )
    if review.early_until is not None:
        reviews.record(
            "gate.decided_early",
            review,
            by=by,
            at=at,
            until=review.early_until,
            decision=review.get_decision_display(),
            reason=review.early_because,
        )
    if review.stale:
        reviews.record(
            "gate.decided_on_old_numbers",
            review,
            by=by,
            at=at,
            metrics=review.stale,
            decision=review.get_decision_display(),
            reason=review.stale_because,
        )
    tell_of_conditions(review, by=by, at=at)
    reviews.tell_team(pilot, title=title, text=reason, by=by, at=at)
    if chosen in (Decision.EXTEND, Decision.PIVOT):  # met and not met are told by the needs
        reviews.tell_voices(pilot, title=title, text=reason, by=by, at=at)
    return review


def _beside_the_rule(
    said: Recommendation | None, decision: Decision, against: str
) -> tuple[str, str]:
    """What the rule says, and why it is decided otherwise; empty where it is not."""
    if said is None:
        return "", ""
    if said.accords(decision):
        return said.step.value, ""
    if not visible(against):
        raise Malformed(
            _("%(rule)s Say why you decide against it: it is kept with the decision.")
            % {"rule": said.sentence}
        )
    return said.step.value, visible(against)


@atomic
def stop(pilot: Pilot, *, reason: str, by: User, at: datetime) -> StateChange:
    """End the pilot early, for a good reason, before its outcome is decided.

    An open proposal is taken back with it; money and time that are left go back.
    """
    lifecycle.lock_roots(pilot)
    review = GateReview.objects.waiting().filter(pilot=pilot).exclude(gate=Gate.OUTCOME).first()
    if review is not None:
        workflow.lock(review)
    funding.lock_money(pilot)
    told = reviews.told(review, Decision.WITHDRAW, {}) if review is not None else {}
    change = lifecycle.stop(pilot, reason=reason, by=by, at=at, locked=True, told=told)
    if review is not None:
        reviews.write(review, Decision.WITHDRAW, reason=reason, known={}, by=by, at=at)
        workflow.close_round(review, outcome=Outcome.RETURNED, at=at)
    reviews.give_back(pilot, by=by, at=at)
    reviews.tell_team(
        pilot, title=_("“%s” has been stopped") % pilot.title, text=visible(reason), by=by, at=at
    )
    return change
