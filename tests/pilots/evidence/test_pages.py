"""What the page of a metric says and draws."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.metrics.actions import amendments
from pilots.metrics.actions.plan import edit_metric
from pilots.metrics.models import Amendment, Metric
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.django_db


def test_a_planned_baseline_without_a_number_is_said_and_nothing_else_stands_for_it(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    """It was replaced by all points before go-live, without a word."""
    make.run(cast, pilot, fund)
    primary = pilot.metrics.get(role="primary")
    make.observe(primary, since=make.TODAY - timedelta(weeks=4), weeks=4, value=5)
    first = make.TODAY - timedelta(weeks=60)
    Metric.objects.filter(pk=primary.pk).update(
        baseline_from=first, baseline_until=first + timedelta(weeks=12), data_version=99
    )
    browser = Client()
    browser.force_login(cast.amara)
    for page in (reverse("pilots:metric-detail", args=[primary.pk]), pilot.get_absolute_url()):
        said = browser.get(page).content.decode()
        assert "No number of the planned baseline" in said, page
        assert ">nan<" not in said.lower(), page
        assert "The limits rest on" not in said, page  # there are none
    assert "Inconclusive" in said


def test_each_verdict_says_what_it_takes_for_granted_or_why_there_is_none(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.evaluate(cast, pilot, fund)
    primary = pilot.metrics.get(role="primary")
    browser = Client()
    browser.force_login(cast.amara)
    here = reverse("pilots:metric-detail", args=[primary.pk])
    pages = (here, pilot.get_absolute_url())
    for page in pages:
        said = browser.get(page).content.decode()
        assert "Two years before show no season" in said, page
    assert "Assumes that it would otherwise have stayed as it was (its own longer" in said
    Metric.objects.filter(pilot=pilot).update(steady_from="", steady_because="")
    for page in pages:
        said = browser.get(page).content.decode()
        assert "so there is no verdict" in said, page
        assert "Assumes that" not in said, page
    assert "No verdict: its plan does not say" in browser.get(pages[1]).content.decode()


def test_a_change_of_what_is_counted_stands_beside_each_verdict(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    primary = pilot.metrics.get(role="primary")
    browser = Client()
    browser.force_login(cast.jonas)
    edit = reverse("pilots:metric-edit", args=[primary.pk])
    form = browser.get(edit).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    sent |= {"definition": "Minutes in notes, without drafts", "date": "day", "value": "minutes"}
    asked = browser.post(edit, sent)
    assert "Say why" in asked.context["form"].errors["reason"][0]
    assert "without drafts" in asked.content.decode()
    assert browser.post(edit, sent | {"reason": "Drafts are no notes."}).status_code == 302
    amendment = Amendment.objects.for_list().get(metric=primary)
    amendments.approve(amendment, by=cast.amara, at=NOW)
    # A new name alone takes no reason.
    assert browser.post(edit, sent | {"name": "Minutes in notes"}).status_code == 302
    browser.force_login(cast.amara)
    said = "Its plan was changed on "
    for page in (reverse("pilots:metric-detail", args=[primary.pk]), pilot.get_absolute_url()):
        shown = browser.get(page).content.decode()
        assert said in shown, page
        assert "Drafts are no notes." in shown, page


def test_two_years_of_history_are_drawn_tabled_and_said(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    primary = pilot.metrics.get(role="primary")
    live_on = Pilot.objects.get(pk=pilot.pk).went_live_on
    assert live_on is not None
    first = live_on - timedelta(weeks=110)
    first -= timedelta(days=first.weekday())
    Metric.objects.filter(pk=primary.pk).update(
        pull_from=first, steady_from="", steady_because="", data_version=99
    )
    primary.observations.all().delete()
    make.observe(primary, since=first, weeks=114)
    browser = Client()
    browser.force_login(cast.amara)
    said = browser.get(reverse("pilots:metric-detail", args=[primary.pk])).content.decode()
    assert "An interrupted time series of its own history, because two years" in said
    assert "What its own history leads to expect" in said and "<th" in said
    assert "Expected" in said and "stroke-dasharray" in said
    assert "Nothing is known of that, so there is no verdict." not in said


def test_pauses_alarms_and_changes_of_the_plan_are_drawn(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.run(cast, pilot, fund)
    primary = pilot.metrics.get(role="primary")
    last = primary.observations.latest("period").period
    make.observe(primary, since=last + timedelta(weeks=1), weeks=4)
    running = Pilot.objects.get(pk=pilot.pk)
    lifecycle.pause(running, reason="The app is down.", by=cast.jonas, at=NOW - timedelta(weeks=1))
    edit_metric(
        Metric.objects.get(pk=primary.pk),
        by=cast.jonas,
        at=NOW - timedelta(weeks=3),
        definition="Another count",
        reason="The old one was wrong.",
    )
    amendment = Amendment.objects.for_list().get(metric=primary)
    amendments.approve(amendment, by=cast.amara, at=NOW - timedelta(weeks=3))
    browser = Client()
    browser.force_login(cast.amara)
    said = browser.get(reverse("pilots:metric-detail", args=[primary.pk])).content.decode()
    drawn = said[said.index("<svg") : said.index("chart-narrow")]
    assert "Paused" in drawn and "Plan changed" in drawn and "Go-live" in drawn
