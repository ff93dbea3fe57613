"""A lead who bends past numbers through a file leaves a mark that the executive sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from innovation.audit import presenters as audit
from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import Unit, User
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.metrics import corrections
from pilots.metrics.models import Metric, Pull, Source
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
FIRST = make.TODAY - timedelta(weeks=20)
SAID = "12 past numbers were changed by a file of Jonas Park on 23 November 2026"


@pytest.fixture
def running(cast: Cast, fund: Fund) -> Pilot:
    pilot = make.open_pilot(cast)
    make.run(cast, pilot, fund)
    Metric.objects.filter(pilot=pilot).update(binding={"date": "week", "value": "minutes"})
    return Pilot.objects.get(pk=pilot.pk)


def metric_of(pilot: Pilot, role: str = "primary") -> Metric:
    return Metric.objects.select_related("pilot", "source", "unit").get(pilot=pilot, role=role)


def bring(metric: Metric, *, weeks: int, value: float, by: User) -> Pull:
    """A file of the first weeks of the baseline, each with this value, and read."""
    lines = [f"{FIRST + timedelta(weeks=week)},{value}" for week in range(weeks)]
    content = "\n".join(["week,minutes", *lines]).encode()
    metrics.upload_file(metric.source, name="bed log.csv", content=content, by=by, at=NOW)
    pull = Pull.objects.under_way().get(metric=metric)
    metrics.run_pull(pull.pk, at=NOW)
    pull.refresh_from_db()
    assert pull.revised == weeks, pull.problem
    return pull


def url_of(metric: Metric) -> str:
    return reverse("pilots:metric-detail", args=[metric.pk])


def page_of(person: User, url: str) -> str:
    browser = Client()
    browser.force_login(person)
    return " ".join(browser.get(url).content.decode().split())


def test_past_numbers_bent_by_a_file_are_seen_wherever_the_verdict_is(
    running: Pilot, cast: Cast
) -> None:
    metric = metric_of(running)
    pull = bring(metric, weeks=12, value=25, by=cast.jonas)
    (one,) = corrections.of_metrics([metric_of(running)])
    assert (one.pull_id, one.count, one.by) == (pull.pk, 12, "Jonas Park")
    assert one.written == ("17.0 min", "25.0 min")
    for metric_2 in running.metrics.all():
        make.observe(metric_2, since=make.TODAY - timedelta(weeks=4), weeks=4, value=11)
    review = gates.ask_for_decision(running, by=cast.jonas, at=NOW)
    decide = reverse("pilots:gate-decide", args=[review.pk])
    for url in (url_of(metric), running.get_absolute_url(), decide):
        page = page_of(cast.amara, url)
        assert "Past numbers were changed by a file" in page, url
        assert f"{SAID}; before they said 17.0 min on average, now 25.0 min." in page, url
        assert reverse("pilots:pull-detail", args=[pull.pk]) in page, url
    gates.decide_outcome(
        review, decision="stop", against="So be it.", reason="Not shown.", by=cast.amara, at=NOW
    )
    kept = GateReview.objects.get(pk=review.pk).known["corrected"]
    assert [(entry["metric"], SAID in entry["sentence"]) for entry in kept] == [(metric.pk, True)]


def test_risks_bent_by_a_file_are_seen_where_nothing_else_was_changed(
    running: Pilot, cast: Cast
) -> None:
    """Who cannot change how many came back says that more were to be expected."""
    metric = metric_of(running)
    metric.observations.all().delete()
    Metric.objects.filter(pk=metric.pk).update(
        kind="proportion",
        binding={"date": "week", "numerator": "back", "denominator": "all", "expected": "risk"},
    )
    for risk in ("9.5", "14"):
        lines = [f"{FIRST + timedelta(weeks=week)},10,100,{risk}" for week in range(12)]
        content = "\n".join(["week,back,all,risk", *lines]).encode()
        metrics.upload_file(metric.source, name="a.csv", content=content, by=cast.jonas, at=NOW)
        metrics.run_pull(Pull.objects.under_way().get(metric=metric).pk, at=NOW)
    (one,) = corrections.of_metrics([metric_of(running)])
    assert one.sentence.endswith(
        "before they said 10.0% on average, now 10.0%. By the patients' risks 114.0 was to be expected,"
        " now 168.0."
    )
    told = Notice.objects.filter(title__contains="changed by a file", person=cast.amara)
    assert "now 168.0" in told.latest("pk").text


def test_sponsor_and_safety_are_told_and_the_log_keeps_it(running: Pilot, cast: Cast) -> None:
    bring(metric_of(running), weeks=12, value=25, by=cast.jonas)
    told = Notice.objects.filter(title__contains="changed by a file")
    assert {cast.amara, cast.helen} <= {one.person for one in told.select_related("person")}
    assert cast.jonas.pk not in told.values_list("person", flat=True)
    assert all(SAID in one.text for one in told)
    event = Event.objects.get(type="metric.past_changed")
    said = strip_tags(str(audit.line(event).sentence))
    assert said.startswith("A file of Jonas Park changed 12 past numbers of Note time per visit")
    assert said.endswith("17.0 min before, 25.0 min now.")
    assert event.unit_id == running.unit_id
    assert f"pilot:{running.pk}" in event.subjects


def test_numbers_of_a_site_that_it_is_compared_with_bent_by_a_file_are_seen_too(
    cast: Cast, fund: Fund
) -> None:
    """Who cannot change what the pilot measured changes what it is measured against."""
    pilot = make.open_pilot(cast, unit=cast.medicine)
    make.shape(cast, pilot, fund)
    primary = metric_of(pilot)
    surgery = Unit.objects.create(name="Surgery", kind="department", parent=cast.brigid)
    (series,) = make.compare(cast, primary, [surgery], since=FIRST, weeks=20)
    Source.objects.filter(pk=series.source_id).update(unit=cast.brigid, created_by=cast.jonas)
    Metric.objects.filter(pk=series.pk).update(binding={"date": "week", "value": "minutes"})
    make.serve(cast, pilot)
    review = gates.propose(pilot, by=pilot.lead, at=NOW - timedelta(days=1), case="Ready.")
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW - timedelta(days=1))
    series = Metric.objects.select_related("pilot", "source", "unit").get(pk=series.pk)
    bring(series, weeks=12, value=25, by=cast.jonas)
    (one,) = corrections.of_metrics([metric_of(pilot)])
    assert one.elsewhere and (one.count, one.by) == (12, "Jonas Park")
    said = "12 past numbers of a site that it is compared with were changed by a file of Jonas Park"
    for url in (pilot.get_absolute_url(), url_of(primary)):
        assert said in page_of(cast.amara, url), url
    assert Notice.objects.filter(person=cast.amara, text__contains=said).exists()
    assert Event.objects.filter(type="metric.site_past_changed").count() == 1


def test_bent_back_it_is_seen_twice(running: Pilot, cast: Cast) -> None:
    metric = metric_of(running)
    bring(metric, weeks=12, value=25, by=cast.jonas)
    bring(metric, weeks=12, value=17.5, by=cast.jonas)
    found = corrections.of_metrics([metric_of(running)])
    assert {one.written for one in found} == {("17.0 min", "25.0 min"), ("25.0 min", "17.5 min")}


def test_a_guardrail_counts_and_a_secondary_metric_does_not(running: Pilot, cast: Cast) -> None:
    rail = metric_of(running, "guardrail")
    bring(rail, weeks=3, value=1, by=cast.jonas)
    other = make.make_metric(
        cast, running, role="secondary", name="Clicks per note",
        binding={"date": "week", "value": "minutes"},
    )  # fmt: skip
    make.observe(other, since=FIRST, weeks=16)
    bring(other, weeks=3, value=1, by=cast.jonas)
    assert Notice.objects.filter(text__contains=rail.name).exists()
    assert not Notice.objects.filter(text__contains="Clicks per note").exists()
    assert "Clicks per note</strong>: 3 past" not in page_of(cast.amara, running.get_absolute_url())


def test_before_the_approval_numbers_are_corrected_freely(cast: Cast, fund: Fund) -> None:
    pilot = make.open_pilot(cast)
    make.shape(cast, pilot, fund)
    metric = metric_of(pilot)
    Metric.objects.filter(pk=metric.pk).update(binding={"date": "week", "value": "minutes"})
    make.observe(metric, since=FIRST, weeks=16)
    bring(metric_of(pilot), weeks=3, value=25, by=cast.jonas)
    assert corrections.of_metrics([metric_of(pilot)]) == []
    assert not Event.objects.filter(type="metric.past_changed").exists()


def test_what_a_system_corrects_by_itself_is_said_quietly(running: Pilot, cast: Cast) -> None:
    metric = metric_of(running)
    bring(metric, weeks=12, value=25, by=cast.jonas)
    # As a pull of a system leaves it: no file stands behind it.
    system = make.make_source(cast, name="Registry", kind="rest_json")
    Pull.objects.filter(metric=metric).update(source=system)
    Source.objects.filter(pk=metric.source_id).update(kind="rest_json")
    page = page_of(cast.amara, running.get_absolute_url())
    assert "Past numbers were changed by a file" not in page
    quiet = "12 past numbers were corrected by their source since the resources were approved"
    assert quiet in page
    assert quiet in page_of(cast.amara, url_of(metric))


def test_a_file_that_another_source_takes_the_place_of_stays_seen(
    running: Pilot, cast: Cast
) -> None:
    """First the numbers by a file, then an amendment to a clean source."""
    metric = metric_of(running)
    bring(metric, weeks=12, value=25, by=cast.jonas)
    Metric.objects.filter(pk=metric.pk).update(source=make.make_source(cast, kind="rest_json"))
    assert SAID in page_of(cast.amara, running.get_absolute_url())


def test_past_numbers_bent_by_a_program_of_the_lead_are_seen_and_told(
    running: Pilot, cast: Cast
) -> None:
    metric = metric_of(running)
    source = Source.objects.get(pk=metric.source_id)
    Source.objects.filter(pk=source.pk).update(kind="push", config={})
    Metric.objects.filter(pk=metric.pk).update(binding={})
    source.refresh_from_db()
    period = (FIRST - timedelta(days=FIRST.weekday())).isoformat()
    later = (FIRST + timedelta(weeks=2)).isoformat()
    sent = [
        metrics.PushedNumber(metric.pk, day, {"value": value})
        for day, value in ((later, 25), (period, 1))
    ]
    metrics.push_numbers(source, sent, by=cast.jonas, at=NOW)
    (one,) = corrections.of_metrics([metric_of(running)])
    assert (one.by, one.sent) == ("Jonas Park", True)
    page = page_of(cast.amara, url_of(metric))
    assert "Past numbers were changed by a program" in page
    assert "changed by a program of Jonas Park on" in page
    told = Notice.objects.filter(title__contains="were changed by a program")
    assert told.filter(person=cast.amara).exists()
    assert Event.objects.filter(type="metric.past_sent_anew").count() == 1
