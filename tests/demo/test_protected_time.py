"""The demo's weeks of promised time: the same every time, within what was promised, and read as they were closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from demo import protected_time as told
from innovation.people.models import User
from pilots.protected_time import weeks
from pilots.protected_time.models import KeptPeriod, KeptReading, ProtectedWeek
from pilots.protected_time.queries.weeks import running
from tests.factories import pilots as make
from tests.factories import protected_time as kept
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def test_a_year_of_weeks_is_said_and_read(cast: Cast) -> None:
    today, start = NOW.date(), NOW.date() - timedelta(weeks=52)
    pilot = kept.begun(make.open_pilot(cast))
    people: list[User] = [*kept.crowd(cast.four_west, 7), cast.ana]
    for one in people:
        kept.promised(pilot, one, starts_on=start, ends_on=today + timedelta(weeks=8))
    made = told.answers(
        running(first=start, last=today).select_related("person__unit", "pilot"),
        teams={pilot.pk: told.TEAMS["letters"]},
        not_yet={cast.ana.pk},
        today=today,
    )
    ProtectedWeek.objects.bulk_create(made)
    assert 250 < len(made) < 8 * 53
    assert (
        max(one.week for one in made if one.person == cast.ana)
        < weeks.monday_of(today) - weeks.WEEK
    )
    told.publish(today)
    assert KeptPeriod.objects.count() in (13, 14)
    assert KeptReading.objects.filter(pilot=pilot, share__lt=0.7).count() > 10


def test_teams_of_colleagues_are_of_units_and_pilots_of_the_story() -> None:
    from demo.people import COLLEAGUE_UNITS
    from demo.pilots import PILOTS
    from pilots.protected_time.models import WeekLostTo

    for key, team in told.TEAMS.items():
        live = PILOTS[key].live
        assert live is not None and team.weeks_ago < live
        assert {unit for unit, _count in team.units} <= set(COLLEAGUE_UNITS)
        assert set(team.between) <= set(WeekLostTo.values) and sum(team.went) == 10
