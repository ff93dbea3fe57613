"""What is read columns at once is what is read row by row: the same numbers, refusals and counts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilots.connectors import csv_table, plain
from pilots.connectors.block import Block, ScaledNumbers
from pilots.connectors.cells import Grid
from pilots.connectors.errors import SourceError
from pilots.connectors.measurement import Measurement, RowCounts, Window

WINDOW = Window(date(2024, 1, 1), date(2025, 6, 1), date(2025, 6, 10))
WANTED = {"R1", "R2", "R 3", "R5", "A", "B", "C"}
SHARE = {"date": "week", "entity_column": "ward", "numerator": "late", "denominator": "all"}
ODD_DAYS = ["", "2024-13-01", "W12", "2024-01-08 ", "05/02/2024", "2024-W10", "xé", "2999-01-01"]
ODD_NUMBERS = [
    "", "-1", "12.0", "1,5", "1.5", "1e3", "*", "NaN", "99999999999999999999", "12%",
    "1234567.123456789123456", "007", "5 ", "1.250", "12.345", "0", "999999999999999",
]  # fmt: skip


def both(
    config: dict[str, Any],
    content: bytes,
    *,
    measure: str = "proportion",
    cadence: str = "week",
    wanted: set[str] | None = WANTED,
) -> tuple[object, object, int]:
    """What either way says of a file, and how many series were plain."""
    said: list[object] = []
    blocks = 0
    for at_once in (False, True):
        counts = RowCounts()
        found: dict[str, list[object]] = {}
        asked: dict[str, Any] = {
            "cadence": cadence, "measure": measure, "counts": counts, "wanted": wanted,
        }  # fmt: skip
        try:
            if at_once:
                got = csv_table.gather(config, content, WINDOW, **asked)
                blocks, items = len(got.blocks), got.items
                found = {entity: list(block) for entity, block in got.blocks.items() if len(block)}
            else:
                items = csv_table.observe_each(config, content, WINDOW, **asked)
            for entity, item in items:
                found.setdefault(entity, []).append(item)
        except SourceError as error:
            said.append(error.sentence)
        else:
            said.append((found, counts))
    return said[0], said[1], blocks


def clean(random: Random, separator: str) -> list[str]:
    used = {
        (random.choice("ABCDEF"), date(2024, 1, 1) + timedelta(weeks=random.randint(0, 60)))
        for _row in range(random.randint(1, 60))
    }
    rows = []
    for ward, day in used:
        late = random.randint(0, 50)
        cells = [str(day), ward, str(late), str(late + random.randint(1, 9)), random.choice("xy")]
        rows.append(separator.join(cells))
    return rows


def with_total(random: Random, separator: str) -> list[str]:
    """A file in which one organisation is all others together, by its name or by its numbers."""
    name = random.choice(["Total", "R9", "England", "-"])
    rows = []
    for week in range(random.randint(1, 9)):
        day, parts = date(2024, 1, 1) + timedelta(weeks=week), []
        for ward in "ABC"[: random.randint(1, 3)]:
            late = random.randint(0, 50)
            parts.append((late, late + random.randint(1, 9)))
            rows.append([str(day), ward, *map(str, parts[-1]), "x"])
        late, whole = (
            sum(column) + random.choice([0] * 19 + [1]) for column in zip(*parts, strict=True)
        )
        rows.append([str(day), name, str(late), str(max(whole, late)), "x"])
    if random.random() < 0.3:
        random.choice(rows)[3] = "?"
    random.shuffle(rows)
    return [separator.join(cells) for cells in rows]


def dirty(random: Random, separator: str) -> list[str]:
    rows = []
    for _row in range(random.randint(1, 60)):
        day = str(date(2023, 12, 1) + timedelta(days=7 * random.randint(0, 90) + 3))
        numbers = [str(random.randint(0, 60)), str(random.randint(0, 60))]
        ward = random.choice(["R1", "R2", "R 3", "Ärzteklinik am Fluss", "R5", "R6", "R2 ", ""])
        odd = random.random()
        if odd < 0.05:
            day = random.choice(ODD_DAYS)
        elif odd < 0.1:
            numbers[random.randint(0, 1)] = random.choice(ODD_NUMBERS)
        cells = [day, ward, *numbers, random.choice(["x", "y", "x ", ""])]
        if odd > 0.97:
            cells = cells[: random.randint(0, 4)]
        elif odd > 0.95:
            cells += ["", random.choice(["", "z"])]
        line = separator.join(cells)
        rows.append(f'"{line}' if random.random() < 0.003 else line)
    return rows


@settings(max_examples=300, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_both_ways_say_the_same_of_any_file(random: Random) -> None:
    separator = random.choice(",;\t")
    rows = random.choice([clean, dirty, dirty, with_total])(random, separator)
    rows += random.choice([[], [], [separator * 4], ["Source: NHS"], [f"Note{separator * 4}"]])
    if random.random() < 0.1:
        random.shuffle(rows)
    lines = [separator.join(["week", "ward", "late", "all", "kind"]), *rows]
    text = random.choice(["\n", "\r\n"]).join(lines) + random.choice(["\n", ""])
    measure = random.choice(["proportion", "value"])
    parts: list[dict[str, object]] = [
        {"value": "late"},
        {"numerator": "late"},
        {"value": "late", "n": "all"},
    ]
    config = {
        "date": "week",
        "entity_column": "ward",
        "negative_ok": random.random() < 0.5,
        "decimal_mark": random.choice(["", ".", ","]),
        "week_days": random.choice(["", "first"]),
        "several_rows": random.choice(["refuse", "refuse", "sum"]),
        **(
            {"numerator": "late", "denominator": "all"}
            if measure == "proportion"
            else random.choice(parts)
        ),
    }
    if random.random() < 0.3:
        config["filters"] = [{"column": "kind", "equals": "x"}]
    content = text.encode(random.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    slow, fast, _blocks = both(
        config,
        content,
        measure=measure,
        cadence=random.choice(["day", "week", "month"]),
        wanted=random.choice([WANTED, None]),
    )
    assert fast == slow


def file_of(*rows: str) -> bytes:
    return "\n".join(["week,ward,late,all", *rows, ""]).encode()


def test_one_row_in_doubt_leaves_its_series_alone_to_the_rules() -> None:
    content = file_of("2024-01-01,A,1,10", "2024-01-01,B,2,10", "2024-01-08,A,11,10")
    slow, fast, blocks = both(SHARE, content)
    assert fast == slow
    assert blocks == 1


def test_a_period_that_is_named_twice_leaves_its_series_to_the_rules() -> None:
    content = file_of("2024-01-01,A,1,10", "2024-01-08,B,2,10", "2024-01-02,A,3,10")
    slow, fast, blocks = both({**SHARE, "week_days": "first"}, content)
    assert fast == slow
    assert blocks == 1


@pytest.mark.parametrize("more", [{"several_rows": "sum"}, {"per": "100", "n": "all"}])
def test_what_plain_rows_do_not_know_is_read_row_by_row(more: dict[str, str]) -> None:
    content = file_of("2024-01-01,A,1,10", "2024-01-08,A,2,10")
    slow, fast, blocks = both({**SHARE, **more}, content)
    assert fast == slow
    assert blocks == 0


def test_a_file_of_several_parts_is_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        f"{date(2024, 1, 1) + timedelta(weeks=week)},{ward},{week},{week + 9}"
        for week in range(70)
        for ward in "ABCD"
    ]
    rows[33] = rows[33].replace(",B,", ",B,x")
    content = file_of(*rows)
    whole = both(SHARE, content)
    monkeypatch.setattr(plain, "CHUNK", 100)
    assert both(SHARE, content) == whole
    assert whole[0] == whole[1]
    assert whole[2] == 2


def test_a_total_among_plain_series_is_refused_while_nobody_has_chosen() -> None:
    rows = [
        f"2024-{month:02}-01,{ward},{late * month},{100 * month}"
        for month in range(1, 6)
        for ward, late in (("A", 3), ("B", 4))
    ]
    totals = [f"2024-{month:02}-01,All of us,{7 * month},{200 * month}" for month in range(1, 6)]
    slow, fast, blocks = both(SHARE, file_of(*rows, *totals), cadence="month", wanted=None)
    assert fast == slow
    assert blocks == 2
    said: Any = fast
    found, counts = said
    assert (counts.received, counts.accepted, counts.refused) == (15, 10, 5)
    assert "sums of all others" in found["All of us"][0].reason


def test_more_organisations_than_there_are_is_read_row_by_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plain, "MOST_SERIES", 2)
    content = file_of(*(f"2024-01-01,{ward},1,10" for ward in "ABC"))
    slow, fast, blocks = both(SHARE, content, wanted=None)
    assert fast == slow
    assert blocks == 0


def test_a_block_is_a_sequence_of_measurements() -> None:
    days = np.array([8766, 8773], np.int64)
    block = Block(
        days, {"value": ScaledNumbers(np.array([125, -3], np.int64), np.array([2, 0], np.int64))}
    )
    assert list(block) == [
        Measurement(date(2024, 1, 1), Decimal("1.25"), None, None, None),
        Measurement(date(2024, 1, 8), Decimal("-3"), None, None, None),
    ]
    assert list(block[1:]) == [block[-1]]
    with pytest.raises(IndexError):
        block[2]


@given(cells=st.lists(st.text("0123456789x. ", max_size=18), min_size=1, max_size=30))
def test_whole_numbers_are_those_of_nothing_but_digits(cells: list[str]) -> None:
    column = Grid.of("".join(f"a,{cell}\n" for cell in cells).encode(), ord(","), 2).column(1)
    numbers, which = column.whole_numbers()
    assert which.tolist() == [cell.isdigit() and len(cell) <= 15 for cell in cells]
    for cell, number, is_whole in zip(cells, numbers.tolist(), which.tolist(), strict=True):
        assert not is_whole or number == int(cell)


@given(cells=st.lists(st.text("abé ", max_size=150), min_size=1, max_size=30))
def test_cells_that_are_alike_are_the_same_text(cells: list[str]) -> None:
    column = Grid.of("".join(f"{cell},a\n" for cell in cells).encode(), ord(","), 2).column(0)
    alike, which = column.alike()
    assert len(set(alike)) == len(alike)
    assert [alike[each].decode() for each in which.tolist()] == cells
