"""The chain of events: it grows in one line, and every way of tampering with it is found."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from innovation.audit import actions as audit
from innovation.audit import queries
from innovation.audit.chain import GENESIS, digest
from innovation.audit.models import ChainHead, Event
from tests.factories.cast import NOW, Cast, make_cast
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db


@transaction.atomic
def record(cast: Cast, event_type: str = "unit.changed", **details: Any) -> Event:
    return audit.record(
        event_type, cast.brigid, by=cast.ada, at=NOW, unit_id=cast.brigid.pk, what="name", **details
    )


@contextmanager
def tampering() -> Iterator[Any]:
    """A hand in the database that its triggers do not stop."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE innovation_event DISABLE TRIGGER ALL")
        yield cursor
        cursor.execute("ALTER TABLE innovation_event ENABLE TRIGGER ALL")


def found() -> list[str]:
    return [fault.sentence for fault in queries.faults()]


# Writing


def test_digest_of_an_event_is_the_one_it_was_written_with() -> None:
    """The hash is of the values alone: a chain from before a column got another name still holds."""
    assert (
        digest(
            number=7,
            at=NOW,
            actor="person:3",
            actor_name="Ada Kowalski",
            type="unit.changed",
            subjects=["unit:12", "unit:4"],
            subject_name="4 West, “Überwachung”",
            unit_id=12,
            details={"what": "name", "b": {"ref": "unit:4", "name": "Medicine"}},
            previous_hash="ab" * 32,
        )
        == "ee890c916aa18e90c2add1030392fef531a045ea29f70b76b8240819a6155b39"
    )


def test_record_numbers_and_chains_from_the_first_event(cast: Cast) -> None:
    first, second, third = (record(cast) for _time in range(3))
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert first.previous_hash == GENESIS
    assert second.previous_hash == first.hash
    assert third.previous_hash == second.hash
    assert found() == []


def test_record_outside_a_transaction_is_an_error(transactional_db: None) -> None:
    cast = make_cast()
    with pytest.raises(RuntimeError, match="in the transaction"):
        audit.record("unit.changed", cast.brigid, by=cast.ada, at=NOW)


def test_record_without_an_actor_is_an_error(cast: Cast) -> None:
    with pytest.raises(ValueError, match="somebody who did it"):
        audit.record("unit.changed", cast.brigid, by=None, at=NOW)  # type: ignore[arg-type]  # nonsense on purpose
    assert not Event.objects.exists()


def test_record_in_a_transaction_that_fails_leaves_no_gap(cast: Cast) -> None:
    record(cast)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(cast)
        _nothing = 1 / 0
    record(cast)
    assert list(Event.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert found() == []


def test_record_of_any_details_survives_the_database_unchanged(cast: Cast) -> None:
    """What jsonb gives back must hash as what was given: floats, dates, order, spelling."""
    record(
        cast,
        amount=Decimal("10.10"),
        share=0.1 + 0.2,
        huge=1e22,
        nothing=float("nan"),
        on=date(2026, 2, 28),
        nested={"z": 1, "a": [1, {"y": None, "x": True}]},
        spelled="Häuser “of” 𝒷irds \\ / ' \"",
        count=10**30,
    )
    assert found() == []


def test_record_mentions_each_subject_once(cast: Cast) -> None:
    with transaction.atomic():
        event = audit.record(
            "unit.moved",
            cast.brigid,
            by=cast.ada,
            at=NOW,
            also=(cast.harbor, cast.brigid, cast.harbor),
        )
    assert event.subjects == [f"unit:{cast.brigid.pk}", f"unit:{cast.harbor.pk}"]
    assert list(Event.objects.about(f"unit:{cast.harbor.pk}")) == [event]


def test_eight_writers_at_once_leave_one_unbroken_chain(transactional_db: None) -> None:
    cast = make_cast()
    start = threading.Barrier(8)
    failed: list[BaseException] = []

    def write() -> None:
        try:
            start.wait(timeout=PATIENCE)
            for turn in range(25):
                try:
                    with transaction.atomic():
                        record(cast)
                        if turn % 5 == 4:  # some transactions change their mind
                            raise LookupError
                except LookupError:
                    pass
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=PATIENCE)
    assert failed == []
    assert Event.objects.count() == 8 * 20
    assert found() == []
    call_command("verify_audit")


# Tampering


