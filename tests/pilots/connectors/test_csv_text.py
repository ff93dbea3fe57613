"""A file that is read in blocks is what it is when it is read whole, wherever a block ends."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import csv_table, csv_text, plain, spill, table
from pilots.connectors.block import Block, ScaledNumbers
from pilots.connectors.csv_text import CsvText
from pilots.connectors.errors import BadAnswer, SourceError
from pilots.connectors.spill import Spill, SpiltBlocks
from tests.pilots.connectors import test_plain

TEXTS = st.text('ab,"\r\n\x0b\x85\u2028é日')
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32")


@pytest.fixture(scope="module", autouse=True)
def _blocks_are_put_back() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((csv_text, "BLOCK"), (plain, "CHUNK"), (spill, "TOGETHER")):
            patch.setattr(module, name, getattr(module, name))
        yield


@given(text=TEXTS, encoding=st.sampled_from(ENCODINGS), size=st.integers(1, 9))
def test_blocks_of_any_size_are_the_text_and_its_lines(text: str, encoding: str, size: int) -> None:
    csv_text.BLOCK = size
    found, _notes = CsvText.of(text.encode(encoding))
    assert "".join(found.blocks()) == text
    assert b"".join(found.utf8_blocks(size)) == text.encode()
    assert list(found.lines()) == list(io.StringIO(text, newline=""))
    first = text.partition("\n")[2]
    assert "".join(found.without_first_line().blocks()) == first
    assert b"".join(found.without_first_line().utf8_blocks(size)) == first.encode()


@given(text=TEXTS, size=st.integers(1, 9))
def test_plain_is_what_has_no_quotes_and_ends_its_lines_one_way(text: str, size: int) -> None:
    plain.CHUNK = size
    data = text.encode()
    is_plain = b'"' not in data and data.count(b"\r") == data.count(b"\r\n")
    assert plain.is_plain(CsvText(data)) == is_plain


@given(random=st.randoms(use_true_random=False), size=st.integers(1, 90))
def test_a_file_in_blocks_is_read_as_a_whole_one(random: Random, size: int) -> None:
    rows = test_plain.dirty(random, ",")
    for _quoted in range(random.randint(0, 3)):
        note = random.choice(['"two\nlines"', '"a, b"', '"say ""x""', "'", '"\r\n"'])
        rows.insert(random.randint(0, len(rows)), f"2024-03-04,A,1,10,{note}")
    head = random.choice(["", "sep=,\n", "Title\n\n"])
    text = head + random.choice(["\n", "\r\n", "\r"]).join(["week,ward,late,all,kind", *rows])
    content = text.encode(random.choice(["utf-8", "utf-16", "cp1252"]))
    csv_text.BLOCK, plain.CHUNK, spill.TOGETHER = 2**20, 2**22, 500
    whole = test_plain.both(test_plain.SHARE, content)
    csv_text.BLOCK, plain.CHUNK, spill.TOGETHER = size, size, 1 + size % 3
    assert test_plain.both(test_plain.SHARE, content) == whole
    assert whole[0] == whole[1]


def test_a_file_on_the_disk_is_read_as_one_in_memory(tmp_path: Path) -> None:
    content = test_plain.file_of("2024-01-01,A,1,10", "2024-01-01,B,x,10", "2024-01-08,A,2,10")
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    csv_text.BLOCK = plain.CHUNK = 7
    assert csv_table.preview(path) == csv_table.preview(content)
    assert csv_text.tail(path, 5) == csv_text.tail(content, 5) == b"2,10\n"
    assert list(CsvText.of(path)[0].lines()) == list(CsvText.of(content)[0].lines())


def test_a_line_without_an_end_is_not_kept_whole() -> None:
    csv_text.BLOCK = 1000
    lines = list(CsvText(b"a,b\n" + b"x" * 3_000_000 + b"\r1,2\n").lines())
    assert [lines[0], lines[2]] == ["a,b\n", "1,2\n"]
    assert csv_text.LONGEST_LINE < len(lines[1]) < csv_text.LONGEST_LINE + 2000
    assert [problem for _n, _c, problem in table._records(CsvText(b"x" * 300_000), ",")] == [
        "The line is longer than any row of numbers and dates."
    ]


@pytest.mark.parametrize("content", [b"month\n" + b"\x81" * 50, b"a\0\0\0" * 9, b"\xff\xfeA"])
def test_what_is_no_text_is_told_wherever_it_stands(content: bytes) -> None:
    csv_text.BLOCK = 4
    with pytest.raises(BadAnswer, match="characters cannot be read"):
        CsvText.of(content)


def test_a_table_has_its_first_line_from_the_first_blocks() -> None:
    csv_text.BLOCK = 3
    with pytest.raises(SourceError, match="web page"):
        table.read(b"\n  <!DOCTYPE html><html>")


Rows = list[tuple[int, int, int, int]]


@given(
    batches=st.lists(
        st.lists(
            st.tuples(
                st.integers(0, 12),
                st.integers(-9000, 9000),
                st.integers(-(10**17), 10**17),
                st.integers(0, 12),
            ),
            min_size=1,
            max_size=12,
        ),
        max_size=5,
    ),
    together=st.integers(1, 5),
)
def test_what_is_put_aside_comes_back_by_series_and_day(batches: list[Rows], together: int) -> None:
    spill.TOGETHER = together
    aside, known = Spill(), dict[int, Rows]()
    for rows in batches:
        series, days, digits, decimals = np.array(rows, np.int64).T
        aside.add(series, Block(days, {"value": ScaledNumbers(digits, decimals)}))
        for row in rows:
            known.setdefault(row[0], []).append(row)
    blocks = SpiltBlocks(aside, {str(number): number for number in range(13)})
    for number in range(13):
        rows = sorted(known.get(number, []), key=lambda row: row[1])
        block = blocks[str(number)]
        assert block.days.tolist() == [day for _s, day, _v, _d in rows]
        if rows:
            numbers = block.parts["value"]
            assert [numbers.at(place) for place in range(len(rows))] == [
                ScaledNumbers(np.array([value]), decimals).at(0)
                for _s, _day, value, decimals in rows
            ]
