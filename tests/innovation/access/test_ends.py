"""Who holds a role that ends is told a week before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from innovation.access import actions
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.rules import dates
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

LAST_DAY = date(2026, 12, 24)


def test_holder_is_told_a_week_before_once_for_each_end(cast: Cast) -> None:
    given = people.grant(
        cast.ben, by=cast.ada, at=NOW, unit=cast.medicine, role="mentor", ends_on=LAST_DAY
    )
    people.grant(cast.ana, by=cast.ada, at=NOW, unit=cast.medicine, role="mentor")
    early = dates.begins(LAST_DAY - timedelta(days=8))
    due = dates.begins(LAST_DAY - timedelta(days=7))
    assert actions.tell_of_ends(at=early) == 0
    assert actions.tell_of_ends(at=due) == 1
    assert actions.tell_of_ends(at=due + timedelta(hours=1)) == 0
    notice = Notice.objects.get()
    assert notice.person == cast.ben
    assert notice.title == "Your role Mentor in Medicine ends on 24 December 2026"
    # Another day is another end.
    given.refresh_from_db()
    people.set_end(given, by=cast.ada, at=due, ends_on=LAST_DAY + timedelta(days=2))
    assert actions.tell_of_ends(at=due + timedelta(days=2)) == 1


def test_nobody_is_told_of_a_role_that_is_over(cast: Cast) -> None:
    given = people.grant(
        cast.ben, by=cast.ada, at=NOW, unit=cast.medicine, role="mentor", ends_on=LAST_DAY
    )
    assert actions.tell_of_ends(at=dates.begins(LAST_DAY + timedelta(days=1))) == 0
    people.end_grant(given, by=cast.ada, at=NOW)
    assert actions.tell_of_ends(at=dates.begins(LAST_DAY)) == 0
