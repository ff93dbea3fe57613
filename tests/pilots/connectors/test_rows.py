"""Rows: accepted or refused with a reason, and none of them lost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import cell_values, row_settings, rows
from pilots.connectors.errors import BadAnswer
from pilots.connectors.measurement import (
    Cadence,
    MeasureKind,
    Measurement,
    Rejected,
    RowCounts,
    Window,
)
from pilots.connectors.rows import MappedRow, Rules, SeriesBuilder
from tests.probes import examples

WINDOW = Window(date(2026, 1, 1), date(2026, 7, 1), today=date(2026, 7, 3))
MONTHLY = Rules(Cadence.MONTH, MeasureKind.PROPORTION)
VALUES = Rules(Cadence.MONTH, MeasureKind.VALUE)


def settled(
    rules: Rules, *given_rows: MappedRow, window: Window = WINDOW
) -> tuple[list[Measurement], list[Rejected], RowCounts]:
    counts = RowCounts()
    builder = SeriesBuilder(rules, window, counts)
    for row in given_rows:
        builder.add(row)
    items = list(builder.close())
    observations = [item for item in items if isinstance(item, Measurement)]
    refused = [item for item in items if isinstance(item, Rejected)]
    assert items == [*observations, *refused]
    assert counts.received == counts.accepted + counts.refused + counts.outside + counts.filtered
    assert counts.refused == len(refused)
    return observations, refused, counts


def share(line: int, period: str, numerator: Any, denominator: Any) -> MappedRow:
    return MappedRow(line, period, numerator=numerator, denominator=denominator)


def test_add_proportion_keeps_its_counts() -> None:
    observations, refused, _ = settled(MONTHLY, share(2, "2026-03-17", "3", "40"))
    assert observations == [Measurement(date(2026, 3, 1), None, Decimal(3), Decimal(40), 40)]
    assert refused == []


def test_add_proportion_keeps_how_many_its_risks_let_expect() -> None:
    row = MappedRow(2, "2026-03", numerator="3", denominator="40", expected="2.75")
    observations, _, _ = settled(MONTHLY, row)
    assert observations[0].expected == Decimal("2.75")
    halves = [
        MappedRow(n, f"2026-03-0{n}", numerator="1", denominator="20", expected="1.25")
        for n in (2, 3)
    ]
    added, _, _ = settled(Rules(Cadence.MONTH, MeasureKind.PROPORTION, sums=True), *halves)
    assert (added[0].numerator, added[0].expected) == (Decimal(2), Decimal("2.5"))


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ("", "expected is empty"),
        ("0", "expected number .0. is not between 0 and the denominator .40."),
        ("41", "expected number .41. is not between"),
        ("-1", "expected is negative"),
        ("NaN", "not a number"),
    ],
)
def test_add_proportion_whose_risks_are_impossible_is_refused(expected: str, words: str) -> None:
    row = MappedRow(2, "2026-03", numerator="3", denominator="40", expected=expected)
    observations, refused, _ = settled(MONTHLY, row)
    assert observations == []
    assert re.search(words, refused[0].reason)
    assert refused[0].raw.endswith(expected)


def test_only_a_proportion_has_an_expected_number() -> None:
    mapped = {"value": "minutes", "expected": "risk"}
    assert set(row_settings.parts_problems(mapped, "value")) == {"expected"}
    shares = {"numerator": "died", "denominator": "all", "expected": "risk"}
    assert row_settings.parts_problems(shares, "proportion") == {}


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [
        ("3", "0", "denominator is 0"),
        ("0", "0", "denominator is 0"),
        ("5", "4", "numerator .5. is larger than the denominator .4."),
        ("-1", "4", "numerator is negative"),
        ("1", "-4", "denominator is negative"),
        ("", "4", "numerator is empty"),
        ("1", "NaN", "not a number"),
        ("1", "1e309", "larger than any real"),
        ("5 %", "40", "a count is needed"),
        (None, "40", "needs a numerator"),
    ],
)
def test_add_impossible_proportion_is_refused(numerator: Any, denominator: Any, words: str) -> None:
    observations, refused, _ = settled(
        MONTHLY, share(2, "2026-02", numerator, denominator), share(3, "2026-03", "1", "2")
    )
    assert [one.period for one in observations] == [date(2026, 3, 1)]
    assert [one.line for one in refused] == [2]
    with pytest.raises(Unreadable, match=words):
        raise Unreadable(refused[0].reason)


class Unreadable(Exception):
    """Carries a reason to pytest's matching."""


