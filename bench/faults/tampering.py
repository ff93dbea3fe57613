"""Somebody who owns the database edits, deletes or swaps what the log is made of, or what it tells of."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from bench.faults.row import Round, Row

if TYPE_CHECKING:
    from bench.faults.stage import Stage

Tampering = Callable[[Any, random.Random], None]

# What is edited, and to what; everything that an event's hash is of.
EDITED = {
    "at": "at + interval '1 second'",
    "actor": "'person:999999'",
    "actor_name": "actor_name || ' Jr'",
    "type": "'need.accepted'",
    "subjects": "subjects || ARRAY['need:999999']::varchar[]",
    "subject_name": "subject_name || '.'",
    "unit_id": "coalesce(unit_id, 0) + 1",
    "details": """details || '{"reason": "It was always so."}'::jsonb""",
    "previous_hash": "md5(hash) || md5(previous_hash)",
    "hash": "md5(hash) || md5(previous_hash)",
}


def tamper(size: int, chance: random.Random) -> Round:
    """Each in a transaction of its own that is taken back; then nothing is found again."""
    found = Round()
    _live()
    found.check(not _found(), "something was found before anybody touched it")
    kinds: dict[str, Tampering] = {
        "edited": _edit,
        "deleted": _delete,
        "swapped": _swap,
        "cut off": _cut_off,
        "a number edited": _edit_a_number,
        "money edited": _edit_money,
    }
    for turn in range(size):
        name = sorted(kinds)[turn % len(kinds)]
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")  # past all triggers
                kinds[name](cursor, chance)
            found.lost += not _found()
            transaction.set_rollback(True)
        found.tried += 1
        found.seen[name] += 1
    found.check(not _found(), "something was found after all was taken back")
    return found


def _live() -> None:
    """What a pilot leaves that was given money and measured."""
    from pilots.metrics import actions as metrics
    from tests.factories import pilots as make
    from tests.factories.cast import NOW, make_cast

    cast = make_cast()
    for _pilot in range(3):
        pilot = make.open_pilot(cast)
        make.run(cast, pilot, make.make_fund(cast))
    source = metrics.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="A file", kind="csv_upload", config={}
    )
    lines = "".join(f"2026-{month:02}-01,{month}\n" for month in range(1, 11))
    metrics.upload_file(
        source, name="a.csv", content=f"month,value\n{lines}".encode(), by=cast.jonas, at=NOW
    )
    metric = make.make_metric(
        cast,
        pilot,
        role="secondary",
        source=source,
        cadence="month",
        binding={"date": "month", "value": "value"},
        pull_from="2026-01-01",
    )
    metric.refresh_from_db()
    done = metrics.run_pull(metrics.request_pull(metric, at=NOW).pk, at=NOW)
    assert done is not None and done.status == "done", done and done.problem


def _found() -> bool:
    from innovation.audit.agreement import ComparedSoFar
    from innovation.integrity.queries import CHAIN, comparisons, differences

    return any(
        next(differences(comparison, ComparedSoFar()), None)
        for comparison in (CHAIN, *comparisons())
    )


def _some(cursor: Any, chance: random.Random, *, but_last: bool = False) -> int:
    cursor.execute("SELECT number FROM innovation_event ORDER BY number")
    numbers = [number for (number,) in cursor.fetchall()]
    picked: int = chance.choice(numbers[:-1] if but_last else numbers)
    return picked


def _edit(cursor: Any, chance: random.Random) -> None:
    column = chance.choice(sorted(EDITED))
    number = _some(cursor, chance)
    cursor.execute(
        f"UPDATE innovation_event SET {column} = {EDITED[column]} WHERE number = %s", [number]
    )


def _delete(cursor: Any, chance: random.Random) -> None:
    cursor.execute("DELETE FROM innovation_event WHERE number = %s", [_some(cursor, chance)])


def _swap(cursor: Any, chance: random.Random) -> None:
    one = _some(cursor, chance, but_last=True)
    cursor.execute("UPDATE innovation_event SET number = -1 WHERE number = %s", [one])
    cursor.execute("UPDATE innovation_event SET number = %s WHERE number = %s", [one, one + 1])
    cursor.execute("UPDATE innovation_event SET number = %s WHERE number = -1", [one + 1])


def _cut_off(cursor: Any, chance: random.Random) -> None:
    cursor.execute("DELETE FROM innovation_event WHERE number >= %s", [_some(cursor, chance)])


def _edit_a_number(cursor: Any, chance: random.Random) -> None:
    """Of those that a pull wrote."""
    cursor.execute("SELECT metric_id, period FROM pilots_observation WHERE pull_id > 0")
    metric, period = chance.choice(sorted(cursor.fetchall()))
    cursor.execute(
        "UPDATE pilots_observation SET value = value + 0.01 WHERE metric_id = %s AND period = %s",
        [metric, period],
    )


def _edit_money(cursor: Any, chance: random.Random) -> None:
    """By a cent, in the direction that no constraint refuses."""
    table, edited = chance.choice(
        (
            ("pilots_ledgerentry", "amount = amount + 0.01"),
            ("pilots_fund", "balance = balance + 0.01"),
            ("pilots_award", "balance = balance - 0.01"),
            ("pilots_award", "amount = amount + 0.01"),
        )
    )
    cursor.execute(f"SELECT id FROM {table} ORDER BY id")
    pk = chance.choice([pk for (pk,) in cursor.fetchall()])
    cursor.execute(f"UPDATE {table} SET {edited} WHERE id = %s", [pk])


def _run(size: int, chance: random.Random, _stage: Stage) -> Round:
    return tamper(size, chance)


ROWS = (
    Row(
        "tampering",
        "events edited, deleted, swapped and cut off, numbers and money edited, past all triggers",
        _run,
        size=600,
    ),
)
