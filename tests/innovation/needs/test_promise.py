"""Working days: what counts as five."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovation.needs.promise import kept_from, working_days

MONDAY = date(2026, 11, 23)
days = st.dates(date(2020, 1, 1), date(2035, 1, 1))


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (MONDAY, MONDAY, 0),
        (MONDAY, MONDAY + timedelta(days=1), 1),
        (MONDAY, MONDAY + timedelta(days=4), 4),
        (MONDAY, MONDAY + timedelta(days=6), 4),
        (MONDAY, MONDAY + timedelta(days=7), 5),
        (MONDAY - timedelta(days=1), MONDAY, 1),
        (MONDAY + timedelta(days=5), MONDAY, 0),
    ],
)
def test_working_days_weekends_do_not_count(since: date, until: date, expected: int) -> None:
    assert working_days(since, until) == expected


@given(days, st.integers(0, 400))
def test_working_days_agree_with_counting_day_by_day(since: date, n: int) -> None:
    until = since + timedelta(days=n)
    one_by_one = sum((since + timedelta(days=d)).weekday() < 5 for d in range(1, n + 1))
    assert working_days(since, until) == one_by_one


@given(days, st.integers(0, 15))
def test_kept_from_is_the_first_day_still_within_the_promise(today: date, promised: int) -> None:
    first = kept_from(today, promised)
    assert working_days(first, today) <= promised
    assert working_days(first - timedelta(days=1), today) > promised
