"""Anybody reads a metric: a sentence, the chart and its table, the effect, and why to trust it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from demo.hospital.server import Hospital
from pilots.metrics.models import Observation
from tests.factories.cast import Cast
from tests.journeys.measured import Measured, running
from tests.journeys.visitor import Live, Visitor
from tests.present import present


def test_metric_says_what_it_shows_and_why_it_may_be_trusted(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    measured = running(cast, hospital)
    ana = live(cast.ana)
    when_she_comes_from_the_page_of_the_pilot(ana, measured)

    ana.sees("minutes since go-live, down from 16.0.")
    expect(ana.page.get_by_role("img", name=re.compile("^Improving"))).to_be_visible()
    expect(ana.page.get_by_role("img", name=re.compile("^Note time per visit. "))).to_be_visible()
    then_the_effect_is_that_of_the_numbers(ana, measured)
    then_the_table_has_every_number(ana, measured)
    then_the_trust_line_says_from_where_when_and_how_many(ana, measured)
    ana.look()

    guardrail = f"/metrics/{measured.guardrail.pk}/"
    ana.open(guardrail)
    ana.sees("no larger than chance could bring", "Within its limit of 6%.")
    ana.look()

    by_night = live(cast.otto, device="phone", scheme="dark")
    for path in (f"/metrics/{measured.primary.pk}/", guardrail, "/metrics/"):
        by_night.open(path)
        by_night.look()


# ---- when


def when_she_comes_from_the_page_of_the_pilot(ana: Visitor, measured: Measured) -> None:
    ana.open(measured.pilot.get_absolute_url())
    ana.sees("Better", "No harm shown")
    # The charts of the pilot's page come by themselves.
    expect(ana.page.locator("#main svg, main .chart-drawing svg").first).to_be_visible()
    ana.look()
    ana.page.get_by_role("link", name="Note time per visit", exact=True).click()
    expect(ana.page.get_by_role("heading", level=1)).to_have_text("Note time per visit")


# ---- then


def then_the_effect_is_that_of_the_numbers(ana: Visitor, measured: Measured) -> None:
    told = ana.page.get_by_text(re.compile(r"^−\d+\.\d minutes \(−")).first.inner_text()
    change, low, high = (float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d", told))
    numbers = dict(
        Observation.objects.filter(metric=measured.primary).values_list("period", "value")
    )
    before = [float(present(v)) for period, v in numbers.items() if period < measured.live_on]
    after = [float(present(v)) for period, v in numbers.items() if period >= measured.live_on]
    difference = sum(after) / len(after) - sum(before) / len(before)
    assert change == pytest.approx(difference, abs=0.06)
    assert low < change < high < 0


def then_the_table_has_every_number(ana: Visitor, measured: Measured) -> None:
    ana.page.get_by_text("The numbers as a table").click()
    table = ana.page.get_by_role("table", name="Numbers of Note time per visit")
    known = Observation.objects.filter(metric=measured.primary)
    expect(table.locator("tbody tr")).to_have_count(known.count())
    newest = known.order_by("-period")[0]
    expect(table.locator("tbody tr").first).to_contain_text(f"{newest.value:.1f} minutes")
    ana.look()


def then_the_trust_line_says_from_where_when_and_how_many(ana: Visitor, measured: Measured) -> None:
    trust = ana.page.locator(".trust-line")
    observed = Observation.objects.filter(metric=measured.primary)
    cases = sum(present(one.n) for one in observed)
    for word in (
        "today",
        "from Lakeshore reporting interface",
        f"{cases:,} visits",
        "v1, Minutes in notes ÷ finished visits",
        "96%",
    ):
        expect(trust).to_contain_text(word)
