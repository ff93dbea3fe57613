"""Measure reports from the form of the source to kept numbers, by page and by API."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from pilots.lifecycle.models import Pilot
from pilots.metrics import actions
from pilots.metrics.models import Metric, Observation, Source
from tests.factories.cast import NOW, Cast
from tests.fakes.measure_server import CMS146, cms146, individual
from tests.pilots.metrics import server
from tests.present import present

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_beside")]


def test_measure_reports_go_from_the_form_to_kept_numbers(
    client: Client, cast: Cast, pilot: Pilot, hospital: server.Source
) -> None:
    client.force_login(cast.jonas)
    reports = [
        cms146("2026-08-01", "2026-08-31"),
        cms146("2026-09-01", "2026-09-30"),
        individual(period={"start": "2026-10-01", "end": "2026-10-31"}),
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 3,
        "entry": [{"resource": one} for one in reports],
    }
    hospital.answer = server.Answer(body=json.dumps(bundle).encode())
    here = f"{reverse('pilots:source-create')}?kind=fhir_measures"
    assert (
        "FHIR R4, measure reports" in client.get(reverse("pilots:source-create")).content.decode()
    )
    form = {
        "name": "Quality server", "unit": cast.brigid.pk, "steward": "", "auth": "none",
        "base_url": hospital.url, "time_zone": "Europe/Berlin",
    }  # fmt: skip
    client.post(here, form)
    source = Source.objects.get(kind="fhir_measures")
    plan = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={source.pk}"
    metric = {
        "name": "Strep tested", "definition": "Tested ÷ treated", "kind": "proportion",
        "direction": "higher", "dimension": "workflow", "cadence": "month",
        "pull_from": "2026-08-01", "role": "secondary", "way": "stored", "measure": CMS146,
        "exclusions": "to_take_off", "value_of": "score", "report_type": "population",
        "numerator_code": "numerator", "denominator_code": "denominator",
    }  # fmt: skip
    wrong = client.post(plan, {**metric, "measure": "not one"})
    assert "measure" in wrong.context["form"].errors
    dry = client.post(plan, {**metric, "try": "1"}).context["dry_run"].dry_run
    assert len(dry.last) == 2 and "was not read" in dry.rejected[0].reason
    client.post(plan, metric)
    pull = present(actions.run_pull(Metric.objects.get().pulls.get().pk, at=NOW))
    assert (pull.added, pull.quarantined) == (2, 1)
    kept = Observation.objects.get(period=date(2026, 8, 1))
    assert [kept.numerator, kept.denominator] == [200, 400]
    listed = client.get("/api/v1/sources/?kind=fhir_measures").json()["results"]
    assert [one["id"] for one in listed] == [source.pk]
    page = client.get(reverse("pilots:pull-detail", args=[pull.pk])).content.decode()
    assert "ada-low" not in page
