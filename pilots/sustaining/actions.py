"""The verbs of looks at what was scaled: they open by themselves, the owner answers, others decide."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, dates, reasons
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.gates import actions as gates
from pilots.gates.actions.signing import check_seen
from pilots.gates.models import Decision, GateReview
from pilots.gates.permissions import check_can_decide
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import owner_after_scaling
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.sustaining import queries
from pilots.sustaining.looks import MOST_WEEKS, NextLook
from pilots.sustaining.models import SustainedReview
from pilots.sustaining.permissions import check_can_answer_review


def open_due(*, at: datetime) -> list[SustainedReview]:
    """Open every look that is due, each in a transaction of its own; any number may try at once."""
    today = dates.day_of(at)
    opened = [_open(pilot, look, today=today, at=at) for pilot, look in queries.due(today)]
    return [one for one in opened if one is not None]


@atomic
def _open(pilot: Pilot, look: NextLook, *, today: date, at: datetime) -> SustainedReview | None:
    lifecycle.lock_roots(pilot)
    waits = GateReview.objects.waiting().filter(pilot=pilot).exists()
    if pilot.status != PilotStatus.SCALED or waits or queries.next_of(pilot, today=today) != look:
        return None  # another process was first
    owner = owner_after_scaling(pilot)
    case = ngettext(
        "It was scaled %(n)s month ago. Does it hold, is it used, and what does it cost?",
        "It was scaled %(n)s months ago. Does it hold, is it used, and what does it cost?",
        look.months,
    ) % {"n": look.months}
    last = queries.last_look(pilot)
    if last is not None and last.again_on == look.due_on:
        case = _("It was to be looked at again: does it hold now, is it used, what does it cost?")
    review = gates.open_sustained(pilot, owner=owner, case=case, at=at)
    sustained = SustainedReview.objects.create(
        review=review, months=look.months, due_on=look.due_on
    )
    office = User.objects.holding(PilotsPermission.OPEN, pilot.unit)
    people = {one.pk: one for one in (owner, pilot.sponsor, *office) if one is not None}
    notices.notify(
        people.values(),
        kind="scaling",
        title=_("“%s” was scaled: does it hold?") % pilot.title,
        text=_("%(owner)s says what they see; then somebody outside decides whether it stays.")
        % {"owner": owner.name},
        about=pilot,
        url=sustained.get_absolute_url(),
        at=at,
    )
    return sustained


@atomic
def answer(
    sustained: SustainedReview,
    *,
    seen: str,
    people_using: int,
    people_could: int,
    cost: Decimal,
    by: User,
    at: datetime,
) -> SustainedReview:
    """The owner says what they see; until it is decided they may say it anew."""
    _lock(sustained)
    check_can_answer_review(by, sustained)
    if people_could < 1 or not 0 <= people_using <= people_could:
        raise Malformed(_("Say how many people could use it, and how many of them do."))
    if cost < 0:
        raise Malformed(_("What it cost is not below zero."))
    sustained.seen = reasons.required(seen)
    sustained.people_using, sustained.people_could = people_using, people_could
    sustained.cost = cost
    sustained.answered_at, sustained.answered_by = at, by
    with constraints.explained():
        sustained.save(
            update_fields=[
                "seen",
                "people_using",
                "people_could",
                "cost",
                "answered_at",
                "answered_by",
            ]
        )
    review = sustained.review
    audit.record(
        "gate.owner_answered",
        review,
        by=by,
        at=at,
        also=(review.pilot,),
        unit_id=review.pilot.unit_id,
        pilot=audit.named(review.pilot),
    )
    return sustained


@atomic
def decide(
    sustained: SustainedReview,
    *,
    decision: str,
    reason: str,
    despite: str = "",
    weeks: int | None = None,
    read: str = "",
    by: User,
    at: datetime,
) -> SustainedReview:
    """It stays, also where something does not hold if it is said why; it is looked at again after so
    many `weeks`; or it is taken out of use. `read` is the hash of what the page showed, where one was read."""
    pilot = _lock(sustained)
    review = sustained.review
    check_can_decide(by, review)
    found = queries.checks(pilot)
    levels = queries.since_scaling(pilot, at=at)
    if review.decided_at is None:  # else the gate says who was first
        check_seen(queries.known(sustained, found, levels), read)
        _say_what_was_decided(
            sustained, checklist.missing(found), decision, despite, weeks, today=dates.day_of(at)
        )
    known = queries.known(sustained, found, levels)
    known |= {"despite": sustained.despite, "again_on": _plain(sustained.again_on)}
    gates.decide_sustained(review, decision=decision, reason=reason, known=known, by=by, at=at)
    return sustained


def _say_what_was_decided(
    sustained: SustainedReview,
    missing: list[checklist.Checked],
    decision: str,
    despite: str,
    weeks: int | None,
    *,
    today: date,
) -> None:
    if decision == Decision.SUSTAINED:
        if sustained.answered_at is None:
            raise Refused(
                _("Its owner has not said what they see. Look again later, or take it out of use.")
            )
        sustained.unmet = bool(missing)
        if missing and not visible(despite):
            raise Malformed(
                _("Not everything holds: %(what)s Say why it stays all the same.")
                % {"what": " ".join(one.sentence for one in missing)}
            )
        sustained.despite = visible(despite) if missing else ""
    elif decision == Decision.LOOK_AGAIN:
        if weeks is None or not 1 <= weeks <= MOST_WEEKS:
            raise Malformed(
                _("Say in how many weeks it is looked at again: 1 to %(most)s.")
                % {"most": MOST_WEEKS}
            )
        sustained.again_on = today + timedelta(weeks=weeks)
    sustained.save(update_fields=["unmet", "despite", "again_on"])


def _lock(sustained: SustainedReview) -> Pilot:
    """The pilot, what it grew from, and the review, in the one order."""
    review = sustained.review
    pilot = review.pilot
    lifecycle.lock_roots(pilot)
    workflow.lock(review)
    review.pilot = pilot
    sustained.refresh_from_db()
    sustained.review = review
    return pilot


def _plain(day: date | None) -> str | None:
    return None if day is None else str(day)
