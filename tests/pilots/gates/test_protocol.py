"""What was agreed is frozen with the approval, and what is not so any more is seen."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from pilots.evidence import numbers
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates import protocol
from pilots.gates.comparisons import hash_of_known
from pilots.gates.models import GateReview
from pilots.gates.panels import changes_of_the_protocol
from pilots.gates.queries import changed_since_approval
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.metrics.actions import amendments
from pilots.metrics.models import Metric, Source
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.present import present

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def running(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    make.run(cast, pilot, fund)
    return Pilot.objects.get(pk=pilot.pk)


def said(pilot: Pilot) -> list[tuple[str, str, str, str]]:
    return [
        (one.of, one.what, one.before, one.after)
        for one in changed_since_approval(Pilot.objects.get(pk=pilot.pk), at=NOW)
    ]


def test_what_was_agreed_is_as_it_was_until_somebody_changes_it(running: Pilot) -> None:
    agreed = present(protocol.agreed_on(running))
    assert agreed["hypothesis"] == running.hypothesis
    primary = agreed["metrics"][str(running.metrics.get(role="primary").pk)]
    assert Decimal(primary["target"]) == 11
    assert said(running) == []


def test_another_query_of_a_locked_metric_is_seen_with_both(running: Pilot, cast: Cast) -> None:
    """With a guardrail in alarm its lead asked for something else, and the log kept neither query."""
    rail = running.metrics.get(role="guardrail")
    metrics.edit_metric(
        rail, by=cast.jonas, at=NOW, reason="Drafts.",
        binding={**rail.binding, "date": "day", "value": "without_drafts"},
    )  # fmt: skip
    assert said(running) == []
    amendments.approve(rail.amendments.for_list().get(), by=cast.helen, at=NOW)
    asked = {what: (before, after) for of, what, before, after in said(running) if of == rail.name}
    assert asked["what is asked, value"] == ("–", "without_drafts")
    assert all(what.startswith("what is asked, ") for what in asked)


def test_what_is_changed_past_the_site_is_seen_too(running: Pilot, cast: Cast) -> None:
    primary = running.metrics.get(role="primary")
    Metric.objects.filter(pk=primary.pk).update(target=Decimal(15), direction="higher")
    Source.objects.filter(pk=primary.source_id).update(config={"date": "other"})
    Pilot.objects.filter(pk=running.pk).update(hypothesis="It was meant so.")
    added = make.make_metric(cast, running, role="secondary", name="Clicks per note")
    assert said(running) == [
        ("", "hypothesis", "Minutes in notes fall by a third.", "It was meant so."),
        (primary.name, "direction", "Lower is better", "Higher is better"),
        (primary.name, "target", "11 min", "15 min"),
        (primary.name, "settings of the source", "as agreed", "others"),
        (added.name, "the metric", "not there", "added"),
    ]


@pytest.mark.parametrize("status", ["shaping", "stopped"])
def test_where_the_plan_does_not_bind_nothing_is_said(
    running: Pilot, cast: Cast, status: str
) -> None:
    """After a pivot it is open again; of one that ended, what its source is called later."""
    Metric.objects.filter(pilot=running).update(margin=Decimal(3))
    running = Pilot.objects.get(pk=running.pk)
    assert changes_of_the_protocol(cast.amara, running) is not None
    running.status = status
    assert changes_of_the_protocol(cast.amara, running) is None


def test_a_renamed_source_is_the_same_and_another_analysis_is_said(
    running: Pilot, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> None:
    for source in Source.objects.all():
        Source.objects.filter(pk=source.pk).update(name=f"{source.name}, renamed")
    assert said(running) == []
    agreed = numbers.ANALYSIS
    monkeypatch.setattr(numbers, "ANALYSIS", "2027-01-01")
    assert said(running) == [("", "how it is judged", agreed, "2027-01-01")]
    # Nobody's doing: quietly, so that what somebody did is not overlooked.
    browser = Client()
    browser.force_login(cast.amara)
    shown = " ".join(browser.get(running.get_absolute_url()).content.decode().split())
    assert (
        f"Judged by another edition of the statistics than when the resources were approved ({agreed} →"
        in shown
    )
    assert "The plan is not as it was agreed" not in shown


def test_another_source_is_said_by_its_name(running: Pilot, cast: Cast) -> None:
    primary = running.metrics.get(role="primary")
    other = make.make_source(cast)
    Metric.objects.filter(pk=primary.pk).update(source=other)
    assert said(running) == [(primary.name, "source", primary.source.name, other.name)]


def test_executives_read_what_changed_and_the_decision_keeps_it(running: Pilot, cast: Cast) -> None:
    primary = running.metrics.get(role="primary")
    for metric in running.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=4), weeks=4, value=11)
    browser = Client()
    browser.force_login(cast.amara)
    assert "as it was agreed" not in browser.get(running.get_absolute_url()).content.decode()
    Metric.objects.filter(pk=primary.pk).update(target=Decimal(15))
    review = gates.ask_for_decision(running, by=cast.jonas, at=NOW)
    decide = reverse("pilots:gate-decide", args=[review.pk])
    for page in (running.get_absolute_url(), decide):
        shown = browser.get(page).content.decode()
        assert "The plan is not as it was agreed" in shown, page
        assert "target: 11 min → 15 min" in " ".join(shown.split()), page
    gates.decide_outcome(
        review, decision="stop", against="So be it.", reason="Not shown.", by=cast.amara, at=NOW
    )
    Metric.objects.filter(pk=primary.pk).update(target=Decimal(11))
    assert "target: 11 min → 15 min" in " ".join(browser.get(decide).content.decode().split())


def test_an_approval_shows_the_hash_of_what_was_agreed(running: Pilot, cast: Cast) -> None:
    review = GateReview.objects.get(pilot=running, gate="resources")
    browser = Client()
    browser.force_login(cast.amara)
    whole = hash_of_known(present(protocol.agreed_on(running)))
    assert len(whole) == 64
    page = browser.get(reverse("pilots:gate-decide", args=[review.pk])).content.decode()
    assert whole[:12] in page
    shown = browser.get(reverse("pilots:api-gate-detail", args=[review.pk])).json()
    assert shown["protocol"] == whole


def test_an_approval_from_before_protocols_were_kept_says_nothing(running: Pilot) -> None:
    review = GateReview.objects.get(pilot=running, gate="resources")
    known = {name: value for name, value in review.known.items() if name != "protocol"}
    GateReview.objects.filter(pk=review.pk).update(known=known)
    assert protocol.agreed_on(running) is None
    assert said(running) == []


def test_a_metric_that_is_gone_is_said(running: Pilot) -> None:
    agreed = present(protocol.agreed_on(running))
    metric = {**next(iter(agreed["metrics"].values())), "name": "Letters lost"}
    more = {**agreed, "metrics": {**agreed["metrics"], "987654": metric}}
    (change,) = protocol.changes(running, more, running.metrics.select_related("source"))
    assert (change.of, change.after) == ("Letters lost", "gone")


def test_an_added_metric_is_said_quietly_and_what_decides_loudly(
    running: Pilot, cast: Cast
) -> None:
    """Where every addition cried, nobody read on."""
    added = make.make_metric(cast, running, role="secondary", name="Clicks per note")
    browser = Client()
    browser.force_login(cast.amara)
    page = " ".join(browser.get(running.get_absolute_url()).content.decode().split())
    assert "The plan is not as it was agreed" not in page
    assert "Added since the resources were approved: Clicks per note." in page
    Metric.objects.filter(pk=added.pk).update(role="guardrail", limit=Decimal(9))
    page = " ".join(browser.get(running.get_absolute_url()).content.decode().split())
    assert "The plan is not as it was agreed" in page
    assert "the metric: not there → added" in page
    assert "Added since the resources" not in page


def test_the_decision_keeps_which_metrics_were_only_added(running: Pilot, cast: Cast) -> None:
    make.make_metric(cast, running, role="balancing", name="Clicks per note")
    primary = running.metrics.get(role="primary")
    for metric in running.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=4), weeks=4, value=11)
    Metric.objects.filter(pk=primary.pk).update(target=Decimal(15))
    review = gates.ask_for_decision(Pilot.objects.get(pk=running.pk), by=cast.jonas, at=NOW)
    gates.decide_outcome(
        review, decision="stop", against="So be it.", reason="Not shown.", by=cast.amara, at=NOW
    )
    Metric.objects.filter(pk=primary.pk).update(target=Decimal(11))
    browser = Client()
    browser.force_login(cast.amara)
    decide = reverse("pilots:gate-decide", args=[review.pk])
    page = " ".join(browser.get(decide).content.decode().split())
    assert "target: 11 min → 15 min" in page
    assert "Added since the resources were approved: Clicks per note." in page
    # As decisions of before kept it.
    known = {**review.known, "changed": [{"of": "A", "what": "b", "before": "c", "after": "d"}]}
    GateReview.objects.filter(pk=review.pk).update(known=known)
    assert "b: c → d" in " ".join(browser.get(decide).content.decode().split())
