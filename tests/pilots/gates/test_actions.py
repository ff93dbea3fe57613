"""Asking at a gate and deciding there: authority, quorum, effects, and who is told."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from innovation.audit.models import Event
from innovation.needs import actions as needs
from innovation.needs.states import NeedStatus
from innovation.notices.models import Notice
from innovation.people.models import RoleGrant, User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.workflow.models import ApprovalRound
from pilots.funding import actions as funding
from pilots.funding.models import Award, Fund, LedgerEntry
from pilots.gates import actions as gates
from pilots.gates import queries
from pilots.gates.models import Decision, GateReview
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import presenters as lifecycle_presenters
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from tests.factories import assurance
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

TODAY = NOW.date()


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))


def test_propose_with_requirements_missing_says_each_and_moves_nothing(
    cast: Cast, pilot: Pilot
) -> None:
    with pytest.raises(Refused) as refusal:
        gates.propose(pilot, by=cast.jonas, at=NOW)
    assert str(refusal.value).startswith("Not yet: Write down the hypothesis")
    assert "Choose at least one guardrail" in str(refusal.value)
    pilot.refresh_from_db()
    assert pilot.status == PilotStatus.SHAPING
    assert not GateReview.objects.exists()


def test_propose_opens_a_review_and_tells_those_who_decide(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    assert pilot.status == PilotStatus.PROPOSED
    assert told(cast.amara)[-1] == "“Ambient notes in primary care” asks for $68,000"
    assert told(cast.frank)[-1:] == told(cast.amara)[-1:]
    assert told(cast.hugo) == []
    assert list(queries.waiting_for(cast.amara)) == [review]
    assert list(queries.waiting_for(cast.maya)) == []
    assert list(queries.waiting_for(cast.hugo)) == []


@pytest.mark.parametrize("who", ["ana", "priya", "amara"])
def test_propose_by_somebody_else_is_refused(
    cast: Cast, pilot: Pilot, fund: Fund, who: str
) -> None:
    make.shape(cast, pilot, fund)
    make.serve(cast, pilot)
    with pytest.raises(NotAllowed):
        gates.propose(pilot, by=getattr(cast, who), at=NOW)


def test_approve_books_the_award_and_keeps_what_was_known(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    pilot.refresh_from_db()
    fund.refresh_from_db()
    review.refresh_from_db()
    assert pilot.status == PilotStatus.APPROVED
    assert fund.balance == Decimal("432000")
    assert pilot.awards.get().balance == Decimal("68000")
    assert (review.decision, review.decided_by) == (Decision.APPROVE, cast.amara)
    assert review.known["fund_before"] == "500000.00"
    assert review.known["fund_after"] == "432000.00"
    assert review.known["full_time"] == "0.1"
    assert review.known["needs"] == [
        {"id": pilot.needs.get().pk, "title": "We chart at the kitchen table", "voices": 0}
    ]
    assert {metric["role"] for metric in review.known["metrics"]} == {"primary", "guardrail"}
    assert all(check["met"] for check in review.known["checks"])
    assert told(cast.jonas)[-1] == "“Ambient notes in primary care” has its resources"
    assert not ApprovalRound.objects.filter(closed_at=None).exists()


def test_return_without_a_reason_is_refused(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.propose(cast, pilot, fund)
    with pytest.raises(Refused, match="Say why"):
        gates.decide_resources(review, approve=False, reason="  ", by=cast.amara, at=NOW)
    review.refresh_from_db()
    assert review.decided_at is None


def test_return_opens_the_charter_again_and_tells_the_team_why(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    gates.decide_resources(
        review, approve=False, reason="Name the second site.", by=cast.amara, at=NOW
    )
    assert pilot.status == PilotStatus.SHAPING
    assert not Award.objects.exists()
    notice = Notice.objects.filter(person=cast.jonas).latest("pk")
    assert (notice.title, notice.text) == (
        "“Ambient notes in primary care” came back to be shaped further",
        "Name the second site.",
    )
    lifecycle.edit_charter(pilot, by=cast.jonas, at=NOW, sites=[cast.medicine, cast.four_west])
    again = gates.propose(pilot, by=cast.jonas, at=NOW)
    gates.decide_resources(again, approve=True, by=cast.amara, at=NOW)
    assert pilot.awards.count() == 1


def test_approve_beyond_the_fund_leaves_the_review_waiting(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    other = make.open_pilot(cast, title="First come", lead=cast.priya)
    big = make.Charter(lines=(make.Line(amount=Decimal("450000")),))
    make.approve(cast, other, fund, big)
    with pytest.raises(Refused, match=r"has \$50,000 left, and this takes \$68,000"):
        gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    review.refresh_from_db()
    pilot.refresh_from_db()
    assert (review.decided_at, pilot.status) == (None, PilotStatus.PROPOSED)
    assert list(queries.waiting_for(cast.amara)) == [review]


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("ana", "decided by an executive"),
        ("maya", "decided by an executive"),
        ("sam", "decided by an executive"),
        ("hugo", "decided by an executive"),
        ("jonas", "decided by an executive"),
    ],
)
def test_decide_by_somebody_without_authority_is_refused(
    cast: Cast, pilot: Pilot, fund: Fund, who: str, why: str
) -> None:
    review = make.propose(cast, pilot, fund)
    with pytest.raises(NotAllowed, match=why):
        gates.decide_resources(review, approve=True, by=getattr(cast, who), at=NOW)


def test_decide_by_an_executive_on_the_team_is_refused_and_does_not_wait_for_them(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.on_team(
        pilot,
        person=cast.amara,
        role="champion",
        percent=5,
        starts_on=TODAY,
        ends_on=TODAY,
        by=cast.jonas,
        at=NOW,
    )
    review = make.propose(cast, pilot, fund)
    with pytest.raises(NotAllowed, match="on this pilot's team"):
        gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    assert list(queries.waiting_for(cast.amara)) == []
    assert told(cast.amara) == [f"Jonas Park asks for your time for “{pilot.title}”"]
    gates.decide_resources(review, approve=True, by=cast.frank, at=NOW)


def test_decide_by_an_executive_who_opened_the_pilot_is_refused(cast: Cast, fund: Fund) -> None:
    RoleGrant.objects.create(
        person=cast.maya, unit=cast.lakeshore, role="executive", granted_at=NOW
    )
    maya = User.objects.get(pk=cast.maya.pk)
    review = make.propose(cast, make.open_pilot(cast, by=maya), fund)
    with pytest.raises(NotAllowed, match="opened or proposed themselves"):
        gates.decide_resources(review, approve=True, by=maya, at=NOW)
    assert list(queries.waiting_for(maya)) == []


def test_decide_by_a_hospital_executive_on_money_of_the_system_is_refused(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    RoleGrant.objects.create(person=cast.priya, unit=cast.brigid, role="executive", granted_at=NOW)
    review = make.propose(cast, pilot, fund)
    with pytest.raises(NotAllowed, match="an executive of Lakeshore Health decides on"):
        gates.decide_resources(review, approve=True, by=cast.priya, at=NOW)
    assert list(queries.waiting_for(cast.priya)) == []


def test_two_approvals_above_the_threshold_book_once_the_second_has_said_yes(
    cast: Cast, pilot: Pilot
) -> None:
    fund = make.make_fund(cast, second_approval_above=Decimal("50000"))
    review = make.propose(cast, pilot, fund)
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    review.refresh_from_db()
    assert review.decided_at is None
    assert not Award.objects.exists()
    quorum = queries.quorum_of(review)
    assert quorum is not None
    assert (quorum.needed, quorum.missing) == (2, 1)
    assert [approval.person for approval in quorum.approvals] == [cast.amara]
    assert list(queries.waiting_for(cast.amara)) == []
    assert list(queries.waiting_for(cast.frank)) == [review]
    with pytest.raises(Conflict, match="answered this already"):
        gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    gates.decide_resources(review, approve=True, by=cast.frank, at=NOW)
    assert pilot.awards.count() == 1
    assert review.decision == Decision.APPROVE


def test_one_return_is_enough_where_two_approvals_are_needed(cast: Cast, pilot: Pilot) -> None:
    fund = make.make_fund(cast, second_approval_above=Decimal("50000"))
    review = make.propose(cast, pilot, fund)
    gates.decide_resources(review, approve=True, by=cast.amara, at=NOW)
    gates.decide_resources(review, approve=False, reason="Too dear.", by=cast.frank, at=NOW)
    assert (review.decision, pilot.status) == (Decision.RETURN, PilotStatus.SHAPING)


def test_decide_after_somebody_else_names_who_and_what(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    mine = GateReview.objects.get(pk=review.pk)
    gates.decide_resources(review, approve=False, reason="Not now.", by=cast.amara, at=NOW)
    with pytest.raises(Conflict) as conflict:
        gates.decide_resources(mine, approve=True, by=cast.frank, at=NOW)
    assert str(conflict.value) == (
        "“Approve” is not possible any more: Dr Amara Osei decided “Return” on 23 November "
        "2026, 09:00. Nothing of yours was applied."
    )


def test_withdraw_takes_the_proposal_back(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.propose(cast, pilot, fund)
    gates.withdraw(review, reason="The vendor changed the price.", by=cast.jonas, at=NOW)
    assert (review.decision, pilot.status) == (Decision.WITHDRAW, PilotStatus.SHAPING)
    assert list(queries.waiting_for(cast.amara)) == []
    gates.propose(pilot, by=cast.jonas, at=NOW)


def test_go_live_without_a_baseline_is_refused(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.approve(cast, pilot, fund)
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    assurance.pass_reviews(cast, pilot)
    with pytest.raises(Refused, match="0 numbers in its baseline window"):
        gates.go_live(pilot, on=TODAY, by=cast.jonas, at=NOW)


def test_go_live_before_it_was_approved_is_refused(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    """A first day 26 days before the award chose which numbers were "before"."""
    make.approve(cast, pilot, fund, at=NOW - timedelta(weeks=2))
    lifecycle.prepare(pilot, by=cast.jonas, at=NOW)
    for metric in pilot.metrics.all():
        make.observe(metric, since=TODAY - timedelta(weeks=20), weeks=16)
    assurance.pass_reviews(cast, pilot)
    with pytest.raises(Refused, match="Somebody outside the team approves going live first"):
        gates.go_live(pilot, on=TODAY, by=cast.jonas, at=NOW)
    make.may_go_live(cast, pilot, at=NOW - timedelta(weeks=2))
    with pytest.raises(Refused, match="Going live was approved on 9 November 2026"):
        gates.go_live(pilot, on=TODAY - timedelta(days=15), by=cast.jonas, at=NOW)
    gates.go_live(pilot, on=TODAY - timedelta(days=14), by=cast.jonas, at=NOW)
    assert lifecycle_presenters.went_live(pilot) == (
        "9 November 2026, 28 days earlier than planned"
    )


def test_a_first_day_is_said_against_the_planned_one(pilot: Pilot) -> None:
    assert lifecycle_presenters.went_live(pilot) == ""
    pilot.status, pilot.starts_on, pilot.went_live_on = "running", TODAY, TODAY
    assert lifecycle_presenters.went_live(pilot) == "23 November 2026"
    pilot.went_live_on = TODAY + timedelta(days=1)
    assert lifecycle_presenters.went_live(pilot).endswith(", 1 day later than planned")
    # Shaped anew after a pivot, the plan is that of the next round.
    pilot.status = "shaping"
    assert lifecycle_presenters.went_live(pilot) == "24 November 2026"


def test_scale_meets_the_need_proves_the_idea_and_returns_the_rest(cast: Cast, fund: Fund) -> None:
    need = make.make_need(cast)
    idea = make.make_idea(cast, need)
    needs.add_voice(need, by=cast.ben, at=NOW)
    pilot = make.open_pilot(cast, needs=[need], idea=idea)
    review = make.evaluate(cast, pilot, fund)
    award = pilot.awards.get()
    funding.spend(
        award,
        line=award.request.lines.all()[0],
        amount=Decimal("30000"),
        on=TODAY,
        key="licences",
        by=cast.jonas,
        at=NOW,
    )
    gates.decide_outcome(
        review, decision="scale", reason="Notes take a third less time.", by=cast.amara, at=NOW
    )
    for thing in (need, idea, fund, award):
        thing.refresh_from_db()
    assert (pilot.status, pilot.ended_on) == (PilotStatus.SCALED, TODAY)
    assert (need.status, idea.status) == (NeedStatus.MET, "proven")
    assert (fund.balance, award.balance) == (Decimal("470000"), Decimal(0))
    assert not pilot.allocations.filter(ends_on__gt=TODAY).exists()
    assert review.known["awarded"] == "68000.00"
    assert review.known["spent"] == "30000.00"
    for person in (cast.ana, cast.ben):
        assert "has been met" in told(person)[-1]
        assert Notice.objects.filter(person=person).latest("pk").text == (
            "Notes take a third less time."
        )
    assert told(cast.jonas)[-1] == "“Ambient notes in primary care” worked and will be scaled"


def test_stop_at_the_gate_says_so_to_whoever_filed_the_need(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.evaluate(cast, pilot, fund)
    gates.decide_outcome(
        review,
        decision="stop",
        against="Its team knows more.",
        reason="Corrections ate the time saved.",
        by=cast.amara,
        at=NOW,
    )
    assert (pilot.status, pilot.needs.get().status) == (PilotStatus.STOPPED, NeedStatus.NOT_MET)
    assert "was not met" in told(cast.ana)[-1]
    assert LedgerEntry.objects.filter(kind="release").get().amount == Decimal("68000")


def test_extend_runs_on_until_a_day_and_keeps_the_money(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.evaluate(cast, pilot, fund)
    with pytest.raises(Refused, match="Say until when"):
        gates.decide_outcome(
            review,
            decision="extend",
            against="Its team knows more.",
            reason="Six weeks.",
            by=cast.amara,
            at=NOW,
        )
    until = TODAY + timedelta(weeks=6)
    gates.decide_outcome(
        review,
        decision="extend",
        against="Its team knows more.",
        reason="Six weeks more.",
        until=until,
        by=cast.amara,
        at=NOW,
    )
    assert (pilot.status, pilot.ends_on) == (PilotStatus.RUNNING, until)
    assert pilot.awards.get().balance == Decimal("68000")
    assert "runs on until" in told(cast.ana)[-1]
    again = gates.ask_for_decision(pilot, by=cast.jonas, at=NOW)
    assert again.pk != review.pk


def test_extend_until_a_day_that_has_passed_is_refused_whole(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.evaluate(cast, pilot, fund)
    with pytest.raises(Refused, match="still to come"):
        gates.decide_outcome(
            review,
            decision="extend",
            against="Its team knows more.",
            reason="More.",
            until=TODAY,
            by=cast.amara,
            at=NOW,
        )
    review.refresh_from_db()
    assert review.decided_at is None


def test_pivot_shapes_anew_with_a_budget_of_its_own(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.evaluate(cast, pilot, fund)
    award = pilot.awards.get()
    funding.spend(
        award,
        line=award.request.lines.all()[0],
        amount=Decimal("10000"),
        on=TODAY,
        key="a",
        by=cast.jonas,
        at=NOW,
    )
    gates.decide_outcome(
        review,
        decision="pivot",
        against="Its team knows more.",
        reason="Dictation, not listening.",
        by=cast.amara,
        at=NOW,
    )
    assert (pilot.status, pilot.needs.get().status) == (PilotStatus.SHAPING, NeedStatus.IN_PILOT)
    fund.refresh_from_db()
    assert fund.balance == Decimal("490000")
    assert "will try another way" in told(cast.ana)[-1]
    line = make.Line(amount=Decimal("5000")).as_dict()
    funding.set_request(pilot, fund=fund, lines=[line], by=cast.jonas, at=NOW)
    again = gates.propose(pilot, by=cast.jonas, at=NOW)
    gates.decide_resources(again, approve=True, by=cast.amara, at=NOW)
    assert sorted(a.amount for a in pilot.awards.all()) == [Decimal("5000"), Decimal("68000")]


def test_decide_outcome_without_a_reason_is_refused(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.evaluate(cast, pilot, fund)
    with pytest.raises(Refused, match="Say why"):
        gates.decide_outcome(review, decision="scale", reason=" ", by=cast.amara, at=NOW)


@pytest.mark.parametrize("decision", ["approve", "return", "withdraw", "fly"])
def test_decide_outcome_as_something_else_is_refused(
    cast: Cast, pilot: Pilot, fund: Fund, decision: str
) -> None:
    review = make.evaluate(cast, pilot, fund)
    with pytest.raises(Refused, match="scale, extend, pivot or stop"):
        gates.decide_outcome(review, decision=decision, reason="So.", by=cast.amara, at=NOW)


def test_decide_outcome_at_the_resources_gate_is_refused(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    with pytest.raises(Refused, match="question about resources"):
        gates.decide_outcome(review, decision="scale", reason="So.", by=cast.amara, at=NOW)


def test_decide_outcome_by_the_team_is_refused(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.evaluate(cast, pilot, fund)
    for who in (cast.jonas, cast.maya, cast.ana):
        with pytest.raises(NotAllowed):
            gates.decide_outcome(review, decision="scale", reason="So.", by=who, at=NOW)


def test_stop_early_while_proposed_takes_the_proposal_back(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = make.propose(cast, pilot, fund)
    gates.stop(pilot, reason="The vendor left.", by=cast.jonas, at=NOW)
    review.refresh_from_db()
    assert (pilot.status, review.decision) == (PilotStatus.STOPPED, Decision.WITHDRAW)
    assert list(queries.waiting_for(cast.amara)) == []
    assert not pilot.allocations.exists()


def test_stop_early_while_running_returns_the_money(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    make.run(cast, pilot, fund)
    gates.stop(pilot, reason="Nobody used it.", by=cast.jonas, at=NOW)
    fund.refresh_from_db()
    assert fund.balance == 500_000
    assert "was not met" in told(cast.ana)[-1]


def test_stop_early_while_a_decision_waits_is_left_to_the_gate(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    make.evaluate(cast, pilot, fund)
    with pytest.raises(Refused, match="decided there"):
        gates.stop(pilot, reason="Enough.", by=cast.jonas, at=NOW)


def test_history_of_the_need_tells_what_became_of_it(cast: Cast, pilot: Pilot, fund: Fund) -> None:
    review = make.evaluate(cast, pilot, fund)
    gates.decide_outcome(review, decision="scale", reason="It works.", by=cast.amara, at=NOW)
    words = set(Event.objects.about(f"need:{pilot.needs.get().pk}").values_list("type", flat=True))
    assert {
        "pilot.opened",
        "pilot.approved",
        "pilot.went_live",
        "pilot.scaled",
        "need.met",
    } <= words


def test_anonymous_submitter_is_told_and_never_named(cast: Cast, fund: Fund) -> None:
    need = make.make_need(cast, anonymous=True)
    pilot = make.open_pilot(cast, needs=[need])
    review = make.evaluate(cast, pilot, fund)
    gates.decide_outcome(
        review,
        decision="pivot",
        against="Its team knows more.",
        reason="Another way.",
        by=cast.amara,
        at=NOW,
    )
    assert "will try another way" in told(cast.ana)[-1]
    assert "Ana Ruiz" not in str(list(Event.objects.values_list("details", "actor_name")))
    assert "Ana Ruiz" not in str(review.known)


def test_second_review_of_a_pilot_is_refused_by_the_database_itself(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    """Whatever a rule in Python would have let pass."""
    review = make.propose(cast, pilot, fund)
    review.pk = None
    with pytest.raises(IntegrityError, match="gate_one_open_a_pilot"), transaction.atomic():
        review.save(force_insert=True)


def test_decision_without_a_person_is_refused_by_the_database_itself(
    cast: Cast, pilot: Pilot, fund: Fund
) -> None:
    review = GateReview.objects.filter(pk=make.propose(cast, pilot, fund).pk)
    with pytest.raises(IntegrityError, match="gate_decided_whole"), transaction.atomic():
        review.update(decision=Decision.APPROVE, decided_at=NOW)
