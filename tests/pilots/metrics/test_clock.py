"""A clock that is ahead: no number for what has not ended, and none that stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from innovation.audit.models import Event
from innovation.notices.models import Notice
from pilots.connectors.measurement import Cadence
from pilots.metrics import actions
from pilots.metrics.models import Metric, Observation, PullStatus, Revision
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics.server import Answer, Source, rows
from tests.present import present

pytestmark = pytest.mark.django_db

AHEAD = NOW + timedelta(weeks=13)


def put_clock_of_database(at: datetime) -> None:
    """Until the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION pilots_now() RETURNS timestamptz LANGUAGE sql VOLATILE"
            f" AS $$SELECT timestamptz '{at.isoformat()}'$$"
        )


def zeros(path: str, _headers: dict[str, str]) -> Answer:
    """What a system that counts says of any week it is asked for."""
    begin, end = (date.fromisoformat(part.partition("=")[2]) for part in path[6:].split("&"))
    weeks = (begin + timedelta(weeks=n) for n in range((end - begin).days // 7))
    return rows(*((str(week), 0 if week > date(2026, 11, 15) else 5, 50) for week in weeks))


def pull(metric: Metric, at: datetime) -> None:
    done = actions.run_pull(actions.request_pull(metric, at=at).pk, at=at)
    assert present(done).status == PullStatus.DONE


def last(metric: Metric) -> date:
    return present(Observation.objects.filter(metric=metric).order_by("period").last()).period


def test_pull_by_a_worker_whose_clock_is_ahead_asks_for_no_week_to_come(
    metric: Metric, hospital: Source
) -> None:
    put_clock_of_database(NOW)
    hospital.answer = zeros
    pull(metric, AHEAD)
    assert hospital.asked == ["/late?from=2026-09-07&until=2026-11-23"]
    put_clock_of_database(NOW + timedelta(weeks=1))
    pull(metric, NOW + timedelta(weeks=1))
    assert last(metric) == date(2026, 11, 23)


@pytest.mark.parametrize("cadence", ["day", "week", "month"])
def test_number_of_a_period_that_has_not_ended_is_refused_by_the_database(
    metric: Metric, cadence: str
) -> None:
    Metric.objects.filter(pk=metric.pk).update(cadence=cadence)
    period = Cadence(cadence).starts(date(2026, 11, 23))
    end = Cadence(cadence).next(period)
    over = datetime.combine(end, NOW.timetz()).replace(hour=0) - timedelta(hours=14)
    put_clock_of_database(over - timedelta(minutes=1))
    number = {
        "metric": metric, "period": period, "value": 0, "version": 1, "pull_id": 1,
        "recorded_at": AHEAD,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="has not ended"), transaction.atomic():
        Observation.objects.create(**number)
    put_clock_of_database(over)
    Observation.objects.create(**number)
    put_clock_of_database(over - timedelta(days=1))
    with pytest.raises(IntegrityError, match="has not ended"), transaction.atomic():
        Observation.objects.filter(metric=metric).update(version=2)


@pytest.fixture
def invented(metric: Metric, hospital: Source) -> Metric:
    """Thirteen weeks to come, planted by clocks that were ahead; the next pull had the right one."""
    hospital.answer = zeros
    put_clock_of_database(AHEAD)
    pull(metric, NOW)
    pull(metric, AHEAD)
    put_clock_of_database(NOW + timedelta(weeks=2))
    return metric


def test_invented_numbers_are_found_taken_away_and_asked_for_again(
    invented: Metric, hospital: Source, cast: Cast
) -> None:
    later = NOW + timedelta(weeks=2)
    assert last(invented) == date(2027, 2, 15)
    waiting = actions.request_pull(invented, at=NOW + timedelta(hours=1))
    out = StringIO()
    call_command("invented_numbers", stdout=out)
    assert "13 numbers of 1 metrics found." in out.getvalue()
    assert "Late notes" in out.getvalue()
    assert last(invented) == date(2027, 2, 15)  # looking changes nothing
    call_command("invented_numbers", ask_again=True, stdout=out)
    assert last(invented) == date(2026, 11, 16)
    former = Revision.objects.filter(metric=invented).order_by("period")
    assert [one.period for one in former][:1] == [date(2026, 11, 23)]
    assert {one.replaced_by_pull_id for one in former} == {waiting.pk}
    [told] = Notice.objects.filter(person=cast.jonas, title__contains="taken away")
    assert "23 November 2026 to 15 February 2027" in told.text
    assert present(Event.objects.filter(type="metric.invented_taken_away").last()).actor
    hospital.answer = lambda path, headers: rows(("2026-11-23", 7, 50), ("2026-11-30", 8, 50))
    actions.run_pull(waiting.pk, at=later)
    assert last(invented) == date(2026, 11, 30)
    hospital.answer = rows(("2026-11-23", 6, 50), ("2026-11-30", 8, 50))
    pull(invented, later + timedelta(hours=1))  # corrected, it goes on counting
    numbers = [one.revision for one in Revision.objects.filter(period=date(2026, 11, 23))]
    assert sorted(numbers) == [0, 1]
    assert actions.find_invented() == []


def test_numbers_recorded_in_their_time_are_not_invented(metric: Metric, hospital: Source) -> None:
    hospital.answer = zeros
    pull(metric, NOW)
    pull(metric, timezone.now())
    assert actions.find_invented() == []
