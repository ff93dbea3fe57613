"""The pulses of the demo, told on a pilot of the cast: one group was never trained, one does not want it."""

from __future__ import annotations

from datetime import UTC, datetime
from heapq import heappop

import pytest

from demo import surveys as pulse_stories
from demo.story import Story
from pilots.adoption.barriers import GroupStanding
from pilots.adoption.queries.readiness import readiness_of
from tests.factories import adoption
from tests.factories.cast import Cast
from tests.factories.pilots import open_pilot

pytestmark = pytest.mark.django_db


def test_pulses_tell_never_trained_from_unwilling(cast: Cast) -> None:
    pilot = open_pilot(cast)
    for name, people in (
        ("Medical assistants", 22),
        ("Float pool physicians", 9),
        ("Clinicians", 14),
    ):
        adoption.name_group(cast, pilot, name=name, people=people)
    story = Story(datetime(2026, 11, 23, tzinfo=UTC).date(), "", say=print)
    story.pilots["ambient"] = pilot
    story.people["jonas"] = cast.jonas
    pulse_stories.plan(story)
    while story.steps:
        at, _turn, step = heappop(story.steps)
        step(at)
    found = {one.group.name: one for one in readiness_of(pilot)}
    assert found["Medical assistants"].standing is GroupStanding.NEVER_TRAINED
    assert found["Float pool physicians"].standing is GroupStanding.UNWILLING
    assert found["Clinicians"].standing is GroupStanding.READY
    helped = found["Medical assistants"].taken_on
    assert helped is not None
    assert helped.moved is not None
    assert found["Clinicians"].still_active is not None
