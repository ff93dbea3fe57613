"""Who decides at a gate: an executive over the unit and the money, with no part in the pilot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from innovation.people.models import User
from innovation.rules.refusal import NotAllowed, Refused
from pilots.funding.models import Fund
from pilots.gates import actions, permissions, queries
from pilots.gates.models import GateReview
from pilots.lifecycle.models import Pilot
from pilots.staffing import actions as staffing
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody
from tests.house.pages import undone


@pytest.fixture
def review(cast: Cast) -> GateReview:
    """What Jonas asks of a fund of St Brigid."""
    return make.propose(cast, make.open_pilot(cast), make.make_fund(cast, unit=cast.brigid))


def anew(review: GateReview) -> GateReview:
    return GateReview.objects.get(pk=review.pk)


def test_decided_by_executives_of_the_hospital_or_above(cast: Cast, review: GateReview) -> None:
    assert permissions.can_decide(somebody("executive", at=cast.brigid), review)
    assert permissions.can_decide(cast.frank, review)
    assert not permissions.can_decide(somebody("executive", at=cast.harbor), review)
    assert not permissions.can_decide(somebody("innovation_office", at=cast.brigid), review)


def test_not_decided_by_who_opened_proposed_or_works_on_it(cast: Cast, review: GateReview) -> None:
    executive = somebody("executive", at=cast.brigid)
    Pilot.objects.update(opened_by=executive)
    assert not permissions.can_decide(executive, anew(review))
    Pilot.objects.update(opened_by=cast.maya)
    GateReview.objects.update(opened_by=executive)
    assert not permissions.can_decide(executive, anew(review))
    GateReview.objects.update(opened_by=cast.jonas)
    assert permissions.can_decide(executive, anew(review))
    make.sit(review.pilot, executive, role="mentor")
    assert not permissions.can_decide(executive, anew(review))


def test_not_decided_by_the_deputy_of_who_opened_proposed_or_works_on_it(
    cast: Cast, review: GateReview
) -> None:
    executive = somebody("executive", at=cast.brigid)
    deputy = somebody("executive", at=cast.brigid)
    deputy.act_for(executive)
    assert permissions.can_decide(deputy, review)
    assert list(queries.waiting_for(deputy)) == [review]
    for part in (
        lambda: Pilot.objects.update(opened_by=executive),
        lambda: GateReview.objects.update(opened_by=executive),
        lambda: make.sit(review.pilot, executive, role="mentor"),
        lambda: Pilot.objects.update(sponsor=executive),
    ):
        with undone():
            part()
            assert not permissions.can_decide(deputy, anew(review))
            assert not queries.waiting_for(deputy).exists()


def test_money_of_the_system_is_not_a_hospitals_to_give(cast: Cast) -> None:
    review = make.propose(cast, make.open_pilot(cast), make.make_fund(cast, unit=cast.lakeshore))
    assert not permissions.can_decide(somebody("executive", at=cast.brigid), review)
    assert permissions.can_decide(cast.frank, review)


def test_withdrawn_by_its_lead_and_the_office_alone(cast: Cast, review: GateReview) -> None:
    assert permissions.can_withdraw(cast.jonas, review)
    for other in (cast.hugo, cast.priya, cast.amara):
        assert not permissions.can_withdraw(other, review)
        with pytest.raises(NotAllowed):
            actions.withdraw(review, reason="Not now.", by=other, at=NOW)


def test_outcome_is_not_taken_back(cast: Cast) -> None:
    review = make.evaluate(cast, make.open_pilot(cast), make.make_fund(cast))
    with pytest.raises(Refused, match="not taken back"):
        actions.withdraw(review, reason="Not now.", by=cast.jonas, at=NOW)


def test_reviews_show_to_whoever_sees_the_pilot(cast: Cast, review: GateReview) -> None:
    assert review in GateReview.objects.visible_to(cast.ana)
    assert not GateReview.objects.visible_to(cast.hugo).exists()


def test_who_was_on_the_team_since_the_award_decides_nothing_of_it(cast: Cast, fund: Fund) -> None:
    """Not by being taken off it for the day."""
    pilot = make.open_pilot(cast)
    make.run(cast, pilot, fund)
    promised = make.on_team(
        pilot, person=cast.amara, role="member", percent=5, starts_on=make.TODAY,
        ends_on=make.TODAY + timedelta(days=30), by=cast.jonas, at=NOW,
    )  # fmt: skip
    staffing.remove(promised, by=cast.jonas, at=NOW)
    for metric in pilot.metrics.all():
        make.observe(metric, since=make.TODAY - timedelta(weeks=4), weeks=4, value=11)
    review = actions.ask_for_decision(pilot, by=pilot.lead, at=NOW, case="It held for four weeks.")
    review = GateReview.objects.select_related("pilot").get(pk=review.pk)
    amara = User.objects.get(pk=cast.amara.pk)
    assert not permissions.can_decide(amara, review)
    with pytest.raises(NotAllowed, match="You were on this pilot's team"):
        actions.decide_outcome(review, decision="scale", reason="It held.", by=amara, at=NOW)


def test_not_decided_by_its_sponsor_nor_by_their_deputy(cast: Cast, review: GateReview) -> None:
    """Rosa sponsors it, and would have the authority."""
    with pytest.raises(NotAllowed, match="a pilot that they sponsor"):
        actions.decide_resources(review, approve=True, by=cast.rosa, at=NOW)
    assert not queries.waiting_for(cast.rosa).exists()
    assert cast.rosa not in queries.deciders(review.pilot, review.gate)
    assert cast.rosa not in queries.still_to_answer(review)
    assert cast.amara in queries.still_to_answer(review)


@pytest.mark.parametrize("part", ["rosa", "jonas", "maya", "priya"])
def test_the_database_refuses_a_decision_by_who_has_a_part(
    cast: Cast, review: GateReview, part: str
) -> None:
    """The sponsor, the lead, who opened it, and one of the team."""
    Pilot.objects.update(opened_by=cast.maya)
    make.sit(review.pilot, cast.priya, role="member")
    decided = {"decision": "approve", "decided_at": NOW}
    with pytest.raises(IntegrityError, match="no part in the pilot"), transaction.atomic():
        GateReview.objects.filter(pk=review.pk).update(decided_by=getattr(cast, part), **decided)
    GateReview.objects.filter(pk=review.pk).update(decided_by=cast.amara, **decided)