def test_add_value_keeps_value_and_n() -> None:
    observations, _, _ = settled(VALUES, MappedRow(2, "2026-03", value="16.25", n="120"))
    assert observations == [Measurement(date(2026, 3, 1), Decimal("16.25"), None, None, 120)]


def test_add_ratio_divides_and_scales() -> None:
    rules = Rules(Cadence.MONTH, MeasureKind.VALUE, per=Decimal(1000))
    observations, _, _ = settled(rules, share(2, "2026-03", "12", "3000"))
    assert observations == [Measurement(date(2026, 3, 1), Decimal(4), None, None, 3000)]


@pytest.mark.parametrize("n", ["1.5", "-3", "many"])
def test_add_value_with_impossible_n_is_refused(n: str) -> None:
    observations, refused, _ = settled(VALUES, MappedRow(2, "2026-03", value="16.25", n=n))
    assert observations == [] and len(refused) == 1


def test_add_identical_rows_twice_is_one_observation() -> None:
    observations, refused, counts = settled(
        MONTHLY, share(2, "2026-03-01", "3", "40"), share(9, "2026-03-15", "3.0", "40")
    )
    assert len(observations) == 1 and refused == []
    assert counts.accepted == 2


def test_add_conflicting_rows_refuses_all_of_them_and_names_the_lines() -> None:
    observations, refused, _ = settled(
        MONTHLY,
        share(2, "2026-03", "3", "40"),
        share(3, "2026-04", "3", "40"),
        share(9, "2026-03", "4", "40"),
        share(11, "2026-03", "3", "40"),
    )
    assert [one.period for one in observations] == [date(2026, 4, 1)]
    assert [one.line for one in refused] == [2, 9, 11]
    assert "(2, 9, 11)" in refused[0].reason


def test_add_finer_rows_sums_them_when_asked() -> None:
    rules = Rules(Cadence.MONTH, MeasureKind.PROPORTION, sums=True)
    observations, refused, counts = settled(
        rules, *(share(line, f"2026-03-{line:02}", "1", "10") for line in range(1, 11))
    )
    assert observations == [Measurement(date(2026, 3, 1), None, Decimal(10), Decimal(100), 100)]
    assert refused == [] and counts.accepted == 10


def test_add_finer_rows_of_which_one_is_bad_refuses_the_period() -> None:
    """A part of a period must not pass for the whole of it."""
    rules = Rules(Cadence.MONTH, MeasureKind.PROPORTION, sums=True)
    observations, refused, _ = settled(
        rules,
        share(2, "2026-03-01", "1", "10"),
        share(3, "2026-03-02", "broken", "10"),
        share(4, "2026-03-03", "1", "10"),
        share(5, "2026-04-03", "1", "10"),
    )
    assert [one.period for one in observations] == [date(2026, 4, 1)]
    assert [one.line for one in refused] == [2, 3, 4]
    assert "line 3" in refused[0].reason


def test_add_finer_rows_whose_sum_is_impossible_refuses_the_period() -> None:
    rules = Rules(Cadence.MONTH, MeasureKind.PROPORTION, sums=True)
    _, refused, _ = settled(
        rules, share(2, "2026-03-01", "9", "3"), share(3, "2026-03-02", "0", "5")
    )
    assert len(refused) == 2
    _, refused, _ = settled(
        rules, *(share(line, "2026-03-01", "1", "9e14") for line in range(2, 4))
    )
    assert "larger than any real" in refused[0].reason


