"""A pilot runs for as long as its pathway lets it, and once longer; at its end everybody hears of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from innovation.audit.models import Event
from innovation.notices.models import Notice
from innovation.people.models import User
from innovation.rules.refusal import Refused
from pilots.clock import actions, panels
from pilots.clock.requirements import fits_its_clock
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import ClockExtension, Pilot
from pilots.lifecycle.run_time import LONGEST, PilotClock
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

LIVE = date(2026, 1, 5)
WHY: dict[str, Any] = {
    "reason": "The winter is missing.",
    "against": "So.",
    "stale_because": "So.",
    "early_because": "So.",
}


def clock(today: date, extended: date | None = None) -> PilotClock:
    return PilotClock(LIVE, LONGEST["efficiency"], extended, today)


def test_weeks_are_counted_from_the_first_day() -> None:
    last = LIVE + timedelta(weeks=26)
    assert [clock(LIVE + timedelta(days=n)).week for n in (-1, 0, 6, 7, 200)] == [1, 1, 1, 2, 26]
    assert (clock(last).is_over, clock(last + timedelta(days=1)).is_over) == (False, True)
    assert "Week 9 of 26, until 6 July 2026." in clock(LIVE + timedelta(weeks=8)).sentence
    assert "extended once, until 5 October 2026" in clock(last + timedelta(days=1)).sentence
    longer = clock(last + timedelta(days=1), extended=last + timedelta(days=10))
    assert (longer.weeks, longer.is_over, longer.latest) == (28, False, longer.ends_on)
    assert "scaled or stopped" in clock(last + timedelta(days=11), longer.ends_on).sentence


@pytest.mark.django_db
def test_at_its_end_it_is_scaled_stopped_or_extended_once(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    live_on = make.TODAY - timedelta(weeks=26)
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=live_on)
    # Four weeks before its end and at it, each once.
    for at, told in (
        (NOW - timedelta(weeks=5), 0), (NOW - timedelta(weeks=3), 1), (NOW, 0),
        (NOW + timedelta(days=1), 1), (NOW + timedelta(days=2), 0),
    ):  # fmt: skip
        assert actions.tell(at=at) == told, at
    for person in (cast.jonas, cast.rosa, cast.maya):
        titles = Notice.objects.filter(person=person).values_list("title", flat=True)
        assert f"The time of “{pilot.title}” is over" in titles, person
    over = NOW + timedelta(days=1)
    pilot = Pilot.objects.get(pk=pilot.pk)
    lifecycle.write_log(pilot, status="on_track", done="Still drafting.", by=cast.jonas, at=over)
    review = gates.ask_for_decision(pilot, by=cast.jonas, at=over)

    def decide(decision: str, until: date | None = None) -> GateReview:
        fresh = GateReview.objects.get(pk=review.pk)
        return gates.decide_outcome(
            fresh, decision=decision, until=until, by=cast.amara, at=over, **WHY
        )

    with pytest.raises(Refused, match="Nothing else goes on"):
        decide("pivot")
    with pytest.raises(Refused, match="extended once, until 22 February 2027 at the latest"):
        decide("extend", date(2027, 2, 23))
    with pytest.raises(IntegrityError, match="beyond its clock"), transaction.atomic():
        Pilot.objects.filter(pk=pilot.pk).update(ends_on=date(2026, 12, 31))
    with pytest.raises(IntegrityError, match="stopped or extended"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(
            decision="pivot", decided_at=over + timedelta(days=1), decided_by=cast.amara, reason="So.",
            early_until=make.TODAY, early_because="So.",
        )  # fmt: skip
    until = date(2027, 1, 31)
    decided = decide("extend", until)
    assert decided.known["clock"] == {"week": 26, "weeks": 26, "ends_on": "2026-11-23"}
    extension = ClockExtension.objects.get(pilot=pilot)
    assert (extension.until, extension.reason) == (until, WHY["reason"])
    assert Event.objects.get(type="pilot.clock_extended").details["until"] == "2027-01-31"
    for wrong, name in (
        ({"until": date(2027, 2, 1)}, "clock_extended_once"),
        ({"live_on": live_on - timedelta(days=1)}, "as the pathway allows"),
    ):
        given = {
            "pilot": pilot,
            "live_on": live_on,
            "until": until,
            "reason": "So.",
            "by": cast.amara,
        }
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            ClockExtension.objects.create(**given | wrong, at=over)
    pilot = Pilot.objects.get(pk=pilot.pk)
    with pytest.raises(Refused, match="not extended again"), transaction.atomic():
        lifecycle.extend(
            pilot, until=until + timedelta(days=1), reason="So.", by=cast.amara, at=over
        )


@pytest.mark.django_db
def test_the_pages_say_so_to_whom_it_concerns(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    """Jonas leads it, Rosa sponsors it, Maya is of the office, Ben only works there."""
    make.run(cast, pilot, fund)
    browser = Client()

    def page(person: User, url: str) -> str:
        browser.force_login(person)
        return browser.get(url).content.decode()

    assert "Week 5 of 26" in page(cast.ben, make.live_lately(pilot).get_absolute_url())
    read = browser.get(reverse("pilots:api-pilot-clock", args=[pilot.pk])).json()
    assert (read["week"], read["weeks"], read["is_over"]) == (5, 26, False)
    assert panels.waiting(cast.jonas) == []
    make.live_lately(pilot, weeks=24)
    assert [one.kind for one in panels.waiting(cast.jonas)] == ["Time ends soon"]
    make.live_lately(pilot, weeks=27)
    for person in (cast.jonas, cast.rosa, cast.maya):
        (item,) = panels.waiting(User.objects.get(pk=person.pk))
        assert (item.kind, item.title) == ("Time is over", pilot.title)
    assert panels.waiting(cast.ben) == []
    shown = page(cast.jonas, pilot.get_absolute_url())
    assert "Its time is over" in shown
    assert "Ask for a decision on what was measured, or stop it." in shown
    assert "Their time ends" in page(cast.frank, reverse("okrs:review"))
    (ending,) = browser.get(reverse("okrs:api-review")).json()["endings"]
    assert (ending["pilot"], ending["clock"]["is_over"]) == (pilot.pk, True)


@pytest.mark.django_db
def test_a_plan_that_is_too_long_for_its_pathway_is_not_proposed(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund)
    found = fits_its_clock(pilot)
    assert found is not None
    assert found.met
    lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, least_weeks=27)
    with pytest.raises(Refused, match="26 weeks at the most, and this one is planned for 27"):
        gates.propose(pilot, by=cast.jonas, at=NOW)
