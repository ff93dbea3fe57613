"""Amara, an executive, decides on people and money; what she decides stands on the ledger."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import expect

from demo.hospital.server import Hospital
from pilots.funding.models import Award, LedgerEntry
from pilots.gates.models import GateReview
from tests.factories.cast import Cast
from tests.journeys.measured import Measured, proposed
from tests.journeys.visitor import Live, Visitor

REASON = "Who stands in for Jonas in March? Say it in the plan."


def test_proposal_is_returned_mended_and_approved_on_a_phone(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    measured = proposed(cast, hospital)
    amara = live(cast.amara)
    amara.open("/")
    then_it_waits_with_what_it_costs_and_whom_it_serves(amara)
    amara.press("Approve or return")
    then_she_sees_everything_that_a_decision_needs(amara)

    when_she_returns_it(amara)
    jonas = live(cast.jonas)
    then_jonas_reads_why(jonas, measured)
    when_jonas_mends_it_and_proposes_again(jonas, measured)

    amara = live(cast.amara, device="phone", scheme="dark")
    amara.open("/")
    amara.look()
    amara.press("Approve or return")
    amara.look()
    amara.press("Approve")
    amara.sees("Decided. The team, and those whose need it is, have been told.", "Left afterwards")
    amara.look()

    then_the_award_is_booked(measured)
    then_finance_sees_it_on_the_ledger(live(cast.sam), measured)
    jonas.open("/inbox/")
    jonas.sees("Ambient notes in primary care")
    jonas.open(measured.pilot.get_absolute_url())
    jonas.sees("Resources approved", "Start preparing", "$68,000")
    jonas.look()


def test_second_of_two_executives_is_told_who_decided_and_what(
    live: Live, cast: Cast, hospital: Hospital
) -> None:
    measured = proposed(cast, hospital)
    page = GateReview.objects.get().get_absolute_url()
    amara, frank = live(cast.amara), live(cast.frank)
    frank.open(page)
    frank.fill("Your reason", "The licence is too dear; ask for a price below 40,000.")
    amara.open(page)
    amara.press("Approve")
    amara.sees("Decided.")

    frank.press("Return")
    frank.sees("Somebody was first", "Dr Amara Osei decided “Approve”")
    # What he typed is not lost, though nothing is left to decide.
    frank.sees("You had written:", "The licence is too dear; ask for a price below 40,000.")
    frank.look()
    assert status_of(measured) == "approved"
    assert Award.objects.count() == 1


# ---- when


def when_she_returns_it(amara: Visitor) -> None:
    amara.press("Return")
    amara.sees("Say what is missing: the team will read it.")
    amara.look()
    amara.fill("Your reason", REASON)
    amara.press("Return")
    amara.sees("Decided. The team, and those whose need it is, have been told.", REASON)
    amara.look()
    assert not Award.objects.exists()


def when_jonas_mends_it_and_proposes_again(jonas: Visitor, measured: Measured) -> None:
    jonas.open(f"{measured.pilot.get_absolute_url()}charter/")
    jonas.fill(
        "What will be done differently",
        "The visit is drafted; the clinician signs. Priya stands in for Jonas in March.",
    )
    jonas.press("Keep it")
    jonas.press("Ask for resources")
    jonas.fill("The team's case", "Priya stands in for Jonas in March.")
    jonas.press("Propose it")
    jonas.sees("Waiting for a decision")


# ---- then


def then_it_waits_with_what_it_costs_and_whom_it_serves(amara: Visitor) -> None:
    amara.sees(
        "Ambient notes in primary care, $68,000 and 0.2 full time",
        "Innovation fund 2026 has $250,000 left.",
        "2 colleagues said this affects them too.",
    )
    amara.look()


def then_she_sees_everything_that_a_decision_needs(amara: Visitor) -> None:
    amara.sees("$68,000; Innovation fund 2026 goes from $250,000 to $182,000.")
    amara.sees("We chart at the kitchen table", "and 2 colleagues who share it")
    amara.sees("How it will be measured", "Note time per visit", "target 13 minutes")
    amara.sees("Notes corrected afterwards", "limit 6%")
    amara.sees("Minutes in notes per visit", "claims −4.5 minutes")
    amara.sees("Two wards are ready; the vendor holds the price until June.")
    amara.look()


def then_jonas_reads_why(jonas: Visitor, measured: Measured) -> None:
    jonas.open("/inbox/")
    jonas.sees(REASON)
    jonas.look()
    jonas.open(measured.pilot.get_absolute_url())
    jonas.sees("Shape it")
    jonas.look()
    assert status_of(measured) == "shaping"


def then_the_award_is_booked(measured: Measured) -> None:
    award = Award.objects.get()
    assert (award.pilot, award.amount) == (measured.pilot, Decimal(68000))
    entry = LedgerEntry.objects.get(kind="award")
    assert (entry.fund, entry.amount) == (measured.fund, Decimal(68000))
    measured.fund.refresh_from_db()
    assert measured.fund.balance == Decimal(182000)


def then_finance_sees_it_on_the_ledger(sam: Visitor, measured: Measured) -> None:
    sam.open(measured.fund.get_absolute_url())
    ledger = sam.page.get_by_role("table", name="Ledger")
    expect(ledger).to_contain_text("−$68,000")
    expect(ledger).to_contain_text(measured.pilot.title)
    sam.sees("$182,000")
    sam.look()


def status_of(measured: Measured) -> str:
    measured.pilot.refresh_from_db()
    return measured.pilot.status
