"""The pages of gates: everything a decision needs on one page, and nothing typed is lost."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from innovation.needs import actions as needs
from innovation.people.models import User
from innovation.rules import dates
from innovation.web import panels
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

Ask = Callable[..., str]

TODAY = NOW.date()


@pytest.fixture
def ask(client: Client) -> Ask:
    """Get or post an address as somebody; the text of the answer."""

    def asked(
        user: User, name: str, thing: Model, data: dict[str, Any] | None = None, status: int = 200
    ) -> str:
        client.force_login(user)
        url = reverse(f"pilots:{name}", args=[thing.pk])
        response = client.get(url) if data is None else client.post(url, data)
        assert response.status_code == status, response.content.decode()[:2000]
        return response.content.decode()

    return asked


@pytest.fixture
def review(cast: Cast, pilot: Pilot, fund: Fund) -> GateReview:
    needs.add_voice(pilot.needs.get(), by=cast.ben, at=NOW)
    return make.propose(cast, pilot, fund)


def test_propose_lists_what_is_missing_with_where_to_put_it_right(
    cast: Cast, pilot: Pilot, ask: Ask
) -> None:
    shown = ask(cast.jonas, "pilot-propose", pilot)
    assert "things are missing" in shown
    assert reverse("pilots:budget", args=[pilot.pk]) in shown
    assert "Propose it" not in shown


def test_propose_once_everything_is_there_leads_to_the_review(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    assert "Propose it" in ask(cast.jonas, "pilot-propose", pilot)
    ask(cast.jonas, "pilot-propose", pilot, data={"case": "We are ready."}, status=302)
    assert GateReview.objects.get().case == "We are ready."


def test_propose_of_somebody_who_posts_too_early_says_why_not(
    cast: Cast, pilot: Pilot, ask: Ask
) -> None:
    shown = ask(cast.jonas, "pilot-propose", pilot, data={"case": "Now!"}, status=409)
    assert "Not yet:" in shown


def test_gate_page_shows_the_executive_all_that_the_decision_needs(
    cast: Cast, pilot: Pilot, review: GateReview, ask: Ask
) -> None:
    shown = ask(cast.amara, "gate-decide", review)
    for sentence in (
        "$68,000",
        "$500,000",  # left now
        "$432,000",  # left afterwards
        "Licences for 40 clinicians",
        "We chart at the kitchen table",
        "and 1 colleague who shares it",
        "Two wards are ready",
        "Minutes in notes fall by a third.",
        "10 %",
        "target 11 min",
        "limit 5 min",
        "Note time per visit",  # the key result's panel
        "Approve",
        "Return",
    ):
        assert sentence in shown, sentence


def test_gate_page_shows_others_neither_money_nor_buttons(
    cast: Cast, pilot: Pilot, review: GateReview, ask: Ask
) -> None:
    shown = ask(cast.ana, "gate-decide", review)
    assert "$" not in shown
    assert 'value="approve"' not in shown
    assert "decided by an executive" in shown


def test_approve_on_the_page_books_and_thanks(
    cast: Cast, pilot: Pilot, review: GateReview, ask: Ask
) -> None:
    ask(cast.amara, "gate-decide", review, data={"decision": "approve"}, status=302)
    pilot.refresh_from_db()
    assert pilot.status == "approved"
    assert "Dr Amara Osei decided “approve”" in ask(cast.ana, "gate-decide", review)


def test_return_without_a_reason_asks_for_one_and_with_one_returns(
    cast: Cast, pilot: Pilot, review: GateReview, ask: Ask
) -> None:
    shown = ask(cast.amara, "gate-decide", review, data={"decision": "return"}, status=400)
    assert "Say what is missing: the team will read it." in shown
    data = {"decision": "return", "reason": "Name the second site."}
    ask(cast.amara, "gate-decide", review, data=data, status=302)
    pilot.refresh_from_db()
    assert pilot.status == "shaping"


@pytest.mark.parametrize("data", [{}, {"decision": "scale"}, {"decision": "x" * 9000}])
def test_decide_with_nonsense_shows_the_page_again(
    cast: Cast, review: GateReview, ask: Ask, data: dict[str, str]
) -> None:
    ask(cast.amara, "gate-decide", review, data={"reason": "", **data}, status=400)
    review.refresh_from_db()
    assert review.decided_at is None


def test_decide_second_is_told_who_and_what_and_keeps_what_was_typed(
    cast: Cast, pilot: Pilot, review: GateReview, ask: Ask
) -> None:
    gates.decide_resources(review, approve=True, by=cast.frank, at=NOW)
    data = {"decision": "return", "reason": "I would wait for spring."}
    shown = ask(cast.amara, "gate-decide", review, data=data, status=409)
    assert "Frank Delacroix decided “Approve”" in shown
    assert "I would wait for spring." in shown
    pilot.refresh_from_db()
    assert pilot.status == "approved"


def test_approve_beyond_the_fund_says_what_is_left_and_keeps_the_reason(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    review = make.propose(cast, pilot, fund)
    other = make.open_pilot(cast, title="First come", lead=cast.priya)
    make.approve(cast, other, fund, make.Charter(lines=(make.Line(amount=Decimal("450000")),)))
    assert "does not hold enough" in ask(cast.amara, "gate-decide", review)
    data = {"decision": "approve", "reason": "It must begin this year."}
    shown = ask(cast.amara, "gate-decide", review, data=data, status=409)
    assert "has $50,000 left" in shown
    assert "It must begin this year." in shown


def test_two_approvals_show_who_said_yes_and_who_is_missing(
    cast: Cast, pilot: Pilot, ask: Ask
) -> None:
    fund = make.make_fund(cast, second_approval_above=Decimal("1000"))
    review = make.propose(cast, pilot, fund)
    assert "nobody has answered yet" in ask(cast.amara, "gate-decide", review)
    ask(cast.amara, "gate-decide", review, data={"decision": "approve"}, status=302)
    assert "Dr Amara Osei approved; one more is missing." in ask(cast.frank, "gate-decide", review)
    again = ask(cast.amara, "gate-decide", review, data={"decision": "approve"}, status=409)
    assert "answered this already" in again


def test_outcome_page_shows_said_beside_measured(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    review = make.evaluate(cast, pilot, fund)
    shown = ask(cast.amara, "gate-decide", review)
    assert "Said and measured" in shown
    assert "target 11" in shown
    assert "Extend: not known yet" in shown


def test_outcome_extended_without_a_day_asks_for_one(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    review = make.evaluate(cast, pilot, fund)
    make.live_lately(pilot)
    why = {"against": "It is new.", "stale_because": "The export is slow."}
    data = {"decision": "extend", "reason": "Six more weeks would tell.", **why}
    shown = ask(cast.amara, "gate-decide", review, data=data, status=400)
    assert "Say until when it runs on." in shown
    assert "Six more weeks would tell." in shown
    data["until"] = str(dates.today() + timedelta(weeks=40))
    assert "Its longest run ends on" in ask(
        cast.amara, "gate-decide", review, data=data, status=409
    )
    data["until"] = str(dates.today() + timedelta(weeks=8))
    ask(cast.amara, "gate-decide", review, data=data, status=302)
    pilot.refresh_from_db()
    assert pilot.status == "running"


def test_outcome_decided_keeps_what_was_known_though_the_numbers_change(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    review = make.evaluate(cast, pilot, fund)
    data = {
        "decision": "stop",
        "reason": "Corrections ate the time saved.",
        "stale_because": "Slow.",
    }
    unsaid = ask(cast.amara, "gate-decide", review, data=data, status=400)
    assert "The rule says otherwise. Say why you decide against it." in unsaid
    ask(cast.amara, "gate-decide", review, data=data | {"against": "They cost more."}, status=302)
    before = ask(cast.amara, "gate-decide", review)
    review.refresh_from_db()
    level = review.known["readings"][0]["measured"]
    assert level
    assert level in before
    pilot.metrics.get(role="primary").observations.update(value=Decimal("99"))
    pilot.metrics.update(data_version=7)
    assert level in ask(cast.amara, "gate-decide", review)
    assert "$68,000" in before  # awarded when it was decided; the rest has gone back since


def test_withdraw_on_the_page_opens_the_charter_again(
    cast: Cast, pilot: Pilot, review: GateReview, ask: Ask
) -> None:
    ask(cast.jonas, "gate-withdraw", review, data={"reason": "The price changed."}, status=302)
    pilot.refresh_from_db()
    assert pilot.status == "shaping"


def test_go_live_and_evaluate_lead_the_pilot_on(
    cast: Cast, pilot: Pilot, fund: Fund, ask: Ask
) -> None:
    make.approve(cast, pilot, fund, at=NOW - timedelta(weeks=4))
    ask(cast.jonas, "pilot-prepare", pilot, data={}, status=302)
    assert "2 things are missing" in ask(cast.jonas, "pilot-go-live", pilot)
    assurance.pass_reviews(cast, pilot)
    assert "One thing is missing" in ask(cast.jonas, "pilot-go-live", pilot)
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=20)
    assert "Somebody outside the team decides" in ask(cast.jonas, "pilot-go-live", pilot)
    ask(cast.jonas, "pilot-go-live-ask", pilot, data={"case": "The wards are trained."}, status=302)
    start = GateReview.objects.waiting().get(pilot=pilot)
    assert "they have been asked" in ask(cast.jonas, "pilot-go-live", pilot)
    assert "The wards are trained." in ask(cast.amara, "gate-decide", start)
    ask(cast.rosa, "gate-decide", start, data={"decision": "approve"}, status=403)
    ask(cast.amara, "gate-decide", start, data={"decision": "approve"}, status=302)
    GateReview.objects.filter(pk=start.pk).update(decided_at=NOW - timedelta(weeks=4))
    shown = ask(cast.jonas, "pilot-go-live", pilot, data={"on": "2199-01-01"}, status=409)
    assert "on the day it happens" in shown
    shown = ask(cast.jonas, "pilot-go-live", pilot, data={"on": "2026-10-25"}, status=409)
    assert "Going live was approved on 26 October 2026" in shown
    ask(cast.jonas, "pilot-go-live", pilot, data={"on": "2026-10-26"}, status=302)
    ask(cast.jonas, "pilot-evaluate", pilot, data={"case": "It held."}, status=302)
    pilot.refresh_from_db()
    assert pilot.status == "evaluating"
    said = "26 October 2026, 42 days earlier than planned"
    assert said in ask(cast.jonas, "pilot-detail", pilot)
    review = GateReview.objects.waiting().get(pilot=pilot)
    assert said in ask(cast.amara, "gate-decide", review)


def test_stop_on_the_page_says_what_was_learned(cast: Cast, pilot: Pilot, ask: Ask) -> None:
    reason = "The vendor left; begin with dictation."
    ask(cast.jonas, "pilot-stop", pilot, data={"reason": reason}, status=302)
    assert "Stopped" in ask(cast.ana, "pilot-detail", pilot)


def test_what_waits_for_an_executive_says_cost_need_and_what_is_left(
    cast: Cast, pilot: Pilot, review: GateReview, fund: Fund
) -> None:
    def waits(who: User) -> list[panels.WaitingItem]:
        return [i for i in panels.waiting_for(User.objects.get(pk=who.pk)) if i.kind == "Resources"]

    (item,) = waits(cast.amara)
    assert item.title == "Ambient notes in primary care, $68,000 and 0.1 full time"
    assert item.sentence == (
        "An answer was promised by Thursday 26 November, and is late. "
        f"{fund} has $500,000 left. Answers “We chart at the kitchen table”. "
        "1 colleague said this affects them too."
    )
    assert item.since == NOW
    assert waits(cast.maya) == waits(cast.jonas) == waits(cast.hugo) == []
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    assert waits(cast.frank) == []


def test_what_waits_costs_the_same_queries_for_any_number(
    cast: Cast, fund: Fund, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from pilots.gates.panels import waiting

    amara = User.objects.get(pk=cast.amara.pk)
    amara.reach()
    for number in range(4):
        pilot = make.open_pilot(cast, title=f"Pilot {number}")
        make.propose(cast, pilot, fund, make.Charter(percent=10))
        if number in (0, 3):
            with django_assert_num_queries(8):
                assert len(waiting(amara)) == number + 1
