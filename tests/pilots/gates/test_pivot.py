"""A second try after a pivot: its first day is its own, and what was amended before is agreed anew."""

from __future__ import annotations

from datetime import timedelta

import pytest

from innovation.rules.refusal import Refused
from pilots.evidence import queries as evidence
from pilots.funding import actions as funding
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.metrics.actions import amendments
from pilots.metrics.models import Metric
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def primary_of(pilot: Pilot) -> Metric:
    return Metric.objects.select_related("pilot", "source").get(pilot=pilot, role="primary")


@pytest.fixture
def pivoted(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """It ran for four weeks with an amended plan, then another way was chosen."""
    make.run(cast, pilot, fund)
    metrics.edit_metric(
        primary_of(pilot), by=cast.jonas, at=NOW, reason="Drafts are no notes.", definition="Notes"
    )
    waiting = primary_of(pilot).amendments.for_list().get()
    amendments.approve(waiting, by=cast.amara, at=NOW)
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=4), weeks=4, value=11)
    assert evidence.reading(primary_of(pilot), NOW).amended
    review = gates.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    later = NOW + timedelta(days=1)
    gates.decide_outcome(
        review, decision="pivot", against="Not this way.", reason="Not this way.", by=cast.amara,
        at=later,
    )  # fmt: skip
    return Pilot.objects.get(pk=pilot.pk)


def test_what_was_amended_before_a_pivot_is_not_said_to_have_been_changed_after_it_was_locked(
    pivoted: Pilot,
) -> None:
    reading = evidence.reading(primary_of(pivoted), NOW + timedelta(days=1))
    assert reading.amended == ()
    assert "after it was locked" not in reading.sentence


def test_the_first_day_of_a_second_try_is_still_to_come(
    pivoted: Pilot, cast: Cast, fund: Fund
) -> None:
    assert pivoted.went_live_on == TODAY - timedelta(weeks=4)
    later = NOW + timedelta(days=2)
    lines = [line.as_dict() for line in make.Charter().lines]
    funding.set_request(pivoted, fund=fund, lines=lines, by=cast.jonas, at=later)
    review = gates.propose(pivoted, by=cast.jonas, at=later)
    gates.decide_resources(
        GateReview.objects.get(pk=review.pk), approve=True, by=cast.amara, at=later
    )
    again = Pilot.objects.get(pk=pivoted.pk)
    assert (again.status, again.went_live_on) == ("approved", None)
    reading = evidence.reading(primary_of(again), later)
    assert reading.live_on is None
    assert reading.numbers.go_live is None
    lifecycle.prepare(again, by=cast.jonas, at=later)
    # What was looked at before was another way.
    with pytest.raises(Refused, match="Not yet: Fill in the short form"):
        gates.ask_to_go_live(again, by=cast.jonas, at=later)
    assurance.pass_reviews(cast, again, at=later)
    make.may_go_live(cast, again, at=later)
    gates.go_live(again, on=later.date(), by=cast.jonas, at=later)
    assert evidence.reading(primary_of(again), later).live_on == later.date()
