"""What everybody could know on a past day: a number that was corrected since is shown as it was."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovation.people.models import User
from innovation.rules import dates
from pilots.connectors.measurement import Measurement
from pilots.evidence.known_then import known_then
from pilots.lifecycle.models import Pilot
from pilots.metrics import ingest
from pilots.metrics.models import KnownNumber, Metric
from pilots.metrics.queries import series_of
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
FIRST = date(2026, 9, 7)  # a Monday


@pytest.fixture
def metric(cast: Cast, pilot: Pilot) -> Metric:
    return make.make_metric(cast, pilot, name="Falls a week", measure_unit="", role="secondary")


def bring(metric: Metric, numbers: dict[int, str], *, at: datetime, pull: int = 1) -> None:
    """These numbers come, by week."""
    measurements = [
        Measurement(FIRST + timedelta(weeks=week), Decimal(value), None, None, None)
        for week, value in numbers.items()
    ]
    with transaction.atomic():
        ingest.store([ingest.Delivery(metric.pk, metric.version, pull, False, measurements)], at=at)


def page(who: User, metric: Metric, day: str | None) -> str:
    browser = Client()
    browser.force_login(who)
    asked = {} if day is None else {"on": day}
    answer = browser.get(reverse("pilots:metric-known-then", args=[metric.pk]), asked)
    return " ".join(answer.content.decode().split())


def test_a_corrected_number_is_shown_as_it_was_and_as_it_is(cast: Cast, metric: Metric) -> None:
    bring(metric, {0: "12", 1: "15"}, at=NOW - timedelta(days=30))
    bring(metric, {1: "19", 2: "9"}, at=NOW - timedelta(days=10), pull=2)
    then = dates.day_of(NOW - timedelta(days=20))
    said = page(cast.amara, metric, then.isoformat())
    assert "2 numbers were known. 1 of them has been corrected since. 1 more came later." in said
    assert ">15.0<" in said and ">19.0<" in said
    found = known_then(metric, then)
    assert found.reading.series.values.tolist() == [12, 15]
    # Of the evening of that day: what came during it was known.
    came = dates.day_of(NOW - timedelta(days=10))
    assert "3 numbers were known. It is the same today." in page(cast.amara, metric, str(came))
    before = page(cast.amara, metric, "2026-01-01")
    assert "On the evening of 1 January 2026, no number was known. The first came on" in before


def test_a_day_to_come_is_refused_and_no_day_asks_for_one(cast: Cast, metric: Metric) -> None:
    assert "still to come" in page(cast.amara, metric, "2999-01-01")
    assert "Enter a valid date" in page(cast.amara, metric, "yesterday")
    said = page(cast.amara, metric, None)
    assert "As known on the evening of" in said
    assert "were known" not in said


def test_the_api_tells_the_same(cast: Cast, metric: Metric) -> None:
    bring(metric, {0: "12", 1: "15"}, at=NOW - timedelta(days=30))
    bring(metric, {1: "19", 2: "9"}, at=NOW - timedelta(days=10), pull=2)
    browser = Client()
    browser.force_login(cast.amara)
    url = reverse("pilots:api-metric-observations", args=[metric.pk])

    def values(**asked: str) -> list[tuple[float, int]]:
        rows = browser.get(url, asked).json()["results"]
        return [(row["value"], row["revision"]) for row in rows]

    then = dates.day_of(NOW - timedelta(days=20)).isoformat()
    assert values(known_on=then) == [(15, 0), (12, 0)]
    assert values() == [(9, 0), (19, 1), (12, 0)]
    assert values(known_on=then, until=FIRST.isoformat()) == [(12, 0)]
    assert browser.get(url, {"known_on": "soon"}).status_code == 400


HISTORIES = st.lists(
    st.tuples(
        st.integers(0, 20), st.dictionaries(st.integers(0, 4), st.integers(1, 3), max_size=3)
    ),
    max_size=8,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=HISTORIES, asked=st.integers(0, 21))
def test_any_history_is_known_as_a_notebook_would_have_it(
    metric: Metric, history: list[tuple[int, dict[int, int]]], asked: int
) -> None:
    begins = NOW - timedelta(days=60)
    noted: dict[int, int] = {}
    with transaction.atomic():
        for pull, (day, numbers) in enumerate(sorted(history, key=lambda one: one[0]), start=1):
            bring(
                metric,
                {week: str(value) for week, value in numbers.items()},
                at=begins + timedelta(days=day),
                pull=pull,
            )
            if day < asked:
                noted.update(numbers)
        moment = begins + timedelta(days=asked)
        found = list(KnownNumber.objects.filter(metric=metric).known_at(moment))
        weeks = {(one.period - FIRST).days // 7: one.value for one in found}
        line = series_of([metric], known_at=moment)[metric.pk]
        transaction.set_rollback(True)
    assert weeks == noted
    assert line.known == len(noted)
