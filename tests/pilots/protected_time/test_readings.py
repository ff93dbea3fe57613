"""What is shown of a period: once, from five people up, to the pilot, the unit and the chief above it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.notices.models import Notice
from innovation.people.models import RoleGrant
from okrs.reviews.queries import review
from pilots.gates import actions as gates
from pilots.lifecycle.models import Pilot
from pilots.protected_time import actions, queries, weeks
from pilots.protected_time.models import KeptPeriod, KeptReading
from pilots.risks import queries as risks
from tests.factories import pilots as make
from tests.factories import protected_time as kept
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db

PERIOD = weeks.last_closed_period(NOW.date())
CLOSED = datetime.combine(PERIOD + weeks.PERIOD + weeks.WEEK, time(6), UTC)


@pytest.fixture
def running(pilot: Pilot) -> Pilot:
    return kept.begun(pilot)


def readings(**of: object) -> list[tuple[float, int, int]]:
    found = KeptReading.objects.filter(**of).order_by("period__starts_on")
    return [(float(one.share), one.people, one.asked) for one in found]


def test_a_period_is_read_once_when_all_its_weeks_are_closed(cast: Cast, running: Pilot) -> None:
    nurses = kept.crowd(cast.four_west, 6)
    kept.all_said(running, nurses[:3], period=PERIOD)
    kept.all_said(running, nurses[3:5], period=PERIOD, kept="part")
    kept.promised(running, nurses[5], starts_on=PERIOD, ends_on=PERIOD + timedelta(60))
    assert actions.publish_due(at=CLOSED - timedelta(days=1)) == []
    [period] = actions.publish_due(at=CLOSED)
    assert (period.starts_on, period.last_day) == (PERIOD, date(2026, 11, 1))
    assert readings(pilot=running) == readings(unit=cast.four_west) == [(0.8, 5, 6)]
    assert readings(unit=cast.lakeshore) == [(0.8, 5, 6)]
    assert actions.publish_due(at=CLOSED + timedelta(hours=1)) == []
    assert queries.too_little(running, today=NOW.date()) is None


def test_four_people_are_nobodys_to_read(cast: Cast, running: Pilot) -> None:
    kept.all_said(running, kept.crowd(cast.four_west, 4), period=PERIOD, kept="lost")
    assert [one.starts_on for one in actions.publish_due(at=CLOSED)] == [PERIOD]
    assert KeptReading.objects.count() == 0 and not Notice.objects.filter(kind="protected_time")


def test_week_to_week_and_unit_to_unit_tell_of_nobody(cast: Cast, running: Pilot) -> None:
    """Six of the ward and one of the department; the next four weeks one fewer: no reading differs by one."""
    before = PERIOD - weeks.PERIOD
    nurses, clerk = kept.crowd(cast.four_west, 6), kept.crowd(cast.medicine, 1)
    for period, people in ((before, nurses), (PERIOD, nurses[:5])):
        kept.all_said(running, [*people, *clerk], period=period)
    assert len(actions.publish_due(at=CLOSED)) == 2
    assert readings(unit=cast.four_west) == []  # the department has one person more
    assert readings(unit=cast.medicine) == readings(pilot=running) == [(1, 7, 7), (1, 6, 6)]
    # What was said of one week is in one reading and in no other.
    starts = list(KeptPeriod.objects.values_list("starts_on", flat=True))
    assert starts[0] - starts[1] == weeks.PERIOD


def test_a_pilot_is_not_read_beside_its_unit_where_one_person_is_between(
    cast: Cast, running: Pilot
) -> None:
    nurses = kept.crowd(cast.four_west, 7)
    other = kept.begun(make.open_pilot(cast, title="Other"))
    kept.all_said(running, nurses[:6], period=PERIOD)
    kept.all_said(other, nurses[6:], period=PERIOD, kept="lost")
    actions.publish_due(at=CLOSED)
    assert readings(unit=cast.four_west) == [(0.8571, 7, 7)]
    assert readings(pilot=running) == readings(pilot=other) == []


def test_too_little_is_a_risk_of_the_pilot_and_a_word_to_the_chief(
    cast: Cast, running: Pilot
) -> None:
    RoleGrant.objects.create(person=cast.ben, unit=cast.medicine, role="unit_lead", granted_at=NOW)
    RoleGrant.objects.create(
        person=cast.priya, unit=cast.four_west, role="unit_lead", granted_at=NOW
    )
    nurses = kept.crowd(cast.four_west, 6)
    kept.all_said(running, nurses[:5], period=PERIOD, kept="lost", why="shifts")
    kept.all_said(running, nurses[5:], period=PERIOD)
    actions.publish_due(at=CLOSED)
    [told] = Notice.objects.filter(kind="protected_time", person=cast.ben)
    assert told.title == "4 West kept 17 % of the time that its people promised"
    assert told.text.startswith("In the four weeks until 1 November 2026; 6 of 6 people said so.")
    # The pilot is the hospital's: above it, whoever leads the health system is told.
    chiefs = queries.chiefs_of([running.unit])[running.unit_id]
    notices = Notice.objects.filter(kind="protected_time", url=running.get_absolute_url())
    assert chiefs and sorted(one.person_id for one in notices) == sorted(one.pk for one in chiefs)
    of_pilot = notices[0]
    assert of_pilot.title == f"“{running.title}” was given 17 % of the time promised to it"
    assert of_pilot.text == told.text
    assert not any(one.name in told.title + told.text + of_pilot.title for one in nurses)
    # She leads the ward itself; above the department nobody but executives leads.
    assert not Notice.objects.filter(kind="protected_time", person=cast.priya)
    found = queries.too_little(running, today=NOW.date())
    assert found is not None and found.often == "shifts"
    assert queries.too_little(running, today=NOW.date() + timedelta(weeks=4)) is None
    browser = Client()
    browser.force_login(cast.ana)
    for page in (
        running.get_absolute_url(),
        reverse("innovation:unit-detail", args=[cast.four_west.pk]),
    ):
        text = " ".join(browser.get(page).content.decode().split())
        assert "Promised time that was kept" in text and "as 6 of 6 people said" in text
        assert "Most often between: Shifts had to be filled." in text
    for name, pk in (("pilot", running.pk), ("unit", cast.four_west.pk)):
        [one] = browser.get(reverse(f"pilots:api-kept-of-{name}", args=[pk])).json()
        assert (one["share"], one["people"], one["ends_on"]) == (0.1667, 6, "2026-11-01")


def test_the_database_shows_no_fewer_than_five_and_changes_nothing(
    cast: Cast, running: Pilot
) -> None:
    period = KeptPeriod.objects.create(starts_on=PERIOD, published_at=NOW)
    given = {"period": period, "pilot": running, "share": 1, "people": 5, "asked": 5}
    for wrong in (
        {"people": 4},
        {"asked": 4},
        {"share": 2},
        {"unit": cast.brigid},
        {"pilot": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            KeptReading.objects.create(**{**given, **wrong})
    reading = KeptReading.objects.create(**given)
    with pytest.raises(DatabaseError), transaction.atomic():
        KeptReading.objects.filter(pk=reading.pk).update(share=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        period.delete()


def test_lost_time_stands_among_the_risks_and_on_the_review(cast: Cast, running: Pilot) -> None:
    kept.all_said(running, kept.crowd(cast.four_west, 6), period=PERIOD, kept="lost")
    actions.publish_due(at=CLOSED)
    said = "The time that people promised to it is not kept: 0 % in the four weeks until 1 November 2026"
    [sentence] = risks.seen_by_itself(running, today=NOW.date())
    assert sentence.startswith(said)
    assert risks.seen_by_itself(running, today=NOW.date() + timedelta(weeks=4)) == []
    lines = review(cast.amara, at=NOW).kept
    assert [(one.unit_id, float(one.share)) for one in lines][:2] == [
        (cast.four_west.pk, 0), (cast.lakeshore.pk, 0),
    ]  # fmt: skip
    assert {one.unit_id for one in review(cast.hugo, at=NOW).kept} == set()
    # A pilot that is not given its time stands there by itself, for whoever sees it.
    browser = Client()
    browser.force_login(cast.amara)
    page = " ".join(browser.get(reverse("okrs:review")).content.decode().split())
    assert "Pilots that were not given the time promised to them" in page
    assert "0% in the four weeks until 1 November 2026, as 6 of 6 people said." in page
    [line] = browser.get(reverse("okrs:api-review")).json()["too_little_time"]
    assert (line["pilot"], line["share"], line["people"]) == (running.pk, 0, 6)
    assert review(cast.hugo, at=NOW).too_little == ()
    assert review(cast.amara, at=NOW + timedelta(weeks=4)).too_little == ()


def test_the_chief_hears_of_a_pilot_whose_units_keep_enough_and_of_none_that_ended(
    cast: Cast, running: Pilot
) -> None:
    """The ward keeps three quarters; one of the pilots gets half."""
    others = [kept.begun(make.open_pilot(cast, title=title)) for title in ("Other", "Over")]
    nurses = kept.crowd(cast.four_west, 24)
    kept.all_said(running, nurses[:6], period=PERIOD, kept="part")
    kept.all_said(others[0], nurses[6:18], period=PERIOD)
    kept.all_said(others[1], nurses[18:], period=PERIOD, kept="part")
    gates.stop(others[1], reason="Nobody has time.", by=cast.jonas, at=NOW)
    actions.publish_due(at=CLOSED)
    told = Notice.objects.filter(kind="protected_time").values_list("title", flat=True)
    assert set(told) == {f"“{running.title}” was given 50 % of the time promised to it"}
    assert [one.pilot_id for one in review(cast.amara, at=NOW).too_little] == [running.pk]
