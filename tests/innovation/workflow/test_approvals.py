"""Approval by several people: how many it takes, and that nobody approves their own."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from innovation.people.models import Unit, User
from innovation.rules.refusal import Conflict, NotAllowed
from innovation.workflow import actions as workflow
from innovation.workflow.models import Approval, ApprovalRound, Outcome
from tests.factories.cast import NOW, Cast
from tests.present import present

pytestmark = pytest.mark.django_db

YES, BACK = Outcome.APPROVED, Outcome.RETURNED


@pytest.fixture
def thing(cast: Cast) -> Unit:
    """Anything with a reference may be put to people."""
    return cast.brigid


def test_round_closes_on_the_last_yes_needed(cast: Cast, thing: Unit) -> None:
    workflow.open_round(thing, needed=2, by=cast.jonas, at=NOW)
    first = workflow.answer_round(thing, outcome=YES, by=cast.amara, at=NOW)
    assert first.closed_at is None
    assert workflow.current_round(thing) == first
    second = workflow.answer_round(thing, outcome=YES, by=cast.frank, at=NOW, reason="Agreed.")
    assert (second.outcome, second.closed_at) == (YES, NOW)
    assert workflow.current_round(thing) is None


def test_round_closes_on_the_first_return(cast: Cast, thing: Unit) -> None:
    workflow.open_round(thing, needed=3, by=cast.jonas, at=NOW)
    workflow.answer_round(thing, outcome=YES, by=cast.amara, at=NOW)
    closed = workflow.answer_round(thing, outcome=BACK, by=cast.frank, at=NOW, reason="Too dear.")
    assert (closed.outcome, closed.closed_at) == (BACK, NOW)


def test_round_after_its_end_is_answered_already(cast: Cast, thing: Unit) -> None:
    workflow.open_round(thing, needed=1, by=cast.jonas, at=NOW)
    workflow.answer_round(thing, outcome=YES, by=cast.amara, at=NOW)
    with pytest.raises(Conflict, match="answered already"):
        workflow.answer_round(thing, outcome=BACK, by=cast.frank, at=NOW)


def test_nobody_answers_twice_in_one_round(cast: Cast, thing: Unit) -> None:
    workflow.open_round(thing, needed=2, by=cast.jonas, at=NOW)
    workflow.answer_round(thing, outcome=YES, by=cast.amara, at=NOW)
    with pytest.raises(Conflict, match="waits for somebody else"):
        workflow.answer_round(thing, outcome=YES, by=cast.amara, at=NOW)
    opened = present(workflow.current_round(thing))
    with pytest.raises(IntegrityError, match="approval_once_a_person"), transaction.atomic():
        Approval.objects.create(round=opened, person=cast.amara, outcome=YES, at=NOW)


def test_nobody_approves_their_own(cast: Cast, thing: Unit) -> None:
    opened = workflow.open_round(thing, needed=1, by=cast.amara, at=NOW)
    with pytest.raises(NotAllowed, match="asked for themselves"):
        workflow.answer_round(thing, outcome=YES, by=cast.amara, at=NOW)
    with pytest.raises(DatabaseError, match="nobody approves their own"), transaction.atomic():
        Approval.objects.create(round=opened, person=cast.amara, outcome=YES, at=NOW)
    assert not Approval.objects.exists()


def test_somebody_and_their_deputy_give_one_answer(cast: Cast, thing: Unit) -> None:
    workflow.open_round(thing, needed=2, by=cast.jonas, at=NOW)
    franks = User.objects.get(pk=cast.frank.pk)
    franks.act_for(cast.amara)
    with transaction.atomic():
        workflow.answer_round(thing, outcome=YES, by=cast.amara, at=NOW)
        with pytest.raises(Conflict, match="You or Dr Amara Osei answered this already"):
            workflow.answer_round(thing, outcome=YES, by=franks, at=NOW)
        transaction.set_rollback(True)
    workflow.answer_round(thing, outcome=YES, by=franks, at=NOW)
    for other in (cast.amara, cast.frank):
        with pytest.raises(Conflict, match="answered this already"):
            workflow.answer_round(thing, outcome=YES, by=other, at=NOW)
    opened = present(workflow.current_round(thing))
    with pytest.raises(DatabaseError, match="give one answer"), transaction.atomic():
        Approval.objects.create(round=opened, person=cast.amara, outcome=YES, at=NOW)
    workflow.answer_round(thing, outcome=YES, by=cast.priya, at=NOW)
    assert workflow.current_round(thing) is None


def test_nobody_has_their_own_approved_by_their_deputy(cast: Cast, thing: Unit) -> None:
    opened = workflow.open_round(thing, needed=1, by=cast.amara, at=NOW)
    frank = User.objects.get(pk=cast.frank.pk)
    frank.act_for(cast.amara)
    with pytest.raises(NotAllowed, match="asked for themselves"):
        workflow.answer_round(thing, outcome=YES, by=frank, at=NOW)
    with pytest.raises(DatabaseError, match="nobody approves their own"), transaction.atomic():
        Approval.objects.create(
            round=opened, person=frank, acting_for=cast.amara, outcome=YES, at=NOW
        )


def test_one_thing_has_one_open_round(cast: Cast, thing: Unit) -> None:
    workflow.open_round(thing, needed=1, by=cast.jonas, at=NOW)
    with pytest.raises(IntegrityError, match="approval_round_one_open"), transaction.atomic():
        workflow.open_round(thing, needed=1, by=cast.priya, at=NOW)
    workflow.answer_round(thing, outcome=BACK, by=cast.amara, at=NOW)
    workflow.open_round(thing, needed=1, by=cast.jonas, at=NOW)
    assert ApprovalRound.objects.count() == 2


def test_answers_are_neither_edited_nor_deleted(cast: Cast, thing: Unit) -> None:
    workflow.open_round(thing, needed=2, by=cast.jonas, at=NOW)
    workflow.answer_round(thing, outcome=YES, by=cast.amara, at=NOW)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Approval.objects.update(outcome=BACK)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Approval.objects.all().delete()
