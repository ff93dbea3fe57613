"""Money over the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from innovation.people.models import User
from pilots.funding.models import Fund, LedgerEntry
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

Ask = Callable[..., Any]

TODAY = str(NOW.date())
FUNDS = "/api/v1/funds/"
PILOTS = "/api/v1/pilots/"


@pytest.fixture
def ask(client: Client) -> Ask:
    def asked(user: User, method: str, url: str, data: object = None, status: int = 200) -> Any:
        client.force_login(user)
        response = getattr(client, method)(url, data, content_type="application/json")
        assert response.status_code == status, response.content.decode()[:2000]
        return response.json() if response.content else None

    return asked


def test_fund_made_filled_and_read(cast: Cast, ask: Ask) -> None:
    data = {"name": "Innovation", "unit": cast.brigid.pk, "fiscal_year": 2026}
    fund = ask(cast.sam, "post", FUNDS, data, status=201)
    ask(cast.sam, "post", FUNDS, data, status=409)
    ledger = f"{FUNDS}{fund['id']}/ledger/"
    entry = {"amount": "1000.50", "on": TODAY, "note": "Board", "key": "one"}
    first = ask(cast.sam, "post", ledger, entry, status=201)
    assert ask(cast.sam, "post", ledger, entry, status=201) == first
    ask(cast.sam, "post", ledger, {**entry, "amount": "2"}, status=409)
    assert ask(cast.otto, "get", f"{FUNDS}{fund['id']}/")["balance"] == "1000.50"
    assert len(ask(cast.otto, "get", ledger)["results"]) == 1
    ask(cast.amara, "post", ledger, entry, status=403)
    ask(cast.hugo, "get", ledger, status=404)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "-1"},
        {"amount": "0"},
        {"amount": "1e400"},
        {"amount": "NaN"},
        {"amount": "1.234"},
        {"amount": None},
        {"on": "yesterday"},
        {"key": ""},
        {"key": "x" * 65},
        {"note": "\x00"},
    ],
)
def test_deposit_of_nonsense_is_a_problem_and_books_nothing(
    cast: Cast, fund: Fund, ask: Ask, change: dict[str, str | None]
) -> None:
    data = {"amount": "5", "on": TODAY, "note": "", "key": "k", **change}
    ask(cast.sam, "post", f"{FUNDS}{fund.pk}/ledger/", data, status=400)
    assert LedgerEntry.objects.filter(fund=fund).count() == 1


def test_budget_award_and_expense_of_a_pilot(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    url = f"{PILOTS}{pilot.pk}/money/"
    lines = [{"category": "software", "description": "Licences", "amount": "60000"}]
    ask(cast.ana, "get", url, status=403)
    ask(cast.amara, "put", url, {"fund": fund.pk, "lines": lines}, status=403)
    ask(cast.jonas, "put", url, {"fund": 0, "lines": lines}, status=400)
    ask(cast.jonas, "put", url, {"fund": fund.pk, "lines": []}, status=400)
    ask(cast.jonas, "put", url, {"fund": 10**12, "lines": lines}, status=400)
    money = ask(cast.jonas, "put", url, {"fund": fund.pk, "lines": lines})
    assert (money["asked"], money["awarded"], money["left"]) == ("60000.00", "0.00", "0.00")
    expense = {"line": 1, "amount": "5", "on": TODAY, "key": "k"}
    ask(cast.jonas, "post", f"{PILOTS}{pilot.pk}/expenses/", expense, status=409)
    make.approve(cast, pilot, fund)
    line = ask(cast.jonas, "get", url)["lines"][0]["id"]
    expense = {"line": line, "amount": "5.25", "on": TODAY, "key": "k", "note": "Invoice"}
    ask(cast.jonas, "post", f"{PILOTS}{pilot.pk}/expenses/", expense, status=201)
    assert ask(cast.sam, "get", url)["spent"] == "5.25"
    too_much = {**expense, "amount": "99999", "key": "other"}
    problem = ask(cast.jonas, "post", f"{PILOTS}{pilot.pk}/expenses/", too_much, status=409)
    assert "of the award is left" in problem["detail"]
    again = ask(cast.jonas, "post", f"{PILOTS}{pilot.pk}/expenses/", expense, status=201)
    assert ask(cast.sam, "get", url)["spent"] == "5.25"
    other = {**expense, "note": "Another invoice"}
    problem = ask(cast.jonas, "post", f"{PILOTS}{pilot.pk}/expenses/", other, status=409)
    assert "with another note" in problem["detail"] and again["note"] == "Invoice"
