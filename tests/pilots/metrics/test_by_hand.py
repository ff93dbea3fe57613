"""A number that somebody counted: typed in, attested, marked wherever it is shown, corrected with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.rules.refusal import Malformed, NotAllowed, Refused
from pilots.metrics import actions, corrections, queries
from pilots.metrics.models import HandCount, Metric, Observation, Pull, Revision, Source
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import make_metric, make_source, observe, open_pilot

pytestmark = pytest.mark.django_db

WEEK = date(2026, 11, 9)
FALLS: dict[str, Any] = {"numerator": "3", "denominator": "40"}


@pytest.fixture
def source(cast: Cast) -> Source:
    return make_source(cast, name="Incident log", kind="by_hand")


@pytest.fixture
def metric(cast: Cast, source: Source) -> Metric:
    return make_metric(
        cast, open_pilot(cast), source=source, kind="proportion", measure_unit="",
        target=Decimal("0.1"), name="Falls",
    )  # fmt: skip


def count(metric: Metric, cast: Cast, **fields: Any) -> HandCount:
    given: dict[str, Any] = {
        "period": WEEK, "cells": FALLS, "counted_from": "The incident log", **fields,
    }  # fmt: skip
    return actions.count_by_hand(metric, by=given.pop("by", cast.jonas), at=NOW, **given)


def test_number_is_kept_with_who_attests_it(cast: Cast, metric: Metric) -> None:
    made = count(metric, cast, link="https://board.example.org/falls")
    kept = Observation.objects.get(metric=metric)
    assert (kept.period, kept.numerator, kept.n) == (WEEK, Decimal(3), 40)
    assert (made.pull_id, made.by, made.counted_from) == (
        kept.pull_id, cast.jonas, "The incident log",
    )  # fmt: skip
    pull = Pull.objects.get(pk=kept.pull_id)
    assert (pull.requested_by, pull.origin) == (cast.jonas, "Incident log (Jonas Park)")


def test_correction_takes_a_reason_and_keeps_the_former(cast: Cast, metric: Metric) -> None:
    count(metric, cast)
    other = {"numerator": "4", "denominator": "40"}
    with pytest.raises(Malformed, match="Say why"):
        count(metric, cast, cells=other)
    made = count(metric, cast, cells=other, reason="One fall was filed late.")
    assert (made.number, made.reason) == (1, "One fall was filed late.")
    assert Observation.objects.get(metric=metric).numerator == 4
    assert Revision.objects.get(metric=metric).numerator == 3
    events = Event.objects.filter(type__startswith="metric.count")
    assert set(events.values_list("type", flat=True)) == {
        "metric.counted", "metric.count_corrected",
    }  # fmt: skip
    with pytest.raises(Refused, match="stands there already"):
        count(metric, cast, cells=other, reason="Again.")
    assert HandCount.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"counted_from": " "}, "from what you counted it"),
        ({"cells": {"numerator": "41", "denominator": "40"}}, "larger than the denominator"),
        ({"cells": {"numerator": "many", "denominator": "40"}}, "not a number"),
        ({"cells": {"numerator": "3"}}, "needs a numerator and a denominator"),
        ({"period": date(2026, 11, 23)}, "has not ended yet"),
        ({"period": date(2020, 1, 6)}, "before the first day"),
        ({"period": date(2027, 1, 4)}, "lies in the future"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    cast: Cast, metric: Metric, fields: dict[str, Any], said: str
) -> None:
    with pytest.raises(Malformed, match=said):
        count(metric, cast, **fields)
    assert not HandCount.objects.exists() and not metric.pulls.exists()


def test_number_of_another_source_is_not_replaced_by_hand(
    cast: Cast, metric: Metric, source: Source
) -> None:
    pulled = make_metric(cast, metric.pilot, role="secondary", target=None)
    observe(pulled, since=WEEK, weeks=1)
    Pull.objects.filter(metric=pulled).update(source=pulled.source)
    Metric.objects.filter(pk=pulled.pk).update(source=source)
    pulled.refresh_from_db()
    with pytest.raises(Refused, match="another source"):
        count(pulled, cast, cells={"value": "3"}, reason="I know better.")
    assert Observation.objects.get(metric=pulled).value == 16


def test_only_who_keeps_the_metric_or_its_source_counts(cast: Cast, metric: Metric) -> None:
    for person in (cast.maya, cast.jonas):
        count(metric, cast, by=person, reason="Counted again.", cells={
            "numerator": str(person.pk % 7), "denominator": "40"})  # fmt: skip
    with pytest.raises(NotAllowed):
        count(metric, cast, by=cast.amara)
    with pytest.raises(Refused, match="come from its source"):
        count(make_metric(cast, metric.pilot, role="secondary"), cast)


def test_number_is_marked_as_typed_in_wherever_it_is_shown(
    cast: Cast, client: Client, metric: Metric
) -> None:
    count(metric, cast)
    fresh = queries.freshness_of([metric], NOW)[metric.pk]
    assert fresh.by_hand and fresh.trust == "by_hand" and "typed in by hand" in fresh.sentence
    client.force_login(cast.jonas)
    for url in (
        reverse("pilots:metric-detail", args=[metric.pk]),
        reverse("pilots:metric-list"),
        reverse("pilots:pilot-evidence", args=[metric.pilot_id]),
    ):
        page = client.get(url).content.decode()
        assert "yped in by hand" in page, url
        assert "Pull now" not in page
    [seen] = client.get(f"/api/v1/metrics/{metric.pk}/observations/").json()["results"]
    assert seen["by_hand"] is True
    other = make_metric(cast, metric.pilot, role="secondary")
    observe(other, since=WEEK, weeks=1)
    [seen] = client.get(f"/api/v1/metrics/{other.pk}/observations/").json()["results"]
    assert seen["by_hand"] is False


def test_past_number_of_an_approved_pilot_that_is_corrected_is_said(
    cast: Cast, metric: Metric
) -> None:
    count(metric, cast)
    sentence = corrections.Correction(
        metric, 1, NOW, 1, Decimal("0.1"), Decimal("0.2"), cast.jonas.pk, "Jonas Park", False,
        typed=True,
    ).sentence  # fmt: skip
    assert "changed by hand by Jonas Park" in sentence


def test_page_keeps_what_was_typed_and_offers_what_is_missing(
    cast: Cast, client: Client, metric: Metric
) -> None:
    client.force_login(cast.jonas)
    here = reverse("pilots:metric-count", args=[metric.pk])
    page = client.get(reverse("pilots:metric-detail", args=[metric.pk])).content.decode()
    assert here in page
    form = client.get(here).context["form"]
    period = form.fields["period"].choices[0][0]
    assert set(form.fields) >= {"numerator", "denominator"} and "value" not in form.fields
    typed = {"period": period, "numerator": "50", "denominator": "40", "counted_from": "The log"}
    wrong = client.post(here, typed)
    page = wrong.content.decode()
    assert "larger than the denominator" in page and 'value="50"' in page and "The log" in page
    done = client.post(here, {**typed, "numerator": "5"}, follow=True)
    assert "Kept for" in done.content.decode()
    form = client.get(here).context["form"]
    assert form["counted_from"].value() == "The log"
    offered = dict(form.fields["period"].choices)
    assert "to be corrected" in offered[period]
    named = client.post(here, {**typed, "counted_from": "Notes of Mrs Mary Smith, MRN 4711992"})
    assert "may tell who a patient is" in named.content.decode()
