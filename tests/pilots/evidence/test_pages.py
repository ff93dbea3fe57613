"""What the page of a metric says and draws."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from pilots.funding.models import Fund
from pilots.lifecycle.models import Pilot
from pilots.metrics.actions import amendments
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
