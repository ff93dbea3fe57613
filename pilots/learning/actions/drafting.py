"""A card is drafted in the transaction by which a pilot ends, before its money and time go back: what a stop
spares is counted there and stays so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Sum

from innovation.audit import actions as audit
from innovation.rules import dates
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from innovation.workflow.models import StateChange
from pilots.evidence import queries as evidence
from pilots.funding import queries as funding
from pilots.funding.models import EntryKind, LedgerEntry
from pilots.gates import queries as gates
from pilots.gates.models import Decision, GateReview, Recommended
from pilots.learning.endings import OUTCOME_OF, CardOutcome, StopCase, freed
from pilots.learning.models import LearningCard
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED
from pilots.metrics.models import MetricRole
from pilots.staffing.capacity import FULL_TIME_HOURS
from pilots.staffing.models import Allocation

# Of what was known at a decision, what a card shows.
_SHOWN = ("readings", "verdicts", "corrected", "changed", "marks", "levels", "months", "clock")
_AT_ONCE = 200


def draft(pilot: Pilot, change: StateChange, told: Mapping[str, Any]) -> LearningCard:
    """The draft of the try that `change` ends, from the record. `told`: what the gate says of its decision,
    empty where none was decided on."""
    review = None
    if told.get("review") and told.get("decision") != Decision.WITHDRAW:
        review = GateReview.objects.get(pk=told["review"])
    card = _filled(pilot, change, review)
    if card.outcome == CardOutcome.STOPPED:
        _count_spared(card, change.at)
    card.save()
    return card


def draft_missing(*, at: datetime) -> list[LearningCard]:
    """Draft the cards of pilots that ended while none were kept. What they spared in time cannot be known any
    more; the money is what their awards gave back as they ended."""
    known = LearningCard.objects.filter(pilot=OuterRef("pk")).exclude(outcome=CardOutcome.PIVOTED)
    ended = Pilot.objects.filter(status__in=ENDED).exclude(Exists(known)).order_by("pk")
    made = [_draft_late(pilot) for pilot in ended.select_related("lead")[:_AT_ONCE]]
    return [card for card in made if card is not None]


@atomic
def _draft_late(pilot: Pilot) -> LearningCard | None:
    workflow.lock(pilot)
    change = StateChange.objects.of(audit.ref(pilot)).filter(verb__in=OUTCOME_OF).first()
    if change is None or LearningCard.objects.filter(ending=change).exists():
        return None
    reviews = GateReview.objects.filter(pilot=pilot, decided_at=change.at)
    card = _filled(pilot, change, reviews.exclude(decision=Decision.WITHDRAW).first())
    if card.outcome == CardOutcome.STOPPED:
        given_back = LedgerEntry.objects.filter(
            award__pilot=pilot, kind=EntryKind.RELEASE, at=change.at
        ).aggregate(amount=Sum("amount"))["amount"]
        card.spared_money = given_back
        card.spared_how = {"given_back": str(given_back)} if given_back is not None else {}
    card.save()
    return card


def _filled(pilot: Pilot, change: StateChange, review: GateReview | None) -> LearningCard:
    outcome = OUTCOME_OF[change.verb]
    facts = _facts(pilot, review, at=change.at)
    card = LearningCard(
        pilot=pilot,
        ending=change,
        review=review,
        outcome=outcome,
        ended_on=dates.day_of(change.at),
        drafted_at=change.at,
        facts=facts,
        title=pilot.title,
        problem="\n".join(need.title for need in pilot.needs.all())[:2000],
        tried=f"{pilot.summary}\n\n{pilot.change}".strip(),
        seen=change.reason[:4000],
        ask=pilot.lead,
    )
    if outcome == CardOutcome.STOPPED:
        case = _case(pilot, review, facts)
        card.ground, card.kept_rule = case.ground, case.keeps_rule
        said = None if review is None else review.known.get("recommendation")
        card.because = str(said["because"]) if said else ""
    return card


def _case(pilot: Pilot, review: GateReview | None, facts: Mapping[str, Any]) -> StopCase:
    harmed = any(
        one["verdict"] == "harm" and one["role"] in (MetricRole.PRIMARY, MetricRole.GUARDRAIL)
        for one in facts.get("readings", ())
    )
    unsafe = (
        harmed
        or (review is not None and review.recommended == Recommended.PAUSE)
        or pilot.holds.filter(lifted_at=None).exists()
        or (review is None and pilot.alarms.open().exists())
    )
    if review is None:
        return StopCase(decided=False, unsafe=unsafe)
    return StopCase(
        decided=True,
        recommended=review.recommended,
        against=bool(review.against),
        unsafe=unsafe,
    )


def _facts(pilot: Pilot, review: GateReview | None, *, at: datetime) -> dict[str, Any]:
    """As kept with the decision; of a pilot that was live and ended without one, as it read then."""
    live = {"went_live_on": str(pilot.went_live_on) if pilot.went_live_on else None}
    if review is not None:
        return live | {name: review.known[name] for name in _SHOWN if name in review.known}
    if pilot.went_live_on is None:
        return live
    readings = gates.readings_in_order(pilot, at=at)
    return live | {
        "verdicts": [
            {"dimension": one.dimension, "word": one.verdict, "sentence": one.sentence}
            for one in evidence.verdicts_from(readings)
        ],
        "readings": [
            {
                "metric": one.metric.pk,
                "name": one.metric.name,
                "role": one.metric.role,
                "said": measured.said,
                "measured": measured.level,
                "interval": measured.interval,
                "verdict": one.verdict,
                "sentence": one.sentence,
                "data_version": one.metric.data_version,
            }
            for one in readings
            for measured in [gates.expected_and_measured(one)]
        ],
    }


def _count_spared(card: LearningCard, at: datetime) -> None:
    """Money that was awarded and not spent, and hours that were promised for the days after this one."""
    pilot = card.pilot
    account = funding.of_pilots([pilot])[pilot.pk]
    promised = Allocation.objects.filter(pilot=pilot, ends_on__gt=card.ended_on)
    shares = freed(promised.values_list("percent", "starts_on", "ends_on"), today=dates.day_of(at))
    if account.awarded:
        card.spared_money = account.award_balance
    card.spared_hours = sum((one.hours for one in shares), Decimal(0))
    card.spared_how = {
        "awarded": str(account.kept),
        "spent": str(account.spent),
        "full_time_hours": FULL_TIME_HOURS,
        "shares": [
            {
                "percent": one.percent,
                "starts_on": str(one.starts_on),
                "ends_on": str(one.ends_on),
                "hours": str(one.hours),
            }
            for one in shares
        ],
    }
