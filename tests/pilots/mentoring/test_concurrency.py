"""Many yeses of one mentor at once, in processes of their own: no more than there is room for."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from innovation.people.models import User
from pilots.lifecycle.models import TeamMember
from pilots.mentoring import actions, queries
from pilots.mentoring.models import Mentorship
from tests.factories import mentoring as make_mentoring
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, make_cast
from tests.pilots.gates.test_concurrency import at_once

ROOM = 2


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, committed, so that other processes see it."""
    return make_cast()


def say_yes(job: tuple[int, int]) -> str:
    mentorship, person = job
    asked = Mentorship.objects.for_list().get(pk=mentorship)
    actions.accept(asked, by=User.objects.get(pk=person), at=NOW)
    return "mentors"


def test_eight_yeses_at_once_stay_within_the_room(cast: Cast) -> None:
    make_mentoring.offer(cast.ingrid, room_for=ROOM)
    pilots = [make.open_pilot(cast, title=f"Pilot {n}") for n in range(8)]
    asked = [make_mentoring.ask(pilot, cast.ingrid) for pilot in pilots]
    counted = at_once(say_yes, [(one.pk, cast.ingrid.pk) for one in asked])
    assert counted.pop("mentors") == ROOM
    assert all("mentors 2 of 2 pilots already" in key for key in counted), counted
    assert queries.load(cast.ingrid) == ROOM
    assert TeamMember.objects.filter(person=cast.ingrid, accompanies=True).count() == ROOM


def test_a_yes_takes_the_pilot_then_the_person_then_the_log(cast: Cast) -> None:
    make_mentoring.offer(cast.ingrid)
    asked = make_mentoring.ask(make.open_pilot(cast), cast.ingrid)
    tables = ("pilots_pilot", "innovation_user", "innovation_chainhead")
    with CaptureQueriesContext(connection) as seen:
        actions.accept(asked, by=cast.ingrid, at=NOW)
    locked = [
        table
        for one in seen.captured_queries
        for table in tables
        if (f'FROM "{table}"' in one["sql"] and "FOR NO KEY UPDATE" in one["sql"])
        or (table == "innovation_chainhead" and table in one["sql"])
    ]
    assert tuple(dict.fromkeys(locked)) == tables