def test_events_cannot_be_changed_or_deleted_by_anything(cast: Cast) -> None:
    record(cast)
    for forbidden in (
        lambda: Event.objects.update(actor="person:1"),
        lambda: Event.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            forbidden()


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'person:999'",
        "actor_name = 'Somebody else'",
        "at = at + interval '1 microsecond'",
        "type = 'unit.closed'",
        "subjects = ARRAY['unit:999']",
        "subject_name = 'Another unit'",
        "unit_id = NULL",
        "details = jsonb_set(details, '{what}', '\"code\"')",
        "hash = repeat('f', 64)",
        "previous_hash = repeat('0', 64)",
    ],
)
def test_verify_audit_finds_an_edited_row(cast: Cast, change: str) -> None:
    for _time in range(4):
        record(cast)
    with tampering() as cursor:
        cursor.execute(f"UPDATE innovation_event SET {change} WHERE number = 3")
    assert found()
    assert {fault.number for fault in queries.faults()} <= {3, 4}
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit")


def test_verify_audit_finds_a_deleted_row(cast: Cast) -> None:
    for _time in range(4):
        record(cast)
    with tampering() as cursor:
        cursor.execute("DELETE FROM innovation_event WHERE number = 2")
    assert found() == ["events 2 to 2 are missing"]


def test_verify_audit_finds_swapped_rows(cast: Cast) -> None:
    for turn in range(4):
        record(cast, turn=turn)
    with tampering() as cursor:
        cursor.execute("UPDATE innovation_event SET number = -2 WHERE number = 2")
        cursor.execute("UPDATE innovation_event SET number = 2 WHERE number = 3")
        cursor.execute("UPDATE innovation_event SET number = 3 WHERE number = -2")
    assert {fault.number for fault in queries.faults()} == {2, 3, 4}


def test_verify_audit_finds_a_row_pushed_in(cast: Cast) -> None:
    for _time in range(3):
        record(cast)
    with tampering() as cursor:
        cursor.execute(
            "INSERT INTO innovation_event (number, at, actor, actor_name, type, subjects, "
            "subject_name, unit_id, details, previous_hash, hash) SELECT 4, at, actor, actor_name, "
            "type, subjects, subject_name, unit_id, details, hash, repeat('a', 64) "
            "FROM innovation_event WHERE number = 3"
        )
    assert "event 4 was changed after it was written" in found()
    assert any("were written" in sentence for sentence in found())


def test_verify_audit_finds_a_tail_cut_off(cast: Cast) -> None:
    for _time in range(4):
        record(cast)
    with tampering() as cursor:
        cursor.execute("DELETE FROM innovation_event WHERE number > 2")
    assert found() == ["the chain ends at event 2, but 4 were written"]


def test_verify_audit_finds_everything_gone(cast: Cast) -> None:
    record(cast)
    with tampering() as cursor:
        cursor.execute("DELETE FROM innovation_event")
    assert found() == ["the chain ends at event 0, but 1 were written"]


def test_verify_audit_against_a_kept_anchor_finds_a_rewritten_history(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who owns the database can write a new chain, head and all; not one that ends in a hash that
    was noted down elsewhere."""
    for _time in range(3):
        record(cast)
    call_command("verify_audit")
    anchor = capsys.readouterr().out.split()[-1]
    call_command("verify_audit", anchor=anchor)
    with tampering() as cursor:
        cursor.execute("DELETE FROM innovation_event")
        ChainHead.objects.update(number=0, hash=GENESIS)
    for _time in range(3):
        with transaction.atomic():
            audit.record(
                "unit.changed", cast.brigid, by=cast.otto, at=NOW + timedelta(1), what="name"
            )
    call_command("verify_audit")
    with pytest.raises(CommandError, match="broken"):
        call_command("verify_audit", anchor=anchor)


def test_second_head_of_the_chain_is_refused_by_the_database(cast: Cast) -> None:
    record(cast)
    with pytest.raises(IntegrityError, match="chain_head_is_one_row"), transaction.atomic():
        ChainHead.objects.create(id=2)


# Reading


def test_visible_to_shows_events_of_units_in_reach(cast: Cast) -> None:
    with transaction.atomic():
        audit.record("unit.changed", cast.harbor, by=cast.ada, at=NOW, unit_id=cast.harbor.pk)
        audit.record("unit.changed", cast.brigid, by=cast.ada, at=NOW, unit_id=cast.brigid.pk)
    seen = {
        who: set(Event.objects.visible_to(getattr(cast, who)).values_list("number", flat=True))
        for who in ("ada", "otto", "hugo", "ana", "amara", "victor")
    }
    assert seen == {
        "ada": {1, 2},
        "otto": {1, 2},
        "hugo": {1},
        "ana": set(),
        "amara": set(),
        "victor": set(),
    }


def test_visible_to_shows_events_of_no_unit_to_readers_of_a_root_only(cast: Cast) -> None:
    with transaction.atomic():
        audit.record("person.created", cast.victor, by=cast.ada, at=NOW)
    assert Event.objects.get().unit_id is None
    assert Event.objects.visible_to(cast.otto).count() == 1
    assert Event.objects.visible_to(cast.hugo).count() == 0
