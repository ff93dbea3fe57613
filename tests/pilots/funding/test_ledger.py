"""The ledger under random work: balances are the sums of their entries, and never below zero."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovation.rules.refusal import Refused
from pilots.funding import actions as funding
from pilots.funding.ledger import account
from pilots.funding.models import Award, Fund, LedgerEntry, Request
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.probes import examples

TODAY = NOW.date()
cents = st.integers(1, 2_000_00).map(lambda n: Decimal(n) / 100)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("deposit"), cents, st.integers(0, 1)),
        st.tuples(st.just("award"), cents, st.integers(0, 1)),
        st.tuples(st.just("spend"), cents, st.integers(0, 9)),
        st.tuples(st.just("release"), st.just(Decimal(1)), st.integers(0, 9)),
    ),
    max_size=25,
)


@settings(examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_any_order_of_movements_keeps_balances_and_floors(
    cast: Cast, work: list[tuple[str, Decimal, int]]
) -> None:
    with transaction.atomic():
        funds = [make.make_fund(cast, "0"), make.make_fund(cast, "0")]
        awards: list[Award] = []
        for number, (kind, amount, which) in enumerate(work):
            try:
                if kind == "deposit":
                    funding.deposit(
                        funds[which], amount=amount, on=TODAY, key=f"d{number}", by=cast.sam, at=NOW
                    )
                elif kind == "award":
                    pilot = make.open_pilot(cast, title=f"Pilot {number}")
                    line = make.Line(amount=amount).as_dict()
                    funding.set_request(
                        pilot, fund=funds[which], lines=[line], by=cast.jonas, at=NOW
                    )
                    awards.append(funding.award(pilot, by=cast.amara, at=NOW))
                elif awards and kind == "spend":
                    award = awards[which % len(awards)]
                    funding.spend(
                        award,
                        line=award.request.lines.get(),
                        amount=amount,
                        on=TODAY,
                        key=f"s{number}",
                        by=cast.jonas,
                        at=NOW,
                    )
                elif awards:
                    funding.release(awards[which % len(awards)], by=cast.amara, at=NOW)
            except Refused:
                pass
            _holds()
        transaction.set_rollback(True)


def _holds() -> None:
    """Every balance is what its entries add up to, and none is below zero."""
    for fund in Fund.objects.all():
        entries = LedgerEntry.objects.filter(fund=fund).values_list("kind", "amount")
        assert fund.balance == account(entries).fund_balance >= 0
    for award in Award.objects.all():
        entries = LedgerEntry.objects.filter(award=award).values_list("kind", "amount")
        assert award.balance == account(entries).award_balance >= 0
        assert account(entries).awarded == award.amount


def test_account_of_a_whole_story_adds_up() -> None:
    found = account(
        [
            ("deposit", Decimal("100")),
            ("award", Decimal("60")),
            ("spend", Decimal("20.50")),
            ("release", Decimal("39.50")),
        ]
    )
    assert (found.fund_balance, found.award_balance, found.kept) == (
        Decimal("79.50"),
        Decimal("0"),
        Decimal("20.50"),
    )


def test_balance_assigned_outside_the_ledger_is_refused_by_the_database(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.approve(cast, pilot, fund)
    for balances in (Fund.objects.filter(pk=fund.pk), pilot.awards.all()):
        with pytest.raises(ProgrammingError, match="through the ledger only"), transaction.atomic():
            balances.update(balance=Decimal(1))


def test_fund_or_award_that_begins_full_is_refused_by_the_database(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.approve(cast, pilot, fund)
    for full in (fund, pilot.awards.get()):
        full.pk, full.balance = None, Decimal(1)
        with pytest.raises(ProgrammingError, match="begins empty"), transaction.atomic():
            full.save(force_insert=True)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"amount": Decimal(0)}, "ledger_amount_above_zero"),
        ({"key": ""}, "ledger_entered_has_a_key"),
        ({"key": "gift"}, "ledger_key_once_a_person_and_fund"),
    ],
)
def test_deposit_that_no_ledger_takes_is_refused_by_the_database_itself(
    cast: Cast, fund: Fund, given: dict[str, object], rule: str
) -> None:
    funding.deposit(fund, amount=Decimal(5), key="gift", on=TODAY, by=cast.sam, at=NOW)
    forged = {"key": "forged", "amount": Decimal(5), **given}
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        LedgerEntry.objects.create(
            kind="deposit", fund=fund, on=TODAY, at=NOW, by=cast.sam, **forged
        )


def test_more_than_was_awarded_is_refused_by_the_database_itself(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.approve(cast, pilot, fund)
    with pytest.raises(IntegrityError, match="award_never_above_itself"), transaction.atomic():
        LedgerEntry.objects.create(
            key="forged",
            kind="award",
            fund=fund,
            award=pilot.awards.get(),
            amount=Decimal(1),
            on=TODAY,
            at=NOW,
            by=cast.amara,
        )


def test_entry_beyond_the_fund_is_refused_by_the_database_itself(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.approve(cast, pilot, fund)
    award = pilot.awards.get()
    with pytest.raises(IntegrityError, match="award_never_below_zero"), transaction.atomic():
        LedgerEntry.objects.create(
            key="forged",
            kind="spend",
            fund=fund,
            award=award,
            amount=award.amount + 1,
            on=TODAY,
            at=NOW,
            by=cast.jonas,
        )


def test_award_beyond_the_fund_is_refused_by_the_database_itself(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    """Whatever a rule in Python would have let pass."""
    make.approve(cast, pilot, fund)
    fund.refresh_from_db()
    with pytest.raises(IntegrityError, match="fund_never_below_zero"), transaction.atomic():
        LedgerEntry.objects.create(
            key="forged",
            kind="award",
            fund=fund,
            award=pilot.awards.get(),
            amount=fund.balance + 1,
            on=TODAY,
            at=NOW,
            by=cast.amara,
        )


def test_second_request_of_a_pilot_is_refused_by_the_database_itself(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.propose(cast, pilot, fund)
    request = Request.objects.get(pilot=pilot)
    request.pk = None
    with pytest.raises(IntegrityError, match="request_one_open_a_pilot"), transaction.atomic():
        request.save(force_insert=True)


@pytest.mark.parametrize("change", [{"amount": Decimal(1)}, None])
def test_entry_changed_or_deleted_is_refused_by_the_database(
    fund: Fund, change: dict[str, Decimal] | None
) -> None:
    entries = LedgerEntry.objects.filter(fund=fund)
    with pytest.raises(ProgrammingError), transaction.atomic():
        entries.update(**change) if change else entries.delete()
