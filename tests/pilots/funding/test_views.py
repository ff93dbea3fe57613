"""The pages of money: without script, without losing what was typed, and only for who may."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from innovation.people.models import User
from pilots.funding import queries
from pilots.funding.models import Fund, LedgerEntry
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.markup import plain

Ask = Callable[..., str]

TODAY = NOW.date()


@pytest.fixture
def ask(client: Client) -> Ask:
    """Get or post an address as somebody; the text of the answer."""

    def asked(
        user: User,
        name: str,
        thing: Model | None = None,
        data: dict[str, Any] | None = None,
        status: int = 200,
    ) -> str:
        client.force_login(user)
        url = reverse(f"pilots:{name}", args=[thing.pk] if thing else [])
        response = client.get(url) if data is None else client.post(url, data)
        assert response.status_code == status, response.content.decode()[:2000]
        return plain(response.content.decode())

    return asked


def lines(
    *rows: tuple[str, str, str],
    fund: Fund | None = None,
    total: int | str | None = None,
    **more: str,
) -> dict[str, Any]:
    data = {
        "fund": fund.pk if fund else "",
        "form-TOTAL_FORMS": str(total or max(len(rows), 1)),
        "form-INITIAL_FORMS": "0",
        **more,
    }
    for number, (category, description, amount) in enumerate(rows):
        data |= {
            f"form-{number}-category": category,
            f"form-{number}-description": description,
            f"form-{number}-amount": amount,
        }
    return data


LICENCES = ("software", "Licences", "60000")
TRAINING = ("training", "Two afternoons", "8000.50")


def test_budget_written_line_by_line_is_kept(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    data = lines(LICENCES, ("other", "", ""), TRAINING, fund=fund)
    ask(cast.jonas, "budget", pilot, data=data, status=302)
    request = queries.open_request(pilot)
    assert request is not None
    assert [(line.category, line.amount) for line in request.lines.all()] == [
        ("software", Decimal("60000")),
        ("training", Decimal("8000.50")),
    ]
    shown = ask(cast.jonas, "budget", pilot)
    assert "$68,000.50" in shown
    assert 'value="60000"' in shown


def test_budget_line_that_is_emptied_goes_whatever_it_was_for(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    ask(cast.jonas, "budget", pilot, data=lines(LICENCES, TRAINING, fund=fund), status=302)
    data = lines(("software", "", ""), TRAINING, fund=fund)
    data["form-INITIAL_FORMS"] = "2"
    ask(cast.jonas, "budget", pilot, data=data, status=302)
    request = queries.open_request(pilot)
    assert request is not None
    assert [line.description for line in request.lines.all()] == ["Two afternoons"]


def test_budget_with_room_for_more_keeps_what_was_typed_right_or_wrong(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    data = lines(LICENCES, ("other", "Something", "not a number"), fund=fund, more="1")
    shown = ask(cast.jonas, "budget", pilot, data=data)
    assert "Licences" in shown
    assert "not a number" in shown
    assert f'<option value="{fund.pk}" selected>' in shown
    assert 'name="form-4-amount"' in shown
    assert queries.open_request(pilot) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (lines(("other", "", "")), "A budget has at least one line."),
        (lines(("other", "Half a line", "")), "Say how much."),
        (lines(("other", "Free", "0")), "more than 0"),
        (lines(("other", "Odd", "1.234")), "At most two digits after the point"),
        (lines(("boats", "A boat", "5")), "boats is not one of the available choices"),
        ({"form-TOTAL_FORMS": "x"}, "A budget has at least one line."),
        ({"form-TOTAL_FORMS": "999999999", "form-INITIAL_FORMS": "0"}, "at most 60"),
    ],
)
def test_budget_with_something_wrong_says_what_and_keeps_the_rest(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask, data: dict[str, Any], said: str
) -> None:
    shown = ask(cast.jonas, "budget", pilot, data={**data, "fund": fund.pk}, status=400)
    assert said in shown
    assert queries.open_request(pilot) is None


def test_budget_without_a_fund_says_so(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    assert "Choose the fund that is asked." in ask(
        cast.jonas, "budget", pilot, data=lines(LICENCES), status=400
    )


def test_budget_offers_funds_of_the_pilots_branch_only(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    theirs = make.make_fund(cast, unit=cast.harbor, name="Harbor's purse")
    shown = ask(cast.jonas, "budget", pilot)
    assert str(fund) in shown
    assert "purse" not in shown
    shown = ask(cast.jonas, "budget", pilot, data=lines(LICENCES, fund=theirs), status=400)
    assert "Select a valid choice" in shown


def test_budget_once_awarded_shows_lines_against_what_was_spent(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    make.approve(cast, pilot, fund)
    award = pilot.awards.get()
    line = award.request.lines.all()[0]
    data = {"line": line.pk, "amount": "59000", "on": str(TODAY), "note": "Invoice", "key": "k1"}
    ask(cast.jonas, "expense-create", pilot, data=data, status=302)
    shown = ask(cast.jonas, "budget", pilot)
    assert "$1,000" in shown
    assert "Invoice" in shown
    assert "form-0-amount" not in shown


def test_expense_sent_twice_counts_once(cast: Cast, pilot: Pilot, fund: Fund, ask: Ask) -> None:
    make.approve(cast, pilot, fund)
    line = pilot.awards.get().request.lines.all()[0]
    data = {"line": line.pk, "amount": "100", "on": str(TODAY), "note": "Twice", "key": "k1"}
    ask(cast.jonas, "expense-create", pilot, data=data, status=302)
    ask(cast.jonas, "expense-create", pilot, data=data, status=302)
    assert LedgerEntry.objects.filter(kind="spend").count() == 1


def test_expense_beyond_the_award_keeps_what_was_typed(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    make.approve(cast, pilot, fund)
    line = pilot.awards.get().request.lines.all()[0]
    data = {"line": line.pk, "amount": "999999", "on": str(TODAY), "note": "A boat", "key": "k"}
    shown = ask(cast.jonas, "expense-create", pilot, data=data, status=409)
    assert "$68,000 of the award is left" in shown
    assert "A boat" in shown


def test_expense_before_an_award_says_that_there_is_none(
    cast: Cast, pilot: Pilot, ask: Ask
) -> None:
    assert "no award to spend from" in ask(cast.jonas, "expense-create", pilot, status=409)


def test_expense_page_gives_each_form_a_key_of_its_own(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    make.approve(cast, pilot, fund)
    one, other = (ask(cast.jonas, "expense-create", pilot) for _ in range(2))
    key = one.split('name="key" value="')[1].split('"')[0]
    assert len(key) == 32
    assert key not in other


def test_fund_set_up_and_filled_on_pages(cast: Cast, ask: Ask) -> None:
    data = {"name": "Innovation", "unit": cast.brigid.pk, "fiscal_year": "2026"}
    ask(cast.sam, "fund-create", data=data, status=302)
    fund = Fund.objects.get()
    data = {"amount": "250000", "on": str(TODAY), "note": "Board, November", "key": "k"}
    ask(cast.sam, "fund-deposit", fund, data=data, status=302)
    shown = ask(cast.amara, "fund-detail", fund)
    assert "$250,000 is left to award; nobody asks for any right now." in shown
    assert "Board, November" in shown


def test_fund_of_a_name_in_use_keeps_what_was_typed(cast: Cast, fund: Fund, ask: Ask) -> None:
    data = {"name": fund.name, "unit": fund.unit_id, "fiscal_year": "2026"}
    shown = ask(cast.sam, "fund-create", data=data, status=409)
    assert "has a fund called" in shown


def test_fund_page_tells_of_what_is_asked_beyond_what_is_left(
    cast: Cast, pilot: Pilot, ask: Ask
) -> None:
    small = make.make_fund(cast, "70000", name="Small")
    other = make.open_pilot(cast, title="Second", lead=cast.priya)
    make.propose(cast, pilot, small)
    make.propose(cast, other, small)
    assert "$66,000 more than there is" in ask(cast.sam, "fund-detail", small)


def test_fund_page_costs_the_same_queries_however_long_its_ledger(
    cast: Cast, fund: Fund, client: Client
) -> None:
    def cost() -> int:
        client.force_login(cast.sam)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(fund.get_absolute_url()).status_code == 200
        return len(counted)

    make.approve(cast, make.open_pilot(cast), fund)
    before = cost()
    for number in range(5):
        pilot = make.open_pilot(cast, title=f"Pilot {number}")
        make.approve(
            cast, pilot, fund, make.Charter(lines=(make.Line(amount=Decimal(5)),), percent=5)
        )
    assert cost() == before <= 12


def test_list_of_funds_costs_the_same_queries_for_any_number(
    cast: Cast, fund: Fund, client: Client
) -> None:
    def cost() -> int:
        client.force_login(cast.sam)
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse("pilots:fund-list")).status_code == 200
        return len(counted)

    before = cost()
    for _ in range(8):
        make.make_fund(cast)
    assert cost() == before <= 8


def test_beyond_a_line_from_the_form_to_the_sponsors_yes(cast: Cast, ask: Ask) -> None:
    award = make.awarded(cast)
    pilot, training = award.pilot, award.request.lines.all()[1]
    typed = {
        "key": "k", "line": training.pk, "amount": "9000", "on": str(TODAY), "note": "Trainer",
    }  # fmt: skip
    refused = ask(cast.jonas, "expense-create", pilot, typed, 409)
    assert "has $8,000 left, and this expense is $9,000" in refused
    ask(cast.jonas, "expense-create", pilot, {**typed, "reason": "The night shift."}, 302)
    overrun = award.overruns.get()
    shown = ask(cast.rosa, "overrun", overrun)
    assert "The night shift." in shown
    assert "Yes, record it" in shown
    assert "Yes, record it" not in ask(cast.jonas, "overrun", overrun)
    assert "Say why, in a sentence" in ask(
        cast.rosa, "overrun", overrun, {"decision": "no", "answer": ""}, 400
    )
    ask(cast.rosa, "overrun", overrun, {"decision": "yes", "answer": ""}, 302)
    budget = ask(cast.jonas, "budget", pilot)
    assert "Rosa Delgado said yes" in budget
    assert "$1,000 over" in budget


def test_an_expense_is_taken_back_and_has_its_receipt(cast: Cast, ask: Ask, client: Client) -> None:
    award = make.awarded(cast)
    entry = make.spend(cast, award)
    file = SimpleUploadedFile("invoice.png", make.PNG)
    ask(cast.jonas, "receipt-add", entry, {"file": file}, 302)
    receipt = entry.receipts.get()
    client.force_login(cast.rosa)
    got = client.get(reverse("pilots:receipt-file", args=[receipt.pk]))
    assert got.content == make.PNG
    assert got["Content-Disposition"] == 'attachment; filename="invoice.png"'
    ask(cast.hugo, "receipt-file", receipt, status=404)
    ask(cast.jonas, "entry-reverse", entry, {"reason": "Booked twice."}, 302)
    budget = ask(cast.jonas, "budget", award.pilot)
    assert "Booked twice." in budget
    assert "Taken back since" in budget
    assert "Booked twice." in ask(cast.sam, "fund-detail", award.fund)
