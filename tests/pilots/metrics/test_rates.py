"""Events over their exposure, and bare counts: kept whole, told per so much, and never turned into another
kind of number."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from innovation.rules.refusal import Malformed, Refused
from pilots.connectors.measurement import Measurement
from pilots.evidence import queries as evidence
from pilots.evidence.presenters import tabled
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions, ingest
from pilots.metrics.figures import Exposure, convert, exposure_of, per_of, unit, unit_of
from pilots.metrics.models import Metric, Observation, Revision
from pilots.metrics.queries import series
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics.test_library import browser_of, text_of

MONTH = date(2026, 9, 1)
BED_DAYS = "per 1,000 bed days"


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    return make.open_pilot(cast)


@pytest.fixture
def plan(cast: Cast, pilot: Pilot) -> Callable[..., Metric]:
    def planned(kind: str = "rate", by: str = "by_hand", **fields: Any) -> Metric:
        return make.make_metric(
            cast,
            pilot,
            **{
                "source": make.make_source(cast, name=f"Incident log of {kind}, {by}", kind=by),
                "kind": kind,
                "name": "Falls",
                "definition": "Falls ÷ occupied bed days × 1,000",
                "measure_unit": BED_DAYS if kind == "rate" else "falls",
                "cadence": "month",
                "pull_from": MONTH - timedelta(days=1000),
                "baseline_from": None,
                "baseline_until": None,
                "target": Decimal(2),
                **fields,
            },
        )

    return planned


def count_cells(
    cast: Cast, metric: Metric, cells: dict[str, str], *, period: date = MONTH, reason: str = ""
) -> None:
    actions.count_by_hand(
        metric, by=cast.jonas, at=NOW, period=period, cells=cells, counted_from="The log",
        reason=reason,
    )  # fmt: skip


def count(cast: Cast, metric: Metric, *, reason: str = "", **cells: str) -> None:
    count_cells(cast, metric, cells, reason=reason)


@pytest.mark.django_db
def test_a_rate_is_kept_as_events_exposure_and_what_is_told(
    cast: Cast, plan: Callable[..., Metric]
) -> None:
    metric = plan()
    count(cast, metric, numerator="3", denominator="1240.5")
    kept = Observation.objects.get(metric=metric)
    assert (kept.numerator, kept.denominator) == (Decimal(3), Decimal("1240.5"))
    assert kept.n is None
    assert kept.value == pytest.approx(Decimal(3000) / Decimal("1240.5"), abs=Decimal("1e-11"))
    count(cast, metric, numerator="4", denominator="1240.5", reason="One was filed late.")
    assert Revision.objects.get(metric=metric).numerator == 3
    line = series(metric)
    assert line.values.tolist() == [pytest.approx(4000 / 1240.5)]
    assert (line.cases, line.per) == (4, 1000.0)


@pytest.mark.django_db
def test_there_may_be_more_events_than_exposure_and_a_count_needs_none(
    cast: Cast, plan: Callable[..., Metric]
) -> None:
    calls = plan(name="Calls", measure_unit="per visit", role="secondary", target=None)
    count(cast, calls, numerator="90", denominator="40")
    assert Observation.objects.get(metric=calls).value == Decimal("2.25")
    bare = plan("count", name="Falls a month", role="secondary", target=None)
    count(cast, bare, value="0")
    kept = Observation.objects.get(metric=bare)
    assert (kept.value, kept.numerator, kept.denominator) == (Decimal(0), Decimal(0), Decimal(1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "cells", "said"),
    [
        ("rate", {"numerator": "2.5", "denominator": "100"}, "no count of events"),
        ("rate", {"numerator": "2", "denominator": "0"}, "denominator is 0"),
        ("rate", {"numerator": "2"}, "needs events and their exposure"),
        ("rate", {"numerator": "-2", "denominator": "100"}, "is negative"),
        ("count", {"value": "2.5"}, "no count of events"),
        ("count", {"value": "-1"}, "negative"),
        ("count", {"numerator": "2", "denominator": "40"}, "With one it is a rate"),
    ],
)
def test_what_is_no_count_is_refused_and_nothing_kept(
    cast: Cast, plan: Callable[..., Metric], kind: str, cells: dict[str, str], said: str
) -> None:
    metric = plan(kind)
    with pytest.raises(Malformed, match=said):
        count_cells(cast, metric, cells)
    assert not Observation.objects.filter(metric=metric).exists()


@pytest.mark.django_db
def test_jonas_types_a_rate_in_and_reads_it_per_thousand_bed_days(
    cast: Cast, plan: Callable[..., Metric]
) -> None:
    metric, jonas = plan(), browser_of(cast.jonas)
    url = reverse("pilots:metric-count", args=[metric.pk])
    page = text_of(jonas, url)
    assert "Events" in page and "Bed days" in page
    for month, events in enumerate([3, 4, 2, 5, 3, 2, 4, 3, 4]):
        period = (MONTH - timedelta(days=31 * month)).replace(day=1)
        cells = {"numerator": str(events), "denominator": "1200"}
        count_cells(cast, metric, cells, period=period)
    said = text_of(jonas, reverse("pilots:metric-detail", args=[metric.pk]))
    assert BED_DAYS in said and "Counted in events" in said and "28 to 31 days" not in said
    reading = evidence.reading(metric, NOW)
    table: Any = tabled(reading)
    assert table["columns"][2:4] == ["Events", "Bed days"]
    assert table["rows"][0][1:4] == [f"2.50 {BED_DAYS}", "3", "1,200"]
    rows = jonas.get(f"/api/v1/metrics/{metric.pk}/observations/").json()["results"]
    assert (rows[0]["value"], rows[0]["numerator"]) == (2.5, "3.000000000000")
    assert browser_of(cast.victor).get(url).status_code in (403, 404)


@pytest.mark.django_db
def test_a_count_is_drawn_as_it_is_and_says_what_months_do(
    cast: Cast, plan: Callable[..., Metric]
) -> None:
    metric = plan("count", measure_unit="falls")
    for month, events in enumerate([3, 4, 2, 5, 3, 2, 4, 3, 4]):
        period = (MONTH - timedelta(days=31 * month)).replace(day=1)
        count_cells(cast, metric, {"value": str(events)}, period=period)
    reading = evidence.reading(metric, NOW)
    table: Any = tabled(reading)
    assert table["columns"][1:3] == [metric.name, "Usual from"]
    assert table["rows"][0][:2] == ["September 2026", "3 falls"]
    drawn = reading.numbers.analysis
    assert drawn is not None
    # A c chart: the mean and three times its root (Shewhart).
    mean = 30 / 9
    assert drawn.drawn.upper[-1] == pytest.approx(mean + 3 * mean**0.5)
    assert any("28 to 31 days" in one for one in reading.remarks)


@pytest.mark.django_db
def test_a_program_sends_a_rate_and_a_count(cast: Cast, plan: Callable[..., Metric]) -> None:
    rate = plan(by="push")
    bare = make.make_metric(
        cast, rate.pilot, source=rate.source, kind="count", measure_unit="", cadence="month",
        role="secondary", target=None, pull_from=MONTH, baseline_from=None, baseline_until=None,
    )  # fmt: skip
    _key, text = actions.make_push_key(
        rate.source, by=cast.jonas, at=timezone.now(), name="Nightly", days=9
    )
    rows = [
        {"metric": rate.pk, "period": "2026-09", "numerator": 12, "denominator": 4},
        {"metric": bare.pk, "period": "2026-09", "value": 7},
        {"metric": bare.pk, "period": "2026-10", "value": 7.5},
    ]
    answer = Client(headers={"Authorization": f"Push {text}"}).post(
        reverse("pilots:api-source-numbers", args=[rate.source_id]),
        json.dumps({"rows": rows}),
        content_type="application/json",
    )
    said = answer.json()
    assert (said["added"], len(said["refused"])) == (2, 1), said
    assert Observation.objects.get(metric=rate).value == 3000
    assert Observation.objects.get(metric=bare).value == 7


@pytest.mark.django_db
def test_what_a_metric_is_stays_once_it_has_numbers(
    cast: Cast, plan: Callable[..., Metric]
) -> None:
    metric = plan()
    actions.edit_metric(metric, by=cast.jonas, at=NOW, measure_unit="per 10,000 bed days")
    actions.edit_metric(metric, by=cast.jonas, at=NOW, measure_unit=BED_DAYS)
    count(cast, metric, numerator="3", denominator="1000")
    metric.refresh_from_db()
    for change in ({"kind": "value"}, {"measure_unit": "per bed day"}):
        with pytest.raises(Refused, match="so what it is stays"):
            actions.edit_metric(metric, by=cast.jonas, at=NOW, **change)
        with (
            pytest.raises(ProgrammingError, match="stays once it has numbers"),
            transaction.atomic(),
        ):
            Metric.objects.filter(pk=metric.pk).update(**change)
    with pytest.raises(IntegrityError, match="proportion_or_rate"), transaction.atomic():
        Observation.objects.filter(metric=metric).update(denominator=0)


@pytest.mark.django_db
def test_a_rate_says_per_how_much_of_what(cast: Cast, pilot: Pilot) -> None:
    facts: dict[str, Any] = {
        "by": cast.jonas, "at": NOW, "source": make.make_source(cast, kind="push"), "name": "Falls",
        "definition": "Falls ÷ bed days", "kind": "rate", "direction": "lower",
        "dimension": "safety", "pull_from": NOW.date() - timedelta(days=90), "pilot": pilot,
    }  # fmt: skip
    for told in ("", "falls", "per 1,000"):
        with pytest.raises(Refused, match="measured in"):
            actions.create_metric(**facts, measure_unit=told)
    with pytest.raises(Refused, match="below zero"):
        actions.create_metric(**facts, measure_unit=BED_DAYS, target=Decimal(-1))
    assert actions.create_metric(**facts, measure_unit=BED_DAYS).is_rate


def test_a_key_result_reads_a_rate_per_whatever_it_likes() -> None:
    falls = Metric(kind="rate", measure_unit=BED_DAYS)
    assert per_of(falls) == 1000
    assert convert(2.5, unit_of(falls), unit("per 10,000 bed days")) == 25
    assert exposure_of("falls per 100 patient days") == Exposure(Decimal(100), "patient days")
    assert exposure_of("calls/visit") == Exposure(Decimal(1), "visit")
    assert exposure_of("per 1,000") is None


@given(
    events=st.integers(0, 10**6),
    exposure=st.decimals("0.001", "100000000", places=3),
    per=st.sampled_from([1, 100, 1000, 10_000, 1_000_000]),
)
def test_what_is_told_is_events_over_exposure(events: int, exposure: Decimal, per: int) -> None:
    one = Measurement(MONTH, None, Decimal(events), exposure, None)
    assert ingest.doubt(one, proportion=False, rate=True) == ""
    told = ingest._told(one, Decimal(per))
    assert abs(told * exposure - events * per) <= exposure * Decimal("1e-12")
