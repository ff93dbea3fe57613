"""Mentors and what they share with a team, made by the verbs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.mentoring import actions
from pilots.mentoring.actions import GivenStep
from pilots.mentoring.models import Mentor, MentoringSession, Mentorship
from tests.factories.cast import NOW
from tests.factories.remembered import remembered

TODAY = NOW.date()


@remembered
def offer(person: User, *skills: str, room_for: int = 2, **said: Any) -> Mentor:
    """They would mentor; in measurement where nothing is said."""
    return actions.offer(
        skills=skills or ("measurement",), room_for=room_for, by=person, at=NOW, **said
    )


@remembered
def ask(pilot: Pilot, person: User, **changed: Any) -> Mentorship:
    """Whoever leads it asks."""
    given = {"why": "You have done this before.", "by": pilot.lead, "at": NOW, **changed}
    return actions.ask(pilot, person=person, **given)


@remembered
def mentored(pilot: Pilot, person: User) -> Mentorship:
    """Offered, asked, and said yes."""
    if not Mentor.objects.filter(person=person).exists():
        offer(person)
    return actions.accept(ask(pilot, person), by=person, at=NOW)


@remembered
def met(mentorship: Mentorship, *, by: User, who: User | None = None) -> MentoringSession:
    """They spoke, and agreed on one next step, of the lead's where nobody is named."""
    step = GivenStep(
        "Write down what is counted.",
        who or mentorship.pilot.lead,
        TODAY + timedelta(days=3),
    )
    return actions.write_session(
        mentorship,
        held_on=TODAY,
        spoken_of="We spoke of the baseline.",
        steps=[step],
        by=by,
        at=NOW,
    )
