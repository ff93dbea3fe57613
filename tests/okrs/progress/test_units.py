"""A key result in the unit of its metric: the number that leadership sees is the one measured."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from innovation.rules.refusal import Refused
from okrs.alignment import actions as alignment
from okrs.goals.models import KeyResult
from okrs.progress import queries
from okrs.progress.presenters import row
from pilots.metrics.models import Metric, Observation
from tests.factories.cast import NOW, Cast
from tests.factories.goals import make_key_result
from tests.factories.pilots import make_metric, open_pilot
from tests.markup import plain
from tests.shared import shared

pytestmark = pytest.mark.django_db

# Eleven months of a survey's score; the level, which leaves out the first ones, is 85.7.
SCORES = ("84.0", "85.2", "86.1", "85.9", "85.0", "86.0", "86.2", "86.4", "85.1", "85.5", "86.5")


def measured(cast: Cast, key_result: KeyResult, *, kind: str, unit: str) -> Metric:
    """A metric with the eleven months, as shares where it is a proportion."""
    metric = make_metric(
        cast,
        open_pilot(cast),
        kind=kind,
        measure_unit=unit,
        direction="higher",
        target=None,
        cadence="month",
        baseline_from=None,
        baseline_until=None,
    )
    for month, score in enumerate(SCORES):
        number = {"value": Decimal(score)}
        if kind == "proportion":
            number = {"numerator": Decimal(score) * 10, "denominator": Decimal(1000)}
        Observation.objects.create(
            metric=metric,
            period=date(2025 + (11 + month) // 12, (11 + month) % 12 + 1, 1),
            version=1,
            pull_id=0,
            recorded_at=NOW,
            **number,
        )
    alignment.measure(key_result, metric=metric, by=cast.amara, at=NOW)
    return metric


def key_result_of(cast: Cast, start: str, target: str, unit: str) -> KeyResult:
    return make_key_result(
        cast, title="Answers", start=Decimal(start), target=Decimal(target), measure_unit=unit
    )


@pytest.mark.parametrize(
    ("kind", "measured_in", "start", "target", "unit", "level", "written"),
    [
        # Once shown as 8,562.7% and 1: a value in % was taken for a share.
        ("value", "%", "80", "90", "%", "85.7", "85.7%"),
        ("value", "%", "80", "90", "percent", "85.7", "85.7 percent"),
        ("value", "%", "0.8", "0.9", "share", "0.857", "0.857 share"),
        ("proportion", "", "80", "90", "percent", "85.7", "85.7 percent"),
        ("proportion", "", "80", "90", "%", "85.7", "85.7%"),
        ("proportion", "", "0.80", "0.90", "", "0.857", "0.857"),
        ("proportion", "", "800", "900", "per 1,000", "857", "857 per 1,000"),
        ("value", "minutes", "80", "90", "min", "85.7", "85.7 min"),
        ("value", "minutes", "1.3", "1.5", "h", "1.428333", "1.43 h"),
    ],
)
def test_a_key_result_is_told_in_its_own_unit_on_every_page(
    cast: Cast,
    client: Client,
    kind: str,
    measured_in: str,
    start: str,
    target: str,
    unit: str,
    level: str,
    written: str,
) -> None:
    key_result = key_result_of(cast, start, target, unit)
    measured(cast, key_result, kind=kind, unit=measured_in)

    standing = queries.standings([key_result], at=NOW, user=cast.amara)[key_result.pk]
    assert standing.measured is not None
    assert standing.score is not None
    assert float(standing.measured) == pytest.approx(float(level), rel=1e-6)
    way = Decimal(target) - Decimal(start)
    assert float(standing.score) == pytest.approx(
        float((Decimal(level) - Decimal(start)) / way), abs=1e-4
    )

    client.force_login(cast.amara)
    pages = [
        reverse("okrs:review"),
        reverse("okrs:objective-detail", args=[key_result.objective_id]),
        reverse("okrs:objective-list"),
    ]
    for page in pages:
        html = client.get(page, {"cycle": key_result.objective.cycle_id}).content.decode()
        html = plain(html)
        assert f'<span class="target-value">{written}</span>' in html, page
    answer = client.get(reverse("okrs:api-objective-list")).json()
    told = answer[0] if isinstance(answer, list) else answer["objectives"][0]
    assert float(told["key_results"][0]["measured"]) == pytest.approx(float(level), rel=1e-6)


def test_what_cannot_be_told_in_the_key_results_unit_is_refused_when_it_is_linked(
    cast: Cast, client: Client
) -> None:
    key_result = key_result_of(cast, "16.1", "11", "minutes")
    share = make_metric(cast, open_pilot(cast), kind="proportion", measure_unit="")
    with pytest.raises(Refused, match="A number in “%” cannot be told in “minutes”"):
        alignment.measure(key_result, metric=share, by=cast.amara, at=NOW)

    client.force_login(cast.amara)
    page = reverse("okrs:key-result-measure", args=[key_result.pk])
    html = plain(client.post(page, {"metric": share.pk}).content.decode())
    assert "cannot be told in “minutes”" in html
    assert f'<option value="{share.pk}" selected>' in html


def test_a_proportion_beside_a_key_result_without_a_unit_is_asked_for_it(cast: Cast) -> None:
    key_result = key_result_of(cast, "80", "90", "")
    share = make_metric(cast, open_pilot(cast), kind="proportion", measure_unit="")
    with pytest.raises(Refused, match="write the same unit at the key result"):
        alignment.measure(key_result, metric=share, by=cast.amara, at=NOW)


def test_a_metric_whose_unit_was_changed_later_is_not_told_but_explained(cast: Cast) -> None:
    key_result = key_result_of(cast, "80", "90", "%")
    metric = measured(cast, key_result, kind="value", unit="%")
    Metric.objects.filter(pk=metric.pk).update(measure_unit="minutes")

    standing = queries.standings([key_result], at=NOW, user=cast.amara)[key_result.pk]

    assert (standing.measured, standing.score) == (None, None)
    assert "cannot be told in “%”" in row(standing).note


@pytest.mark.parametrize(
    ("start", "target", "unit", "way"),
    [
        ("99.5", "99.95", "%", "from 99.5% to 99.95%"),
        ("0.012", "0.004", "per bed", "from 0.012 to 0.004 per bed"),
        ("5", "10.25", "h", "from 5 to 10.25 h"),
    ],
)
def test_no_target_is_shown_as_another_number(
    cast: Cast, client: Client, start: str, target: str, unit: str, way: str
) -> None:
    key_result = key_result_of(cast, start, target, unit)
    client.force_login(cast.amara)
    page = reverse("okrs:objective-detail", args=[key_result.objective_id])
    html = plain(client.get(page).content.decode())
    assert way in html
    goal = f"{target}%" if unit == "%" else f"{target} {unit}"
    assert f'<span class="target-goal">{goal}</span>' in html


def test_every_shared_case_of_a_key_result_is_right_or_refused(cast: Cast) -> None:
    cases = json.loads(shared("cases/key-result-in-percent.json").read_text())
    for case in cases:
        given, right = case["key_result"], case["right"]
        key_result = key_result_of(cast, str(given["start"]), str(given["target"]), given["unit"])
        kind = case["metric"]["kind"]
        metric = make_metric(
            cast,
            open_pilot(cast),
            kind=kind,
            measure_unit=case["metric"].get("measured_in", ""),
            target=None,
        )
        level = Decimal(str(case["metric"]["level"]))
        number = {"value": level}
        if kind == "proportion":
            number = {"numerator": level * 1000, "denominator": Decimal(1000)}
        Observation.objects.create(
            metric=metric,
            period=NOW.date() - timedelta(weeks=1),
            version=1,
            pull_id=0,
            recorded_at=NOW,
            **number,
        )
        try:
            alignment.measure(key_result, metric=metric, by=cast.amara, at=NOW)
        except Refused:
            assert "or refused" in str(right), case
        else:
            standing = queries.standings([key_result], at=NOW, user=cast.amara)[key_result.pk]
            assert standing.measured == Decimal(str(right["measured"])), case
            assert standing.score == Decimal(str(right["score"])), case
        key_result.delete()


def test_every_shared_case_of_decimals_is_written_as_typed(cast: Cast) -> None:
    for case in json.loads(shared("cases/key-result-decimals.json").read_text()):
        key_result = key_result_of(cast, case["start"], case["target"], case["unit"])
        standing = queries.standings([key_result], at=NOW, user=cast.amara)[key_result.pk]
        shown = row(standing)
        if case["right"].startswith("from"):
            assert shown.way == case["right"]
        else:
            assert case["right"].partition(" ")[0] in shown.way
            assert case["right"].partition(" ")[0] in shown.words["target"]
        key_result.delete()
