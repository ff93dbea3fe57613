"""The one engine that changes a state: what it checks, what it leaves behind, who wins."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from innovation.audit.models import Event
from innovation.ideas.models import Idea
from innovation.ideas.states import IDEA, IdeaStatus
from innovation.people.models import User
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.workflow import actions as workflow
from innovation.workflow.models import StateChange
from tests.factories.cast import NOW, Cast, make_cast
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db


def an_idea(cast: Cast, title: str = "Let the monitor write") -> Idea:
    return Idea.objects.create(
        title=title, proposal="…", unit=cast.brigid, proposed_by=cast.ana, proposed_at=NOW
    )


@pytest.fixture
def idea(cast: Cast) -> Idea:
    return an_idea(cast)


def set_aside(idea: Idea, by: User, **more: Any) -> StateChange:
    return workflow.move(IDEA, idea, "set_aside", by=by, at=NOW, **{"reason": "Later.", **more})


# What a move does


def test_move_writes_status_change_and_event_together(cast: Cast, idea: Idea) -> None:
    change = set_aside(idea, cast.maya, reason="  After the summer.  ", urgency="low", nothing="")
    assert Idea.objects.get(pk=idea.pk).status == idea.status == IdeaStatus.SET_ASIDE
    assert (change.subject, change.verb, change.source, change.target) == (
        f"idea:{idea.pk}",
        "set_aside",
        "proposed",
        "set_aside",
    )
    assert (change.by, change.at, change.reason) == (cast.maya, NOW, "After the summer.")
    event = Event.objects.get()
    assert (event.type, event.actor, event.unit_id) == (
        "idea.set_aside",
        cast.maya.ref,
        cast.brigid.pk,
    )
    assert event.details == {"reason": "After the summer.", "urgency": "low"}


def test_move_writes_the_fields_that_go_with_it(cast: Cast, idea: Idea) -> None:
    set_aside(idea, cast.maya, fields={"title": "Let the monitor write (later)"})
    assert Idea.objects.get(pk=idea.pk).title == "Let the monitor write (later)"


def test_move_of_a_stale_object_goes_by_the_row(cast: Cast, idea: Idea) -> None:
    stale = Idea.objects.get(pk=idea.pk)
    set_aside(idea, cast.maya)
    with pytest.raises(Conflict):
        set_aside(stale, cast.maya)
    assert stale.status == IdeaStatus.SET_ASIDE


# What it checks


def test_move_from_a_wrong_status_says_who_was_first_and_what_they_did(
    cast: Cast, idea: Idea
) -> None:
    set_aside(idea, cast.maya)
    with pytest.raises(Conflict) as refusal:
        workflow.move(IDEA, idea, "start_pilot", by=cast.jonas, at=NOW)
    sentence = str(refusal.value)
    assert "Maya Lindqvist changed this to “Set aside”" in sentence
    assert "23 November 2026" in sentence
    assert "Nothing of yours was applied" in sentence
    assert StateChange.objects.count() == Event.objects.count() == 1


def test_move_from_a_wrong_status_that_nobody_changed_says_the_status(
    cast: Cast, idea: Idea
) -> None:
    with pytest.raises(Conflict, match="the status is “Proposed”"):
        workflow.move(IDEA, idea, "prove", by=cast.amara, at=NOW, reason="It worked.")


def test_move_without_a_required_reason_is_refused(cast: Cast, idea: Idea) -> None:
    with pytest.raises(Refused, match="Say why"):
        set_aside(idea, cast.maya, reason="   ")
    assert not Event.objects.exists()


def test_move_asks_permission_under_the_lock_and_before_telling_the_status(
    cast: Cast, idea: Idea
) -> None:
    def refuse() -> None:
        raise NotAllowed("Ask the innovation office.")

    set_aside(idea, cast.maya)
    with pytest.raises(NotAllowed, match="innovation office"):
        set_aside(idea, cast.ben, allow=refuse)


def test_move_that_a_guard_stops_leaves_nothing(cast: Cast, idea: Idea) -> None:
    def guard() -> None:
        raise Refused("Two people still work on it.")

    with pytest.raises(Refused, match="Two people"):
        set_aside(idea, cast.maya, guards=(lambda: None, guard))
    assert Idea.objects.get(pk=idea.pk).status == IdeaStatus.PROPOSED
    assert not StateChange.objects.exists() and not Event.objects.exists()


def test_move_of_an_unknown_verb_is_a_mistake_of_ours(cast: Cast, idea: Idea) -> None:
    with pytest.raises(KeyError, match="paint"):
        workflow.move(IDEA, idea, "paint", by=cast.maya, at=NOW)


def test_move_in_a_transaction_that_fails_later_leaves_nothing(cast: Cast, idea: Idea) -> None:
    with pytest.raises(LookupError), transaction.atomic():
        set_aside(idea, cast.maya)
        raise LookupError
    assert Idea.objects.get(pk=idea.pk).status == IdeaStatus.PROPOSED
    assert not StateChange.objects.exists() and not Event.objects.exists()


# Who wins


def test_eight_movers_at_once_have_one_winner_and_seven_are_told(transactional_db: None) -> None:
    cast = make_cast()
    idea = an_idea(cast)
    start = threading.Barrier(8)
    people = [cast.maya, cast.ana, cast.ben, cast.jonas, cast.priya, cast.amara, cast.sam, cast.ada]
    told: list[str] = []
    won: list[str] = []

    def move(person: User) -> None:
        try:
            mine = Idea.objects.get(pk=idea.pk)
            start.wait(timeout=PATIENCE)
            set_aside(mine, person)
            won.append(person.name)
        except Conflict as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    movers = [threading.Thread(target=move, args=[person]) for person in people]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join(timeout=PATIENCE)
    assert len(won) == 1 and len(told) == 7
    assert all(f"{won[0]} changed this to “Set aside”" in sentence for sentence in told)
    assert StateChange.objects.count() == Event.objects.count() == 1


# What the database refuses to every other hand


def refused(cast: Cast, match: str) -> Any:
    return pytest.raises(DatabaseError, match=match)


def test_a_status_written_directly_is_refused(cast: Cast, idea: Idea) -> None:
    with refused(cast, "through the engine only"), transaction.atomic():
        Idea.objects.filter(pk=idea.pk).update(status=IdeaStatus.PROVEN)
    idea.status = IdeaStatus.PROVEN
    with refused(cast, "through the engine only"), transaction.atomic():
        idea.save()
    with refused(cast, "begins as proposed"), transaction.atomic():
        Idea.objects.create(
            title="X",
            proposal="…",
            unit=cast.brigid,
            proposed_by=cast.ana,
            proposed_at=NOW,
            status=IdeaStatus.PROVEN,
        )


def test_a_status_written_after_a_move_in_the_same_transaction_is_refused(
    cast: Cast, idea: Idea
) -> None:
    """The engine's mark is for one row and one change, and is wiped at once."""
    other = an_idea(cast, "Another")
    with refused(cast, "through the engine only"), transaction.atomic():
        set_aside(idea, cast.maya)
        Idea.objects.filter(pk=other.pk).update(status=IdeaStatus.SET_ASIDE)
    with refused(cast, "through the engine only"), transaction.atomic():
        set_aside(idea, cast.maya)
        Idea.objects.filter(pk=idea.pk).update(status=IdeaStatus.PROVEN)


