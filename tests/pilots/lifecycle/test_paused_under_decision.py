"""A pause opens nothing that a waiting decision locks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from innovation.people.models import User
from innovation.rules.refusal import Refused
from innovation.web import panels
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.lifecycle.panels import sites_of_pilot
from pilots.lifecycle.permissions import awaits_outcome, is_under_decision
from pilots.lifecycle.states import PilotStatus
from pilots.mentoring import actions as mentoring
from pilots.mentoring.models import Mentorship
from pilots.staffing import actions as staffing
from pilots.staffing.models import TimeRequest
from tests.factories import hours
from tests.factories import mentoring as make_mentoring
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
PAUSED = "Two doses were drafted wrongly."


@pytest.fixture
def asked(cast: Cast, pilot: Pilot, fund: Fund) -> TimeRequest:
    """Ana is asked for time by a pilot that waits for its outcome, and is paused meanwhile."""
    make.run(cast, pilot, fund)
    make.plan_to_scale(cast, pilot)
    for metric in pilot.metrics.all():
        value = 1 if metric.role == "guardrail" else 11
        make.observe(metric, since=TODAY - timedelta(weeks=4), weeks=4, value=value)
    made = staffing.ask(
        pilot, person=cast.ana, role="member", percent=10, starts_on=TODAY,
        ends_on=TODAY + timedelta(days=60), why="You know the ward.", by=cast.jonas, at=NOW,
    )  # fmt: skip
    make_mentoring.offer(cast.ingrid)
    make_mentoring.ask(pilot, cast.ingrid)
    SiteGoLive.objects.create(
        pilot=pilot, unit=cast.medicine, went_live_on=TODAY - timedelta(weeks=3)
    )
    gates.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    lifecycle.pause(pilot, reason=PAUSED, by=cast.helen, at=NOW)
    return TimeRequest.objects.for_list().get(pk=made.pk)


def _waits(user: User) -> list[str]:
    fresh = User.objects.get(pk=user.pk)
    return [item.kind for item in panels.waiting_for(fresh) if "ime" in item.kind]


def test_what_a_waiting_outcome_locks_stays_locked_while_it_is_paused(
    cast: Cast, asked: TimeRequest
) -> None:
    pilot = Pilot.objects.for_list().get(pk=asked.pilot_id)
    assert (pilot.status, pilot.stands_at) == (PilotStatus.PAUSED, PilotStatus.EVALUATING)
    assert is_under_decision(pilot) and awaits_outcome(pilot)
    assert list(Pilot.objects.under_decision()) == [pilot]
    # Its team.
    with pytest.raises(Refused, match="waits for a decision"):
        staffing.agree(asked, by=cast.ana, at=NOW)
    with pytest.raises(Refused, match="waits for a decision"):
        staffing.ask(
            pilot, person=cast.ben, role="member", percent=10, starts_on=TODAY,
            ends_on=TODAY + timedelta(days=60), why="You know it.", by=cast.jonas, at=NOW,
        )  # fmt: skip
    assert _waits(cast.ana) == []
    # Its mentor.
    with pytest.raises(Refused, match="Somebody decides on the pilot now"):
        mentoring.accept(Mentorship.objects.get(), by=cast.ingrid, at=NOW)
    # What it says of its time.
    with pytest.raises(Refused, match="what it says of its time stays"):
        hours.declare(cast, pilot, reason="So.")
    # The days of its sites.
    with pytest.raises(Refused, match="“Waiting for a decision”; the days of its sites stay"):
        lifecycle.plan_site(
            pilot, unit=cast.four_west, planned_on=TODAY, reason="So.", by=cast.jonas, at=NOW
        )
    with pytest.raises(Refused, match="“Waiting for a decision”; the days of its sites stay"):
        lifecycle.take_site_day_back(pilot, unit=cast.medicine, reason="So.", by=cast.jonas, at=NOW)
    panel = sites_of_pilot(cast.jonas, pilot)
    assert panel is not None
    assert (panel.context["may_plan"], panel.context["may_take_back"]) == (False, False)


def test_pages_say_so_and_open_no_form(cast: Cast, asked: TimeRequest) -> None:
    ana, ingrid, jonas = Client(), Client(), Client()
    for browser, person in ((ana, cast.ana), (ingrid, cast.ingrid), (jonas, cast.jonas)):
        browser.force_login(person)
    shown = ana.get(asked.get_absolute_url()).content.decode()
    assert "Yes, I give this time" not in shown
    mentorship = Mentorship.objects.get()
    open_form = ingrid.get(mentorship.get_absolute_url())
    assert open_form.context["decided_on"] is True
    site = SiteGoLive.objects.get()
    for address in (
        reverse("pilots:time-declare", args=[asked.pilot_id]),
        reverse("pilots:pilot-site-take-back", args=[site.pk]),
    ):
        assert jonas.get(address).status_code == 409, address


def test_paused_from_running_nothing_of_it_is_locked(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.run(cast, pilot, fund)
    lifecycle.pause(pilot, reason=PAUSED, by=cast.jonas, at=NOW)
    assert not is_under_decision(pilot) and not awaits_outcome(pilot)
    staffing.ask(
        pilot, person=cast.ana, role="member", percent=10, starts_on=TODAY,
        ends_on=TODAY + timedelta(days=60), why="You know the ward.", by=cast.jonas, at=NOW,
    )  # fmt: skip
    assert _waits(cast.ana) == ["Your time"]
