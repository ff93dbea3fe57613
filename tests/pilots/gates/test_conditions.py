"""Approved under conditions: who sees to them, who verifies them, and what waits until then."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.web import panels
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.models import GateCondition, GateReview
from pilots.gates.requirements import conditions_kept
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import checklist
from pilots.lifecycle.models import Pilot
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.present import present

TODAY = make.TODAY


@pytest.fixture
def condition(cast: Cast, pilot: Pilot, fund: Fund) -> GateCondition:
    return make.approve_under_condition(cast, make.propose(cast, pilot, fund))


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def waiting(user: User) -> list[str]:
    fresh = User.objects.get(pk=user.pk)
    return [one.kind for one in panels.waiting_for(fresh) if one.kind.startswith("Condition")]


def test_overdue_it_blocks_every_gate_until_the_named_person_verified_it(
    cast: Cast, pilot: Pilot, condition: GateCondition, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waiting(cast.jonas) == ["Condition"]
    assert waiting(cast.rosa) == []
    assert present(conditions_kept(pilot)).met
    monkeypatch.setattr(dates, "today", lambda: TODAY + timedelta(days=8))
    assert (
        waiting(cast.jonas) == waiting(cast.helen) == waiting(cast.rosa) == ["Condition, overdue"]
    )
    for gate in checklist.Gate:
        found = {one.key: one for one in checklist.checklist(pilot, gate)}
        assert not found["conditions"].met
        assert "Jonas Park, 30 November 2026" in found["conditions"].sentence
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    assurance.pass_reviews(cast, pilot)
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=16)
    with pytest.raises(Refused, match="A condition is past its day"):
        gates.ask_to_go_live(pilot, by=cast.jonas, at=NOW)

    for who in (cast.jonas, cast.rosa, cast.priya, cast.maya, cast.hugo, cast.victor):
        with pytest.raises(NotAllowed):
            gates.verify(condition, note="Done.", by=who, at=NOW)
    with pytest.raises(Refused):
        gates.verify(condition, note=" ", by=cast.helen, at=NOW)
    gates.verify(condition, note="All eleven signed.", by=cast.helen, at=NOW)
    with pytest.raises(Conflict, match="Helen Sato verified it"):
        gates.verify(condition, note="Again.", by=cast.amara, at=NOW)
    assert conditions_kept(pilot) is None
    gates.ask_to_go_live(pilot, by=cast.jonas, at=NOW)


def test_when_who_verifies_has_left_somebody_who_decides_does(
    cast: Cast, condition: GateCondition
) -> None:
    gates.verify(condition, note="Seen on the ward.", by=cast.frank, at=NOW)
    assert condition.verified_by == cast.frank


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": " "}, "Say what the condition is"),
        ({"due_on": TODAY}, "still to come"),
        ({"due_on": date.max}, "within a year"),
        ({"owner": "victor"}, "neither works on this pilot nor decides"),
        ({"verifier": "ana"}, "neither works on this pilot nor decides"),
    ],
)
def test_half_a_condition_is_refused(
    cast: Cast, pilot: Pilot, fund: Fund, fields: dict[str, Any], said: str
) -> None:
    review = make.propose(cast, pilot, fund)
    given = {k: getattr(cast, v) if k in ("owner", "verifier") else v for k, v in fields.items()}
    with pytest.raises(Malformed, match=said):
        make.approve_under_condition(cast, review, **given)
    with pytest.raises(Conflict, match="Nobody verifies what they see to"):
        make.approve_under_condition(cast, review, verifier=cast.jonas)
    assert not GateCondition.objects.exists()


def test_what_is_returned_has_no_conditions(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.propose(cast, pilot, fund)
    one = gates.NewCondition("Train.", cast.jonas, TODAY + timedelta(days=7), cast.helen)
    with pytest.raises(Malformed, match="by which it goes on"):
        gates.decide_resources(
            review, approve=False, reason="No.", conditions=[one], by=cast.amara, at=NOW
        )


def test_at_the_outcome_too(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.evaluate(cast, pilot, fund)
    one = gates.NewCondition(
        "Teach every ward.", cast.jonas, TODAY + timedelta(days=60), cast.helen
    )
    gates.decide_outcome(
        review, decision="scale", reason="It held.", conditions=[one], by=cast.amara, at=NOW
    )
    assert waiting(cast.jonas) == ["Condition"]


def test_the_database_keeps_what_was_agreed(cast: Cast, condition: GateCondition) -> None:
    rows = GateCondition.objects.filter(pk=condition.pk)
    for change in ({"due_on": "2199-01-01"}, {"text": "Less."}, {"owner": cast.priya}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(verified_at=NOW, verified_by=cast.jonas, note="I did it.")


def test_on_the_pages(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.propose(cast, pilot, fund)
    browser = Client()
    browser.force_login(cast.amara)
    page = review.get_absolute_url()
    half = {"decision": "approve", "condition1-text": "The night shift is trained."}
    shown = browser.post(page, half)
    assert "Say by when." in shown.content.decode()
    assert "The night shift is trained." in shown.content.decode()
    assert GateReview.objects.waiting().exists()
    whole = half | {
        "condition1-owner": cast.jonas.pk,
        "condition1-due_on": (dates.today() + timedelta(days=30)).isoformat(),
        "condition1-verifier": cast.helen.pk,
    }
    assert browser.post(page, whole).status_code == 302
    made = review.conditions.get()
    assert "The night shift is trained." in browser.get(page).content.decode()
    assert "Conditions of its approvals" in browser.get(pilot.get_absolute_url()).content.decode()
    browser.force_login(cast.ana)
    assert "Helen Sato verifies it" in browser.get(made.get_absolute_url()).content.decode()
    assert browser.post(made.get_absolute_url(), {"note": "Fine."}).status_code == 403
    browser.force_login(cast.hugo)
    assert browser.get(made.get_absolute_url()).status_code == 404
    browser.force_login(cast.helen)
    assert browser.post(made.get_absolute_url(), {"note": "Signed."}).status_code == 302
    assert "Helen Sato verified on" in browser.get(made.get_absolute_url()).content.decode()
