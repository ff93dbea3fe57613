"""Pilots that ended, and the cards of what was learned from them, by the verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from innovation.people.models import User
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.learning import actions as learning
from pilots.learning.models import LearningCard
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.remembered import remembered

SAID = {
    "problem": "Notes are finished at the kitchen table, after the shift.",
    "tried": "The room listened to the visit and drafted the note; the clinician signed.",
    "seen": "Notes were as long as before. Drafts were rewritten from the first line.",
    "works_for": "Perhaps where one language is spoken and rooms are quiet.",
    "next_team": "Count first how much of a draft survives. We would begin with letters.",
}


@remembered
def ask_past_its_end(cast: Cast, pilot: Pilot) -> GateReview:
    """It ran until its planned end and changed nothing, so the rule says stop; it waits for the decision."""
    make.run(cast, pilot, make.make_fund(cast))
    make.plan_to_scale(cast, pilot)
    for metric in pilot.metrics.all():
        level = 1 if metric.role == "guardrail" else 16
        make.observe(metric, since=make.TODAY - timedelta(weeks=4), weeks=4, value=level)
    Pilot.objects.filter(pk=pilot.pk).update(
        starts_on=make.TODAY - timedelta(weeks=4), ends_on=make.TODAY - timedelta(days=1)
    )
    pilot.refresh_from_db()
    return gates.ask_for_decision(pilot, by=pilot.lead, at=NOW, case="It changed nothing.")


@remembered
def stop_by_rule(cast: Cast, pilot: Pilot, **fields: Any) -> LearningCard:
    """Stopped by Amara as its rule said; its card is a draft."""
    review = ask_past_its_end(cast, pilot)
    gates.decide_outcome(
        review,
        **{
            "decision": "stop",
            "reason": "It changed nothing, and now we know why.",
            "by": cast.amara,
            "at": NOW,
            **fields,
        },
    )
    return LearningCard.objects.get(pilot=pilot)


@remembered
def learn(cast: Cast, card: LearningCard, *, by: User | None = None, **said: Any) -> LearningCard:
    """Completed by Jonas, who led it and is to be asked."""
    given: dict[str, Any] = {**SAID, "ask": cast.jonas, "by": by or cast.jonas, "at": NOW, **said}
    return learning.publish(card, **given)


@remembered
def learned(cast: Cast, **fields: Any) -> LearningCard:
    """A pilot of St Brigid that was given up while it was shaped, with its published card."""
    pilot = make.open_pilot(cast, **fields)
    gates.stop(pilot, reason="Nobody has the room for it.", by=cast.jonas, at=NOW)
    return learn(cast, LearningCard.objects.get(pilot=pilot))