def test_add_row_in_a_finer_file_may_have_nothing_to_count() -> None:
    rules = Rules(Cadence.MONTH, MeasureKind.PROPORTION, sums=True)
    observations, _, _ = settled(
        rules, share(2, "2026-03-01", "0", "0"), share(3, "2026-03-02", "1", "5")
    )
    assert observations[0].denominator == 5


def test_add_rows_around_the_window_are_left_out_or_refused() -> None:
    observations, refused, counts = settled(
        MONTHLY,
        share(2, "2025-12", "1", "2"),
        share(3, "2026-01", "1", "2"),
        share(4, "2026-06", "1", "2"),
        share(5, "2026-07", "1", "2"),
        share(6, "2026-08", "1", "2"),
    )
    assert [one.period.month for one in observations] == [1, 6]
    assert counts.outside == 2
    assert [(one.line, one.reason) for one in refused] == [(6, "The period lies in the future.")]


def test_refused_row_can_be_stored_and_shown() -> None:
    hostile = "2026-99-99\0\x1b[31m\u202e\ud800<script>" + "x" * 5000
    _, refused, _ = settled(MONTHLY, share(2, hostile, {"deep": ["x" * 500]}, float("nan")))
    for text in (refused[0].raw, refused[0].reason):
        text.encode()
        assert text.isprintable() and len(text) <= 300


def test_refusing_more_than_can_be_read_stops_with_an_example() -> None:
    builder = SeriesBuilder(MONTHLY, WINDOW, RowCounts())
    with pytest.raises(BadAnswer, match=r"More than 10,000 rows .*“never” is not a date"):
        for line in range(rows.MOST_REFUSED + 1):
            builder.add(share(line, "never", "1", "2"))


CELL = st.one_of(
    st.sampled_from(
        ["", "0", "1", "7", "7", "12", "-3", "NaN", "1e309", "1,234", "1.234,5", "9" * 30, "x\0y"]
    ),
    st.integers(-5, 50).map(str),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.none(),
)
PERIOD = st.one_of(
    st.dates(date(2025, 11, 1), date(2026, 9, 1)).map(str),
    st.sampled_from(["2026-03", "Mar 2026", "03/04/2026", "", "2026-02-30", "\0", "2026-W11"]),
    st.text(max_size=8),
    st.none(),
)
ROW = st.builds(
    MappedRow,
    line=st.integers(1, 999),
    period=PERIOD,
    value=CELL,
    numerator=CELL,
    denominator=CELL,
    n=CELL,
)


@examples(250)
@given(
    st.lists(ROW, max_size=25),
    st.sampled_from(Cadence),
    st.sampled_from(MeasureKind),
    st.booleans(),
    st.sampled_from(["iso", "day_first"]),
)
def test_any_rows_at_all_are_accepted_or_refused_and_none_is_lost(
    given_rows: list[MappedRow],
    cadence: Cadence,
    measure: MeasureKind,
    sums: bool,
    date_format: str,
) -> None:
    rules = Rules(cadence, measure, date_format=date_format, sums=sums)
    observations, refused, counts = settled(rules, *given_rows)
    assert counts.received == len(given_rows)
    periods = [one.period for one in observations]
    assert periods == sorted(set(periods))
    for one in observations:
        assert cadence.starts(one.period) == one.period
        assert WINDOW.start <= one.period < WINDOW.end
        if measure is MeasureKind.PROPORTION:
            assert one.value is None
            assert one.numerator is not None and one.denominator is not None
            assert 0 <= one.numerator <= one.denominator < cell_values.LARGEST
            assert one.denominator > 0
        else:
            assert one.value is not None and 0 <= one.value < cell_values.LARGEST
            assert one.numerator is None and one.denominator is None
        assert one.n is None or 0 <= one.n < 2**63
    for row in refused:
        assert row.reason and len(row.reason) <= 300 and len(row.raw) <= 200
        assert row.reason.isprintable() and row.raw.isprintable()
