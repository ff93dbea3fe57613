"""A source's other setting is an amendment of each locked plan that is measured from it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.rules.refusal import Refused
from innovation.workflow import actions as workflow
from pilots.evidence import queries as evidence
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PILOT
from pilots.metrics import actions
from pilots.metrics.models import Metric, MetricVersion, Source
from tests.factories.cast import NOW, Cast
from tests.pilots.metrics import server

pytestmark = pytest.mark.django_db
WHY = "The reporting system was replaced."


@pytest.fixture
def locked(metric: Metric, pilot: Pilot, cast: Cast) -> Metric:
    workflow.move(PILOT, pilot, "propose", by=cast.jonas, at=NOW)
    return Metric.objects.select_related("source", "pilot").get(pk=metric.pk)


def edit(metric: Metric, cast: Cast, *, by: str = "ada", reason: str = "", **fields: Any) -> Source:
    source = Source.objects.get(pk=metric.source_id)
    usual = {"name": source.name, "steward": source.steward, "config": source.config}
    return actions.edit_source(
        source, by=getattr(cast, by), at=NOW, reason=reason, **{**usual, **fields}
    )


def meanings(metric: Metric) -> list[str]:
    return [one.meaning for one in MetricVersion.objects.filter(metric=metric).order_by("number")]


def test_another_setting_takes_a_reason_makes_a_version_and_is_told(
    locked: Metric, hospital: server.Source, cast: Cast
) -> None:
    config = {**locked.source.config, "base_url": f"{hospital.url}/v2"}
    with pytest.raises(Refused, match="Say why"):
        edit(locked, cast, config=config)
    assert meanings(locked) == [locked.versions.get().meaning]
    edit(locked, cast, config=config, reason=WHY)
    locked.refresh_from_db()
    last = MetricVersion.objects.of_a_locked_plan().get(metric=locked)
    assert (last.number, locked.version, last.reason, last.by) == (2, 2, WHY, cast.ada)
    assert last.source_changes == {
        "Base address": [hospital.url, f"{hospital.url}/v2"],
    }
    reading = evidence.reading(Metric.objects.select_related("pilot").get(pk=locked.pk), NOW)
    assert WHY in reading.amended_sentence
    told = Notice.objects.filter(title__contains="locked plan").values_list("person", flat=True)
    assert {cast.jonas.pk, cast.amara.pk, cast.helen.pk} <= set(told)
    event = Event.objects.get(type="source.amended")
    assert {f"metric:{locked.pk}", f"pilot:{locked.pilot_id}"} <= set(event.subjects)
    assert event.details["values"]["Base address"][1].endswith("/v2")


def test_what_asks_for_something_else_means_something_else_and_another_host_does_not(
    locked: Metric, hospital: server.Source, cast: Cast
) -> None:
    elsewhere = hospital.url.replace("127.0.0.1", "reports.lakeshore.example")
    edit(locked, cast, config={**locked.source.config, "base_url": elsewhere}, reason=WHY)
    first, second = meanings(locked)
    assert first == second
    further = {"base_url": elsewhere, "headers": {"X-Ward": "4 West"}}
    edit(locked, cast, config=further, reason="All wards were in it.")
    assert meanings(locked)[2] != first
    edit(locked, cast, config={**further, "headers": {"X-Ward": "5 West"}}, reason="A typo.")
    assert len(set(meanings(locked))) == 3
    last = MetricVersion.objects.filter(metric=locked).order_by("-number")[0]
    assert last.source_changes == {"x-ward": ["•••", "another value"]}
    assert "5 West" not in str(Event.objects.filter(type="source.amended").values("details"))


def test_a_new_name_steward_password_or_key_takes_no_reason(
    locked: Metric, hospital: server.Source, cast: Cast
) -> None:
    keyed = {**locked.source.config, "headers": {"X-Api-Key": "one"}, "auth": "bearer"}
    edit(locked, cast, config=keyed, secrets={"token": "old"}, reason="It asks for a key now.")
    before = MetricVersion.objects.filter(metric=locked).count()
    edit(locked, cast, name="Renamed", steward="Ext. 9")
    edit(locked, cast, secrets={"token": "new"})
    source = Source.objects.get(pk=locked.source_id)
    edit(locked, cast, config={**source.config, "headers": {"X-Api-Key": "two"}})
    assert MetricVersion.objects.filter(metric=locked).count() == before


def test_a_metric_that_says_the_setting_itself_is_not_touched(locked: Metric, cast: Cast) -> None:
    """The mapping of a file is kept with its source and with each metric that was made from it."""
    edit(locked, cast, config={**locked.source.config, "rows": "others"})
    assert MetricVersion.objects.filter(metric=locked).count() == 1


def test_while_the_plan_is_shaped_it_takes_no_reason(
    metric: Metric, hospital: server.Source, cast: Cast
) -> None:
    edit(metric, cast, config={**metric.source.config, "base_url": f"{hospital.url}/v2"})
    assert not MetricVersion.objects.of_a_locked_plan().exists()
    assert Event.objects.filter(type="source.edited").exists()


def test_the_form_asks_for_the_reason_and_who_keeps_the_source_reads_old_and_new(
    locked: Metric, hospital: server.Source, cast: Cast
) -> None:
    keeper = Client()
    keeper.force_login(cast.ada)
    address = reverse("pilots:source-edit", args=[locked.source_id])
    sent = {"name": "Note times", "base_url": f"{hospital.url}/v2", "auth": "none"}
    refused = keeper.post(address, sent)
    assert "Say why: plans that were locked are measured from it." in refused.content.decode()
    assert keeper.post(address, {**sent, "reason": WHY}).status_code == 302
    page = reverse("pilots:metric-detail", args=[locked.pk])
    assert f"Base address: {hospital.url}" in keeper.get(page).content.decode()
    reader = Client()
    reader.force_login(cast.ana)
    shown = reader.get(page).content.decode()
    assert WHY in shown
    assert f"{hospital.url}/v2" not in shown
