"""Somebody who decides reads all of a pilot's evidence: promised, measured, beside what, and what would
change it."""

from __future__ import annotations

import re

from django.utils import timezone
from playwright.sync_api import expect

from demo.hospital.server import Hospital
from innovation.rules import dates
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from tests.factories import siblings
from tests.factories.cast import Cast
from tests.journeys.measured import Measured, running
from tests.journeys.visitor import Live, Visitor


def test_evidence_is_read_from_what_was_promised_to_what_would_change_it(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    measured = running(cast, hospital)
    given_the_same_number_at_nine_other_wards_and_of_a_group(cast, measured)
    lifecycle.write_log(
        Pilot.objects.get(pk=measured.pilot.pk),
        by=cast.jonas,
        at=timezone.now(),
        status="at_risk",
        learned="Two rooms have no microphone.",
    )
    amara = live(cast.amara)
    amara.open(measured.pilot.get_absolute_url())
    amara.page.get_by_role("link", name="All evidence on one page").click()
    amara.sees(
        "What was promised", "SHA-256 of the protocol", "minutes since go-live, down from 16.0."
    )
    amara.sees("What would change this", "a year anyway, it would not be shown to be better.")
    then_the_wards_stand_beside_each_other(amara)
    then_the_group_stands_beside_the_others(amara)
    then_what_was_said_stands_beside_what_was_measured(amara)
    amara.look()
    when_she_notes_what_else_happened_it_stands_in_the_charts(amara)

    by_night = live(cast.ana, device="phone", scheme="dark")
    by_night.open(f"/pilots/{measured.pilot.pk}/evidence/")
    by_night.sees("1 of 9 sites lies beyond", "The ward was trained again.")
    by_night.look()
    by_night.open(f"/metrics/{measured.guardrail.pk}/")
    by_night.sees("Patients who need an interpreter")
    by_night.look()


# ---- given


def given_the_same_number_at_nine_other_wards_and_of_a_group(
    cast: Cast, measured: Measured
) -> None:
    guardrail = Metric.objects.select_related("unit").get(pk=measured.guardrail.pk)
    first = guardrail.observations.earliest("period").period
    weeks = guardrail.observations.count()
    for n, share in enumerate([0.035] * 8 + [0.12]):
        ward = siblings.make_ward(cast, f"Ward {n + 1}")
        site = siblings.make_site(cast, guardrail, ward, pull_from=first)
        siblings.count_shares(
            site, since=first, weeks=weeks, share=share, cases=90 + 10 * n, seed=n
        )
    group = siblings.share_metric(
        cast, None, unit=guardrail.unit, pull_from=first, role="secondary", limit=None
    )
    siblings.make_sibling(
        cast, guardrail, group, kind="group", label="Patients who need an interpreter"
    )
    siblings.count_shares(group, since=first, weeks=weeks, share=0.06, cases=40, seed=99)


# ---- when


def when_she_notes_what_else_happened_it_stands_in_the_charts(amara: Visitor) -> None:
    card = amara.page.locator("#happened")
    for text in ("The ward was trained again.", "The ward was trained twice."):
        card.get_by_text("Note what happened").click()
        card.get_by_label("Training").check()
        card.get_by_label("Day", exact=True).fill(dates.today().isoformat())
        card.get_by_label("In a sentence").fill(text)
        card.get_by_role("button", name="Note it").click()
        amara.sees("Noted. It stands in the charts.")
    amara.look()
    expect(
        amara.page.get_by_role("img", name=re.compile("Marked: .*Training")).first
    ).to_be_visible()
    row = card.get_by_role("row", name=re.compile("trained twice"))
    row.get_by_role("link", name="Take back").click()
    amara.look()
    amara.page.get_by_role("button", name="Take it back").click()
    amara.sees("Taken back. It is out of the charts.")
    expect(card.get_by_role("row", name=re.compile("trained twice"))).to_have_count(0)


# ---- then


def then_the_wards_stand_beside_each_other(amara: Visitor) -> None:
    amara.sees("1 of 9 sites lies beyond", "Ward 9 (higher).")
    expect(amara.page.get_by_role("img", name=re.compile("site by site")).first).to_be_visible()
    table = amara.page.get_by_role("table", name="Notes corrected afterwards, site by site")
    heading = amara.page.get_by_role("heading", name="The same number at other sites")
    amara.page.locator(".card", has=heading).get_by_text("The numbers as a table").click()
    expect(table.get_by_role("row", name=re.compile("^Ward 9 ")).first).to_contain_text("unusual")


def then_the_group_stands_beside_the_others(amara: Visitor) -> None:
    amara.sees("of the others. The gap was")
    table = amara.page.get_by_role("table", name="Each group beside the others")
    expect(table).to_contain_text("Patients who need an interpreter")


def then_what_was_said_stands_beside_what_was_measured(amara: Visitor) -> None:
    table = amara.page.get_by_role("table", name=re.compile("^What the team said"))
    expect(table).to_contain_text("Two rooms have no microphone.")
    expect(table).to_contain_text("Needs attention")
