"""What the groups of Lakeshore's pilots said in eighteen months of pulses, and how many of them use it.

Whose work changes is told elsewhere; here every group that stands and can be asked is. Medical
assistants were never trained, and the float pool does not want it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from demo.pilots import PILOTS
from innovation.rules import dates
from pilots.adoption.actions import pulses
from pilots.adoption.models import AffectedGroup
from pilots.adoption.queries.readiness import readiness_of
from pilots.lifecycle.models import Pilot
from pilots.surveys import actions as surveys
from pilots.surveys.permissions import can_ask

if TYPE_CHECKING:
    from demo.story import Story

BEFORE_LIVE = 5  # weeks, so that it is read before the gate
OPEN = 12  # days
# Weeks ago; the first of a pilot is before it goes live.
PULSES = {"beds": (74, 62, 46, 31, 18, 6), "ambient": (18, 11, 4)}
# Weeks ago that use was counted: before a decision on the outcome, and since.
COUNTED = {"beds": (59, 45, 36, 20, 5), "ambient": (10, 2), "reminders": (21,)}
# What a group says at first, and by how much it grows from pulse to pulse until the fourth, in the order of the
# questions.
GROWN = 3
USUAL = ((3.3, 3.4, 3.0, 2.9, 2.9), 0.25)
SAID = {
    "Medical assistants": ((4.1, 4.0, 2.1, 2.0, 2.8), 0.0),
    "Float pool physicians": ((4.0, 2.0, 3.1, 2.8, 2.7), 0.0),
}
# The share that uses it, at first and later.
USES = {"Medical assistants": (0.25, 0.3), "Float pool physicians": (0.0, 0.0)}
USUALLY_USES = (0.45, 0.75)
# The share that was trained, where no session names who was there.
TRAINED = {"Medical assistants": 0.0, "Float pool physicians": 1.0}
HELPED = {
    "Medical assistants": "Train on each shift, in protected time: four half hours in the winter plan.",
    "Float pool physicians": "Ask in an open hour what they would lose, and change the plan by it.",
}


def plan(story: Story) -> None:
    for key, told in PILOTS.items():
        if told.live is not None:
            weeks = (told.live + BEFORE_LIVE, *PULSES.get(key, ()))
            for turn, ago in enumerate(weeks):
                at = story.week(ago, 13)
                story.then(at, partial(_ask, story, key, turn))
                # Before what else happens on that day: a gate may wait for it.
                closes = dates.days_after(dates.day_of(at), OPEN + 1)
                story.then(
                    dates.begins(closes) + timedelta(hours=5), lambda at: surveys.close_due(at=at)
                )
        for turn, ago in enumerate(COUNTED.get(key, ())):
            story.then(story.week(ago, 13), partial(_count, story, key, turn))
    story.then(story.week(5, 14), partial(_help, story, "ambient"))


def _open(story: Story, key: str) -> Pilot | None:
    """The pilot, where it is there and goes on by now."""
    pilot = story.pilots.get(key)
    if pilot is None:
        return None
    pilot.refresh_from_db()
    return pilot if can_ask(story.lead(key), pilot) else None


def _groups(pilot: Pilot) -> list[AffectedGroup]:
    return list(AffectedGroup.objects.standing().filter(pilot=pilot, people__gte=5).for_list())


def _ask(story: Story, key: str, turn: int, at: datetime) -> None:
    pilot = _open(story, key)
    if pilot is None or not (groups := _groups(pilot)):
        return
    until = dates.days_after(dates.day_of(at), OPEN)
    asked = pulses.open_pulses(pilot, groups=groups, by=story.lead(key), at=at, closes_on=until)
    for pulse in asked:
        first, grows = SAID.get(pulse.group.name, USUAL)
        chance = Random(f"{pulse.group.name} {turn}")
        grown = grows * min(turn, GROWN)
        people = [one.person for one in pulse.round.people.order_by("pk").select_related("person")]
        share = chance.uniform(0.5, 0.8)
        for n in range(max(5, round((len(people) or pulse.group.people) * share))):
            said = {
                place: min(5, max(1, round(chance.gauss(score + grown, 0.7))))
                for place, score in enumerate(first, start=1)
            }
            surveys.answer(
                pulse.round,
                said,
                at=at + timedelta(hours=n),
                person=people[n] if people else None,
                slip=f"demo {pulse.round_id} {n}",
            )


def _count(story: Story, key: str, turn: int, at: datetime) -> None:
    pilot = _open(story, key)
    for group in _groups(pilot) if pilot else ():
        first, later = USES.get(group.name, USUALLY_USES)
        share = later if turn else first
        pulses.count_use(
            group,
            on=dates.day_of(at),
            eligible=group.people,
            trained=round(group.people * TRAINED[group.name]) if group.name in TRAINED else None,
            active=round(group.people * share),
            still_active=round(group.people * share * 0.9) if turn else None,
            source="Usage log of the record, counted by the team",
            by=story.lead(key),
            at=at,
        )


def _help(story: Story, key: str, at: datetime) -> None:
    pilot = _open(story, key)
    for one in readiness_of(pilot) if pilot else ():
        if one.group.name in HELPED and one.barrier is not None:
            pulses.take_on(
                one.group,
                what=HELPED[one.group.name],
                owner=story.lead(key),
                until=dates.days_after(dates.day_of(at), 28),
                by=story.lead(key),
                at=at,
            )