def test_other_columns_are_written_as_ever(cast: Cast, idea: Idea) -> None:
    Idea.objects.filter(pk=idea.pk).update(title="Renamed")
    idea.refresh_from_db()
    idea.save()
    assert idea.title == "Renamed"


def test_state_changes_are_neither_edited_nor_deleted(cast: Cast, idea: Idea) -> None:
    set_aside(idea, cast.maya)
    with refused(cast, "append_only"), transaction.atomic():
        StateChange.objects.update(reason="Never.")
    with refused(cast, "append_only"), transaction.atomic():
        StateChange.objects.all().delete()


# An anonymous submitter


def test_conflict_does_not_name_an_anonymous_submitter(cast: Cast) -> None:
    from innovation.needs.models import Need
    from innovation.needs.states import NEED

    need = Need.objects.create(
        title="Nobody listens at night",
        problem="…",
        population="…",
        outcome="…",
        setting="ward",
        frequency="daily",
        unit=cast.brigid,
        submitted_by=cast.ana,
        anonymous=True,
        submitted_at=NOW,
    )
    workflow.move(NEED, need, "ask", by=cast.maya, at=NOW, reason="Which ward?")
    workflow.move(NEED, need, "answer", by=cast.ana, at=NOW, reason="All of them.")
    with pytest.raises(Conflict) as refusal:
        workflow.move(NEED, need, "answer", by=cast.maya, at=NOW, reason="?")
    assert "Ana" not in str(refusal.value)
    assert "somebody changed this" in str(refusal.value)
