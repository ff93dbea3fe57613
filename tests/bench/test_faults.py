"""A few faults of each row that needs a database alone, and how the long set keeps what it did."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench.faults import __main__ as table
from bench.faults import files, poison, tampering
from bench.faults.row import Round, Row, holds, in_words
from bench.faults.rows import ROWS


@pytest.mark.django_db
def test_what_is_done_past_all_triggers_is_found() -> None:
    done = tampering.tamper(6, random.Random(1))
    assert (done.tried, done.lost, done.wrong) == (6, 0, [])


@pytest.mark.django_db
def test_a_part_of_a_file_is_never_taken_for_the_whole() -> None:
    done = files.cut(4, random.Random(1))
    assert (done.tried, done.lost, done.wrong) == (4, 0, [])


def test_poison_is_the_same_for_the_same_seed_and_other_for_another() -> None:
    first = date(2026, 1, 5)
    once, again, other = (
        [poison.poisoned(chance, first) for _answer in range(20)]
        for chance in (random.Random(1), random.Random(1), random.Random(2))
    )
    assert once == again != other


def a_row(run: Any = None, **more: Any) -> Row:
    return Row("kills", "somebody is killed", run, size=2, rounds=2, **more)


@pytest.mark.parametrize(
    "found",
    [
        Round(lost=1),
        Round(doubled=1),
        Round(wrong=["it hung"]),
        Round(back_after=[1.0, 61.0]),
    ],
    ids=["lost", "doubled", "wrong", "late"],
)
def test_a_row_does_not_hold_where_anything_is_not_as_it_must_be(found: Round) -> None:
    assert holds(a_row(within=60), Round(tried=9, back_after=[60.0]))
    assert not holds(a_row(within=60), found)


def test_what_was_done_is_kept_and_the_next_run_goes_on_from_there(tmp_path: Path) -> None:
    results = tmp_path / "faults.jsonl"
    done = Round(tried=2, back_after=[1.5], seen=Counter({"503": 3}), figures={"kills": 2})
    table.write(results, ("kills", 1, 2, 0), done)
    table.write(results, ("kills", 1, 2, 1), Round(tried=2, lost=1, figures={"kills": 1}))
    known = table.read(results)
    assert known["kills", 1, 2, 0] == done
    whole = Round()
    for one in known.values():
        whole.add(one)
    assert in_words(a_row(), whole, rounds=2) == (
        "kills: 4 tried; 1 lost; 0 doubled; back after 1.50 s, worst 1.50 s; kills 2; seen: 503 3"
    )
    assert not holds(a_row(), whole)


def test_a_round_that_does_not_come_to_its_end_is_wrong_and_stops_nothing() -> None:
    def waits_for_ever(_size: int, chance: random.Random, _stage: object) -> Round:
        raise TimeoutError(f"the pulls: not within {chance.randrange(1, 9)} s")

    stage: Any = None
    done = table.play(a_row(waits_for_ever), ("kills", 1, 2, 0), stage)
    assert done == table.play(a_row(waits_for_ever), ("kills", 1, 2, 0), stage)
    assert "the pulls: not within" in done.wrong[0]
    assert not holds(a_row(), done)


def test_rows_have_names_of_their_own_and_say_what_they_do() -> None:
    assert len({row.says for row in ROWS.values()}) == len(ROWS)
    assert {"kills", "approvals", "wipes", "autumn", "hanging", "poison"} <= ROWS.keys()
