"""When a metric is pulled next, and for which days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors.measurement import Cadence
from pilots.metrics import schedule

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_next_pull_is_the_next_night_at_the_metrics_own_minute() -> None:
    moments = [schedule.next_pull(number, at=AT, zone=UTC) for number in range(1, 500)]
    assert all(moment.date() == date(2026, 11, 24) for moment in moments)
    assert min(moments).hour == 4
    assert max(moments) < datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert len(set(moments)) > 400  # spread, so that a source is not stormed


def test_next_pull_before_dawn_is_the_same_night() -> None:
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert schedule.next_pull(7, at=at, zone=UTC).date() == date(2026, 11, 23)


def test_next_pull_follows_the_installations_clock() -> None:
    moment = schedule.next_pull(1, at=AT, zone=ZoneInfo("America/Chicago"))
    assert 10 <= moment.astimezone(UTC).hour <= 12


@given(number=st.integers(1, 10**9), failures=st.integers(1, 50))
def test_retry_waits_twice_as_long_each_time_up_to_some_hours(number: int, failures: int) -> None:
    wait = schedule.retry(failures, number=number, at=AT) - AT
    least = min(schedule.FIRST_WAIT * 2 ** min(failures - 1, 12), schedule.LONGEST_WAIT)
    assert least <= wait <= least * 1.2


def test_retry_waits_as_long_as_the_source_asks_but_not_for_ever() -> None:
    assert schedule.retry(1, number=1, at=AT, wait=600) - AT == timedelta(seconds=600)
    assert schedule.retry(1, number=1, at=AT, wait=10**9) - AT == timedelta(days=1)
    assert schedule.retry(1, number=1, at=AT, wait=-5) > AT


@pytest.mark.parametrize(
    ("cadence", "known", "start"),
    [
        (Cadence.WEEK, [], date(2026, 1, 5)),
        (Cadence.WEEK, [date(2026, 11, 9)], date(2026, 1, 5)),  # everything before is missing
        (Cadence.MONTH, [], date(2026, 2, 1)),
        (Cadence.DAY, [], date(2026, 1, 3)),
    ],
)
def test_window_of_what_is_missing_begins_at_the_first_whole_period(
    cadence: Cadence, known: list[date], start: date
) -> None:
    found = schedule.window(
        cadence, pull_from=date(2026, 1, 3), today=AT.date(), known=known, whole=False
    )
    assert found == (start, cadence.starts(AT.date()))


def test_window_of_a_complete_line_looks_back_for_corrections() -> None:
    known = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(45)]
    start, end = schedule.window(
        Cadence.WEEK, pull_from=date(2026, 1, 3), today=AT.date(), known=known, whole=False
    )
    assert (start, end) == (known[-1] - timedelta(weeks=8), date(2026, 11, 23))


def test_window_of_a_line_with_a_hole_begins_there() -> None:
    known = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(45) if n != 20]
    start, _end = schedule.window(
        Cadence.WEEK, pull_from=date(2026, 1, 3), today=AT.date(), known=known, whole=False
    )
    assert start == date(2026, 1, 5) + timedelta(weeks=20)


def test_window_of_a_file_is_always_all_of_it() -> None:
    known = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(45)]
    start, _end = schedule.window(
        Cadence.WEEK, pull_from=date(2026, 1, 3), today=AT.date(), known=known, whole=True
    )
    assert start == date(2026, 1, 5)


@given(
    cadence=st.sampled_from(list(Cadence)),
    pull_from=st.dates(date(2015, 1, 1), date(2026, 12, 31)),
    today=st.dates(date(2016, 1, 1), date(2026, 12, 31)),
    whole=st.booleans(),
)
def test_window_never_ends_before_it_begins(
    cadence: Cadence, pull_from: date, today: date, whole: bool
) -> None:
    start, end = schedule.window(cadence, pull_from=pull_from, today=today, known=(), whole=whole)
    assert pull_from <= start <= end
    assert end <= max(today, start)
