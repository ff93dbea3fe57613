"""Ready definitions: one measure, planned by many pilots, found again wherever it is used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from innovation.people.models import User
from innovation.rules.refusal import Refused
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.metrics import library
from pilots.metrics.figures import unit
from pilots.metrics.models import ComparisonDesign, Metric, MetricKind
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def text_of(browser: Client, url: str, **asked: str) -> str:
    answer = browser.get(url, asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("measure", library.MEASURES.values(), ids=lambda one: one.key)
def test_each_definition_fits_a_metric_and_says_what_goes_wrong(
    measure: library.ReadyMeasure,
) -> None:
    Metric._meta.get_field("measure").run_validators(measure.key)
    for name in ("name", "definition", "measure_unit", "design_because"):
        longest = getattr(Metric._meta.get_field(name), "max_length", None)
        assert longest and len(str(getattr(measure, name))) <= longest, name
    assert measure.traps and measure.source
    assert bool(measure.design) == bool(measure.design_because)
    assert (measure.kind == MetricKind.PROPORTION) == (not measure.measure_unit)
    unit(str(measure.measure_unit))


def test_jonas_starts_from_a_ready_definition_and_says_it_more_closely(
    cast: Cast, pilot: Pilot
) -> None:
    source = make.make_source(cast)
    jonas = browser_of(cast.jonas)
    url = reverse("pilots:metric-create", args=[pilot.pk])
    assert "Line infections" in text_of(jonas, url)
    chosen = text_of(jonas, url, measure="falls", role="guardrail")
    assert "Better reporting looks like harm" in chosen
    assert f"?source={source.pk}&amp;role=guardrail&amp;measure=falls" in chosen
    form = jonas.get(f"{url}?source={source.pk}&measure=falls").context["form"]
    assert form["name"].value() == "Falls"
    assert form["measure_unit"].value() == "per 1,000 bed days"
    assert form["cadence"].value() == "month"
    assert form["design"].value() == ComparisonDesign.INTERRUPTED
    sent = {
        **{name: form[name].value() or "" for name in form.fields},
        "definition": "Falls with harm ÷ occupied bed days × 1,000",
        "date": "month",
        "numerator": "falls",
        "denominator": "bed_days",
        "role": "secondary",
    }
    answer = jonas.post(f"{url}?source={source.pk}&measure=falls", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    metric = Metric.objects.get(pilot=pilot)
    assert (metric.measure, metric.kind) == ("falls", "rate")
    said = text_of(jonas, reverse("pilots:metric-detail", args=[metric.pk]))
    assert "Ready definition" in said
    assert "Here it is said more closely" in said


def test_the_same_measure_is_found_wherever_it_is_used_and_may_be_seen(
    cast: Cast, plan: Callable[..., Metric]
) -> None:
    plan(name="Missed on 4 East", measure="no_show")
    plan(name="Missed on 5 West", measure="no_show")
    plan(name="Note time", measure="")
    maya, outsider = browser_of(cast.maya), browser_of(cast.victor)
    assert "Used by 2 metrics" in text_of(maya, reverse("pilots:measure-list"))
    listed = text_of(maya, reverse("pilots:metric-list"), measure="no_show")
    assert "Missed on 5 West" in listed and "Note time" not in listed
    assert outsider.get(reverse("pilots:measure-list")).status_code == 403
    rows = maya.get("/api/v1/metrics/", {"measure": "no_show"}).json()["results"]
    assert {row["name"] for row in rows} == {"Missed on 4 East", "Missed on 5 West"}
    keys = {row["key"] for row in maya.get("/api/v1/measures/").json()}
    assert keys == set(library.MEASURES)


def test_another_kind_of_number_and_an_unknown_measure_are_refused(
    cast: Cast, pilot: Pilot
) -> None:
    facts: dict[str, Any] = {
        "by": cast.jonas,
        "at": NOW,
        "source": make.make_source(cast),
        "name": "Missed",
        "definition": "Missed ÷ booked",
        "direction": "lower",
        "dimension": "workflow",
        "pull_from": make.TODAY - timedelta(weeks=20),
        "pilot": pilot,
    }
    with pytest.raises(Refused, match=r"Missed appointments.*Proportion"):
        metrics.create_metric(**facts, kind="value", measure="no_show")
    with pytest.raises(Refused, match="no such ready definition"):
        metrics.create_metric(**facts, kind="value", measure="steps")
    assert not Metric.objects.filter(pilot=pilot).exists()
