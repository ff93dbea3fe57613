"""Going live is decided by a person outside the team, alone or together with the resources."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from innovation.notices.models import Notice
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.funding.models import Fund
from pilots.gates import actions as gates
from pilots.gates.models import GateReview
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = make.TODAY
SMALL = make.Charter(lines=(make.Line(amount=Decimal(25_000)),))


@pytest.fixture
def ready(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """Prepared, with its baseline; nobody has been asked whether it may start."""
    make.approve(cast, pilot, fund)
    prepared(cast, pilot)
    return pilot


def prepared(cast: Cast, pilot: Pilot) -> None:
    lifecycle.prepare(pilot, by=pilot.lead, at=NOW)
    assurance.pass_reviews(cast, pilot)
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=16)


def test_asked_by_the_lead_decided_by_an_executive_outside(cast: Cast, ready: Pilot) -> None:
    with pytest.raises(NotAllowed):
        gates.ask_to_go_live(ready, by=cast.priya, at=NOW)
    review = gates.ask_to_go_live(ready, by=cast.jonas, at=NOW, case="Both wards are trained.")
    asked = Notice.objects.filter(title__endswith="asks to go live")
    assert {one.person for one in asked} == {cast.amara, cast.frank}
    for who in (cast.rosa, cast.jonas, cast.maya, cast.helen, cast.hugo, cast.victor):
        with pytest.raises(NotAllowed):
            gates.decide_go_live(review, approve=True, by=who, at=NOW)
    gates.decide_go_live(review, approve=True, by=cast.frank, at=NOW)
    assert {check["key"] for check in review.known["checks"]} >= {"silent"}
    with pytest.raises(Conflict, match="Frank Delacroix decided “Approve”"):
        gates.decide_go_live(review, approve=False, reason="No.", by=cast.amara, at=NOW)
    with pytest.raises(Conflict, match="may go live already"):
        gates.ask_to_go_live(ready, by=cast.jonas, at=NOW)
    gates.go_live(ready, on=TODAY, by=cast.jonas, at=NOW)
    assert ready.status == "running"


def test_returned_it_waits_for_the_team_and_may_be_asked_again(cast: Cast, ready: Pilot) -> None:
    review = gates.ask_to_go_live(ready, by=cast.jonas, at=NOW)
    with pytest.raises(Refused):
        gates.decide_go_live(review, approve=False, reason=" ", by=cast.amara, at=NOW)
    gates.decide_go_live(review, approve=False, reason="Train the nights.", by=cast.amara, at=NOW)
    with pytest.raises(Refused, match="Somebody outside the team approves going live first"):
        gates.go_live(ready, on=TODAY, by=cast.jonas, at=NOW)
    again = gates.ask_to_go_live(ready, by=cast.jonas, at=NOW)
    gates.withdraw(again, reason="The vendor is late.", by=cast.jonas, at=NOW)
    assert ready.status == "preparing"
    make.may_go_live(cast, ready)
    gates.go_live(ready, on=TODAY, by=cast.jonas, at=NOW)


def test_not_asked_before_it_is_ready_nor_decided_while_paused(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.approve(cast, pilot, fund)
    with pytest.raises(Refused, match="goes live from preparing"):
        gates.ask_to_go_live(pilot, by=cast.jonas, at=NOW)
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    assurance.pass_reviews(cast, pilot)
    with pytest.raises(Refused, match="0 numbers in its baseline window"):
        gates.ask_to_go_live(pilot, by=cast.jonas, at=NOW)
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=16)
    review = gates.ask_to_go_live(pilot, by=cast.jonas, at=NOW)
    lifecycle.pause(pilot, reason="Power.", by=cast.helen, at=NOW)
    with pytest.raises(Refused, match="“Paused”"):
        gates.decide_go_live(review, approve=True, by=cast.amara, at=NOW)
    gates.stop(pilot, reason="The vendor left.", by=cast.jonas, at=NOW)
    review.refresh_from_db()
    assert review.decision == "withdraw"


def test_the_database_holds_that_somebody_approved_it(ready: Pilot) -> None:
    with pytest.raises(IntegrityError, match="once somebody has approved it"), transaction.atomic():
        lifecycle.go_live(ready, on=TODAY, by=ready.lead, at=NOW)


def test_efficiency_asks_for_both_at_once_up_to_an_amount(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.shape(cast, pilot, fund, SMALL)
    make.serve(cast, pilot)
    review = gates.propose(pilot, by=cast.jonas, at=NOW, with_go_live=True)
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    prepared(cast, pilot)
    with pytest.raises(Conflict, match="may go live already"):
        gates.ask_to_go_live(pilot, by=cast.jonas, at=NOW)
    with pytest.raises(Refused, match="Going live was approved on 23 November 2026"):
        gates.go_live(pilot, on=TODAY - timedelta(days=1), by=cast.jonas, at=NOW)
    gates.go_live(pilot, on=TODAY, by=cast.jonas, at=NOW)


@pytest.mark.parametrize(
    "charter",
    [
        make.Charter(lines=(make.Line(amount=Decimal("25000.01")),)),
        make.Charter(lines=SMALL.lines, answers=make.DECISION_SUPPORT),
    ],
)
def test_not_together_above_the_amount_nor_where_care_changes(
    cast: Cast, pilot: Pilot, fund: Fund, charter: make.Charter
) -> None:
    make.shape(cast, pilot, fund, charter)
    make.serve(cast, pilot)
    with pytest.raises(Refused, match="on the efficiency pathway, up to \\$25,000"):
        gates.propose(pilot, by=cast.jonas, at=NOW, with_go_live=True)
    assert not GateReview.objects.exists()
