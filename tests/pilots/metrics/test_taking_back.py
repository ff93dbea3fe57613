"""What was made of a file in one go is taken back in one press, but for what somebody has used since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from innovation.audit import presenters as audit
from innovation.audit.models import Event
from innovation.rules.refusal import NotAllowed, Refused
from pilots.metrics import actions as metrics
from pilots.metrics import bindings
from pilots.metrics.actions import pull, queue
from pilots.metrics.models import BulkBinding, Metric, Pull, PullStatus, Source
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
MAPPING = {"date": "week", "numerator": "late", "denominator": "all", "entity_column": "ward"}
FACTS: dict[str, Any] = {
    "name": "Late letters", "definition": "late ÷ all", "kind": "proportion",
    "direction": "lower", "dimension": "workflow", "cadence": "week",
    "pull_from": date(2026, 3, 2),
}  # fmt: skip
WARDS = ["a", "b", "c", "d"]
DAY = timedelta(days=1)


@pytest.fixture
def source(cast: Cast) -> Source:
    source = metrics.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="Wards", kind="csv_upload", config={}
    )
    lines = [f"{ward},2026-03-02,1,10" for ward in WARDS]
    content = "\n".join(["ward,week,late,all", *lines, ""]).encode()
    metrics.upload_file(source, name="a.csv", content=content, by=cast.jonas, at=NOW)
    return source


def bind(cast: Cast, source: Source, at: Any = NOW) -> BulkBinding:
    made = metrics.create_from_file(
        source, by=cast.jonas, at=at, unit=cast.brigid, mapping=MAPPING, entities=WARDS, **FACTS
    )
    binding = made[0].bound_in
    assert binding is not None
    return binding


def of(binding: BulkBinding) -> list[str]:
    return list(binding.metrics.order_by("entity").values_list("entity", flat=True))


def test_all_of_it_goes_and_the_same_can_be_made_again(cast: Cast, source: Source) -> None:
    binding = bind(cast, source)
    metrics.run_batch(Pull.objects.values_list("pk", flat=True), at=NOW)
    gone = of(binding)
    key = binding.metrics.values_list("pk", flat=True)[0]
    back = metrics.take_back(binding, by=cast.jonas, at=NOW + DAY)
    assert (gone, back.gone, back.stays) == (WARDS, 4, [])
    assert not Metric.objects.filter(source=source).exists()
    browser = Client()
    browser.force_login(cast.jonas)
    for name in ("metric-detail", "api-metric-detail", "metric-edit"):
        assert browser.get(reverse(f"pilots:{name}", args=[key])).status_code == 404
    assert "Late letters" not in browser.get(reverse("pilots:metric-list")).content.decode()
    page = browser.get(reverse("pilots:source-list")).content.decode()
    assert "Wards" in page
    event = Event.objects.get(type="source.metrics_taken_back")
    assert str(audit.line(event).text) == (
        "Jonas Park took back 4 metrics, “Late letters”, that were made from Wards; 0 that were used"
        " since stay."
    )
    with pytest.raises(Refused, match="taken back already"):
        metrics.take_back(binding, by=cast.jonas, at=NOW)
    again = bind(cast, source)
    assert of(again) == WARDS


def edited(cast: Cast, metric: Metric) -> None:
    metrics.edit_metric(metric, by=cast.jonas, at=NOW, name="Letters late")


def compared(cast: Cast, metric: Metric) -> None:
    pilot = make.open_pilot(cast, unit=cast.brigid)
    other = make.make_metric(
        cast, pilot, kind="proportion", measure_unit="", target=None, source=metric.source
    )
    metrics.add_sibling(other, series=metric, kind="group", label="Ward b", by=cast.jonas, at=NOW)


def planned(cast: Cast, metric: Metric) -> None:
    Metric.objects.filter(pk=metric.pk).update(pilot=make.open_pilot(cast))


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (edited, "somebody changed it"),
        (compared, "it is compared with another number"),
        (planned, "it is in the plan of a pilot"),
    ],
)
def test_what_somebody_used_since_stays_and_is_named(
    cast: Cast, source: Source, use: Callable[[Cast, Metric], None], why: str
) -> None:
    binding = bind(cast, source)
    used = binding.metrics.select_related("unit", "source").get(entity="b")
    use(cast, used)
    back = metrics.take_back(binding, by=cast.jonas, at=NOW)
    assert [(one.metric.pk, one.why) for one in back.stays] == [(used.pk, why)]
    assert back.gone == 3
    assert of(binding) == ["b"]
    assert Event.objects.get(type="source.metrics_taken_back").details["kept"][0]["ref"] == (
        f"metric:{used.pk}"
    )


def test_what_refers_to_a_metric_in_whatever_room_is_a_use_of_it() -> None:
    """Whoever lets something new refer to metrics says here whether it comes by itself."""
    models = {bindings.model_name(relation) for relation in bindings.referring()}
    assert models >= bindings.OF_ITSELF
    assert models - bindings.OF_ITSELF >= {"handcount", "sibling", "measure", "alarm"}
    assert set(bindings.WHY) <= models


def test_after_a_day_it_stands_and_nobody_else_takes_it_back(cast: Cast, source: Source) -> None:
    binding = bind(cast, source)
    with pytest.raises(Refused, match="for a day"):
        metrics.take_back(binding, by=cast.jonas, at=NOW + DAY + timedelta(seconds=1))
    for other in (cast.maya, cast.ada, cast.victor):
        with pytest.raises(NotAllowed):
            metrics.take_back(binding, by=other, at=NOW)
    assert len(of(binding)) == 4


def test_who_reads_for_it_meanwhile_finds_that_it_is_over(cast: Cast, source: Source) -> None:
    binding = bind(cast, source)
    waiting = list(Pull.objects.filter(metric__bound_in=binding))
    [taken] = queue.take_these([waiting[0].pk], statuses=[PullStatus.WAITING])
    metrics.take_back(binding, by=cast.jonas, at=NOW)
    [left] = Pull.objects.filter(metric__bound_in=binding)
    assert (left.pk, left.status, left.problem) == (
        waiting[0].pk,
        PullStatus.FAILED,
        "The metric was taken back.",
    )
    assert pull.run_taken(taken, at=NOW) is None


def test_the_database_keeps_what_is_taken_back_from_being_measured(
    cast: Cast, source: Source
) -> None:
    binding = bind(cast, source)
    metrics.take_back(binding, by=cast.jonas, at=NOW)
    gone = Metric.with_taken_back.filter(bound_in=binding)
    for fields in ({"next_pull_at": NOW}, {"entity": "a"}, {"edited_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            gone.update(**fields)


def test_on_its_page_one_sees_what_goes_and_takes_it_back_in_one_press(
    cast: Cast, source: Source
) -> None:
    binding = bind(cast, source, at=timezone.now())
    edited(cast, binding.metrics.select_related("unit", "source").get(entity="c"))
    browser = Client()
    browser.force_login(cast.jonas)
    page = browser.get(reverse("pilots:source-detail", args=[source.pk])).content.decode()
    address = reverse("pilots:bulk-binding", args=[binding.pk])
    assert address in page
    page = browser.get(address).content.decode()
    assert "3 metrics go" in page
    assert "Letters late · c" in page
    page = browser.post(address, follow=True).content.decode()
    assert "3 metrics were taken back." in page
    assert "Letters late · c" in page
    page = browser.post(address, follow=True).content.decode()
    assert "This was taken back already." in page
