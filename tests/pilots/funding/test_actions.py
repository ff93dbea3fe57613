"""Funds, budgets, awards and expenses."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from innovation.audit.models import Event
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.funding import actions as funding
from pilots.funding import queries
from pilots.funding.models import Award, BudgetLine, Fund, LedgerEntry
from pilots.funding.permissions import can_see_money
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = NOW.date()
LINES = [make.Line().as_dict(), make.Line("training", "Two afternoons", Decimal("8000")).as_dict()]


def deposit(
    cast: Cast, fund: Fund, amount: str, key: str = "one", by: User | None = None
) -> LedgerEntry:
    return funding.deposit(
        fund, amount=Decimal(amount), on=TODAY, key=key, by=by or cast.sam, at=NOW
    )


def spend(
    cast: Cast,
    award: Award,
    amount: str,
    key: str = "one",
    by: User | None = None,
    line: BudgetLine | None = None,
    on: date = TODAY,
) -> LedgerEntry:
    return funding.spend(
        award,
        line=line or award.request.lines.all()[0],
        amount=Decimal(amount),
        on=on,
        key=key,
        by=by or cast.jonas,
        at=NOW,
    )


@pytest.fixture
def award(cast: Cast, pilot: Pilot, fund: Fund) -> Award:
    make.approve(cast, pilot, fund)
    return pilot.awards.get()


def test_create_fund_by_finance_begins_empty(cast: Cast) -> None:
    fund = funding.create_fund(
        by=cast.sam, at=NOW, name="Innovation", unit=cast.brigid, fiscal_year=2026
    )
    assert fund.balance == 0
    assert Event.objects.all()[0].type == "fund.created"


def test_create_fund_of_a_name_used_this_year_is_a_conflict(cast: Cast) -> None:
    fields: dict[str, Any] = {"name": "Innovation", "unit": cast.brigid, "fiscal_year": 2026}
    funding.create_fund(by=cast.sam, at=NOW, **fields)
    with pytest.raises(Conflict, match="St Brigid General has a fund called “Innovation”"):
        funding.create_fund(by=cast.sam, at=NOW, **fields)
    assert Fund.objects.count() == 1


@pytest.mark.parametrize("who", ["amara", "maya", "jonas", "otto", "victor"])
def test_create_fund_by_others_is_refused(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        funding.create_fund(
            by=getattr(cast, who), at=NOW, name="Mine", unit=cast.brigid, fiscal_year=2026
        )


def test_deposit_with_the_same_key_twice_counts_once(cast: Cast, fund: Fund) -> None:
    first = deposit(cast, fund, "100.25")
    assert deposit(cast, fund, "100.25") == first
    fund.refresh_from_db()
    assert fund.balance == Decimal("500100.25")


def test_deposit_with_a_key_of_another_amount_is_a_conflict(cast: Cast, fund: Fund) -> None:
    deposit(cast, fund, "100")
    with pytest.raises(Conflict, match="recorded already"):
        deposit(cast, fund, "200")


def test_deposit_under_a_key_that_another_person_or_fund_used_counts(
    cast: Cast, fund: Fund
) -> None:
    also = cast.ben
    RoleGrant.objects.create(person=also, unit=fund.unit, role="finance_reviewer", granted_at=NOW)
    other = make.make_fund(cast, "10", name="Other")
    first = deposit(cast, fund, "100")
    assert len({first, deposit(cast, fund, "200", by=also), deposit(cast, other, "300")}) == 3


def test_deposit_and_spend_under_every_key_of_a_booking_leave_it_free(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    for number in range(1, 60):
        for kind in ("award", "release"):
            deposit(cast, fund, "0.01", key=f"{kind}:{Award.objects.count() + number}")
    make.approve(cast, pilot, fund)
    award = pilot.awards.get()
    spend(cast, award, "1", key=f"release:{award.pk}")
    released = funding.release(award, by=cast.amara, at=NOW)
    assert released is not None
    assert released.amount == award.amount - 1


def test_an_award_is_booked_once_whatever_its_key(cast: Cast, award: Award) -> None:
    spend(cast, award, "5")
    with pytest.raises(IntegrityError, match="ledger_booked_once_an_award"):
        LedgerEntry.objects.create(
            key="another", kind="award", fund=award.fund, award=award, amount=Decimal(1), on=TODAY, at=NOW,
            by=cast.sam,
        )  # fmt: skip


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "NaN", "Infinity", "1e13"])
def test_deposit_of_an_impossible_amount_is_refused(cast: Cast, fund: Fund, amount: str) -> None:
    with pytest.raises(Refused):
        deposit(cast, fund, amount)
    fund.refresh_from_db()
    assert fund.balance == 500_000


def test_deposit_by_the_executive_is_refused(cast: Cast, fund: Fund) -> None:
    with pytest.raises(NotAllowed):
        deposit(cast, fund, "100", by=cast.amara)


def test_set_request_again_replaces_the_lines(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    funding.set_request(pilot, fund=fund, lines=LINES, by=cast.jonas, at=NOW)
    request = funding.set_request(pilot, fund=fund, lines=LINES[:1], by=cast.jonas, at=NOW)
    assert (request.amount, pilot.requests.count()) == (Decimal("60000"), 1)


def test_set_request_from_a_fund_of_another_branch_is_refused(cast: Cast, pilot: Pilot) -> None:
    theirs = make.make_fund(cast, unit=cast.harbor)
    with pytest.raises(Refused, match="another part of the organisation"):
        funding.set_request(pilot, fund=theirs, lines=LINES, by=cast.jonas, at=NOW)


def test_set_request_without_lines_is_refused(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    with pytest.raises(Refused, match="at least one line"):
        funding.set_request(pilot, fund=fund, lines=[], by=cast.jonas, at=NOW)


def test_award_moves_what_was_asked_and_only_once(
    cast: Cast, pilot: Pilot, fund: Fund, award: Award
) -> None:
    fund.refresh_from_db()
    assert (fund.balance, award.balance) == (Decimal("432000"), Decimal("68000"))
    with pytest.raises(Conflict, match="booked already"):
        funding.award(pilot, by=cast.amara, at=NOW)
    assert LedgerEntry.objects.filter(kind="award").count() == 1


def test_award_beyond_the_fund_says_what_is_left_and_books_nothing(
    cast: Cast, pilot: Pilot
) -> None:
    small = make.make_fund(cast, "1000", name="Small")
    funding.set_request(pilot, fund=small, lines=LINES, by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match=r"Small 2026 has \$1,000 left, and this takes \$68,000"):
        funding.award(pilot, by=cast.amara, at=NOW)
    assert not Award.objects.exists()
    assert queries.open_request(pilot) is not None


def test_spend_counts_against_its_line_and_the_award(
    cast: Cast, pilot: Pilot, award: Award
) -> None:
    spend(cast, award, "59000.50")
    request = queries.current_request(pilot)
    assert request is not None
    lines = queries.lines_of(request)
    assert [(line.spent, line.left) for line in lines] == [
        (Decimal("59000.50"), Decimal("999.50")),
        (Decimal(0), Decimal(8000)),
    ]
    account = queries.of_pilots([pilot])[pilot.pk]
    assert (account.awarded, account.spent, account.award_balance) == (
        Decimal("68000"),
        Decimal("59000.50"),
        Decimal("8999.50"),
    )


def test_spend_with_the_same_key_twice_counts_once(cast: Cast, award: Award) -> None:
    assert spend(cast, award, "100") == spend(cast, award, "100")
    award.refresh_from_db()
    assert award.balance == Decimal("67900")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"line": 0}, "another budget line"),
        ({"on": TODAY - timedelta(days=1)}, "another day"),
        ({"note": "Room"}, "another note"),
        ({"amount": Decimal(101)}, "another amount"),
        ({"amount": Decimal(1), "line": 0, "note": ""}, "budget line, amount and note"),
    ],
)
def test_expense_with_a_key_of_another_is_a_conflict_that_says_what_differs(
    cast: Cast, award: Award, other: dict[str, Any], said: str
) -> None:
    first = make.spend(cast, award, "100", key="one")
    assert make.spend(cast, award, "100", key="one", note="Trainer\u200b ") == first
    if "line" in other:
        other = other | {"line": award.request.lines.all()[other["line"]]}
    with pytest.raises(Conflict, match=f"with .*{said}"):
        make.spend(cast, award, **{"amount": "100", "key": "one", **other})
    assert LedgerEntry.objects.filter(kind="spend").count() == 1


@pytest.mark.parametrize(
    ("other", "said"), [({"on": TODAY - timedelta(days=1)}, "day"), ({"note": "A gift"}, "note")]
)
def test_deposit_with_a_key_of_another_day_or_note_is_a_conflict(
    cast: Cast, fund: Fund, other: dict[str, Any], said: str
) -> None:
    deposit(cast, fund, "100")
    given: dict[str, Any] = {
        "on": TODAY,
        "amount": Decimal(100),
        "key": "one",
        "by": cast.sam,
        "at": NOW,
    } | other
    with pytest.raises(Conflict, match=f"another {said}"):
        funding.deposit(fund, **given)


def test_expense_from_before_its_award_is_refused(cast: Cast, award: Award) -> None:
    with pytest.raises(Refused, match="awarded on 23 November 2026"):
        spend(cast, award, "10", on=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="awarded on 23 November 2026"):
        make.ask_overrun(cast, award, on=TODAY - timedelta(days=1))


def test_spend_beyond_the_award_says_what_is_left(cast: Cast, award: Award) -> None:
    with pytest.raises(Refused, match=r"\$68,000 of the award is left"):
        spend(cast, award, "68000.01")


def test_spend_on_a_line_of_another_budget_is_refused(cast: Cast, award: Award, fund: Fund) -> None:
    other = make.open_pilot(cast, title="Other")
    line = funding.set_request(other, fund=fund, lines=LINES, by=cast.jonas, at=NOW).lines.first()
    with pytest.raises(Refused, match="another budget"):
        spend(cast, award, "10", line=line)


def test_spend_in_the_future_is_refused(cast: Cast, award: Award) -> None:
    with pytest.raises(Refused, match="on the day it moved"):
        spend(cast, award, "10", on=TODAY + timedelta(days=2))


@pytest.mark.parametrize("who", ["ana", "priya", "amara", "helen", "hugo"])
def test_spend_by_somebody_not_on_the_team_is_refused(cast: Cast, award: Award, who: str) -> None:
    with pytest.raises(NotAllowed):
        spend(cast, award, "10", by=getattr(cast, who))


def test_release_returns_the_rest_once(cast: Cast, fund: Fund, award: Award) -> None:
    spend(cast, award, "8000")
    entry = funding.release(award, by=cast.amara, at=NOW)
    assert entry is not None and entry.amount == Decimal("60000")
    assert funding.release(award, by=cast.amara, at=NOW) is None
    fund.refresh_from_db()
    assert fund.balance == Decimal("492000")


def test_money_of_a_pilot_is_seen_by_its_team_and_readers_of_funding(
    cast: Cast, pilot: Pilot
) -> None:
    seen = {
        name: bool(can_see_money(getattr(cast, name), pilot))
        for name in (
            "jonas",
            "priya",
            "maya",
            "amara",
            "sam",
            "otto",
            "helen",
            "ana",
            "hugo",
            "ada",
        )
    }
    assert [name for name, sees in seen.items() if not sees] == ["ana", "hugo", "ada"]
    make.on_team(
        pilot,
        person=cast.ana,
        role="champion",
        percent=5,
        starts_on=TODAY,
        ends_on=TODAY,
        by=cast.jonas,
        at=NOW,
    )
    assert can_see_money(cast.ana, pilot)


def test_asked_of_counts_proposed_pilots_only(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    shaping = make.open_pilot(cast, title="Still shaping", lead=cast.priya)
    funding.set_request(shaping, fund=fund, lines=LINES, by=cast.priya, at=NOW)
    make.propose(cast, pilot, fund)
    assert queries.asked_of([fund]) == {fund.pk: Decimal("68000")}
    assert queries.of_funds([fund])[fund.pk].deposited == 500_000


def test_of_pilots_is_one_query_for_many(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pilots = [make.open_pilot(cast, title=f"Pilot {n}") for n in range(5)]
    with django_assert_num_queries(1):
        assert len(queries.of_pilots(pilots)) == 5


def test_deposit_beyond_what_a_fund_can_hold_is_refused(cast: Cast, fund: Fund) -> None:
    held = fund.balance
    with pytest.raises(Refused, match="would hold more than it can"):
        deposit(cast, fund, "999999999999.99")
    fund.refresh_from_db()
    assert fund.balance == held


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (TODAY + timedelta(days=1), "on the day it moved, or afterwards"),
        (date(9999, 12, 31), "on the day it moved, or afterwards"),
        (date(206, 11, 3), "Check the year"),
    ],
)
def test_money_on_an_impossible_day_is_refused(
    cast: Cast, award: Award, on: date, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        spend(cast, award, "10", on=on)
    with pytest.raises(Refused, match=why):
        funding.deposit(award.fund, amount=Decimal(10), on=on, key="two", by=cast.sam, at=NOW)


def test_set_request_whose_lines_are_together_beyond_a_fund_is_refused(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    lines = [make.Line(amount=Decimal("999999999999.99")).as_dict()] * 2
    with pytest.raises(Refused, match="beyond what a fund can hold"):
        funding.set_request(pilot, fund=fund, lines=lines, by=cast.jonas, at=NOW)
