"""Hours from a change and cases, against their slow twin and their own promises."""

from __future__ import annotations

import doctest
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.time_returned import account
from pilots.time_returned.account import Hours
from tests.twins import hours as twin

DAY = date(2026, 1, 5)  # a Monday
MINUTES = st.floats(0, 600)
DAYS = st.integers(0, 400).map(lambda n: DAY + timedelta(days=n))
PAUSES = st.lists(
    st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 60))).map(
        lambda one: (one[0], None if one[1] is None else one[0] + timedelta(days=one[1]))
    ),
    max_size=3,
)
AMOUNTS = st.tuples(st.floats(-1e4, 1e4), st.floats(0, 1e3), st.floats(0, 1e3)).map(
    lambda one: Hours(one[0], one[0] - one[1], one[0] + one[2])
)


def test_examples_run() -> None:
    assert doctest.testmod(account).failed == 0


@given(before=MINUTES, after=MINUTES, cases=st.integers(0, 60), lower=st.booleans())
def test_a_change_times_cases_agrees_with_the_twin(
    before: float, after: float, cases: int, lower: bool
) -> None:
    change = after - before
    case = account.of_a_case(
        change, change - 1, change + 2, lower_is_better=lower, hours_in_unit=1 / 60
    )
    found = case.times(cases)
    want = twin.hours(before, after, cases, lower_is_better=lower)
    assert found.estimate == pytest.approx(want, abs=1e-9)
    assert found.lower <= found.estimate <= found.upper
    assert found.upper - found.lower == pytest.approx(3 * cases / 60)


@given(change=st.floats(-50, 50), half=st.floats(0, 20), cases=st.floats(0, 1e5))
def test_minutes_hours_and_the_direction_change_the_amount_as_they_should(
    change: float, half: float, cases: float
) -> None:
    ends = (change, change - half, change + half)
    minutes = account.of_a_case(*ends, lower_is_better=True, hours_in_unit=1 / 60).times(cases)
    hours = account.of_a_case(
        *(one / 60 for one in ends), lower_is_better=True, hours_in_unit=1
    ).times(cases)
    assert minutes.estimate == pytest.approx(hours.estimate, abs=1e-6)
    other = account.of_a_case(*ends, lower_is_better=False, hours_in_unit=1 / 60).times(cases)
    assert (other.estimate, other.lower) == pytest.approx((-minutes.estimate, -minutes.upper))


@given(parts=st.lists(AMOUNTS, max_size=8))
def test_sums_agree_with_the_twin_whatever_their_order(parts: list[Hours]) -> None:
    found = account.together(parts)
    want = twin.together([(one.estimate, one.lower, one.upper) for one in parts])
    assert (found.estimate, found.lower, found.upper) == pytest.approx(want, abs=1e-6)
    back = account.together(reversed(parts))
    assert back.estimate == pytest.approx(found.estimate, abs=1e-6)
    # Never narrower than the widest of its parts.
    assert all(found.upper - found.lower >= one.upper - one.lower - 1e-6 for one in parts)


@given(
    counts=st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=1, max_size=50),
    since=DAYS,
    until=st.one_of(st.none(), DAYS),
    pauses=PAUSES,
)
def test_a_period_counts_where_each_of_its_days_does(
    counts: list[int | None],
    since: date,
    until: date | None,
    pauses: list[tuple[date, date | None]],
) -> None:
    weeks = [(DAY + timedelta(weeks=n), DAY + timedelta(weeks=n + 1)) for n in range(len(counts))]
    found = account.counted(weeks, counts, since=since, until=until, pauses=pauses)
    there = [
        count
        for (first, _next), count in zip(weeks, counts, strict=True)
        if twin.counted_days(first, 7, since=since, until=until, pauses=pauses)
    ]
    assert found.uncounted == there.count(None)
    assert found.cases == sum(count for count in there if count is not None)
    # Quarters are the months again.
    months = {month: Hours(1, 0, 2).times(n) for month, n in found.by_month.items()}
    quarters = account.by_quarter(months)
    assert account.together(quarters.values()).estimate == pytest.approx(found.cases)


MONTHS = st.dates(date(2025, 1, 1), date(2026, 12, 1)).map(lambda day: day.replace(day=1))
SHARES = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(
    lambda one: {use: part / max(1.0, sum(one)) for use, part in zip("abc", one, strict=True)}
)


@given(
    months=st.dictionaries(MONTHS, AMOUNTS, max_size=12),
    waves=st.lists(
        st.tuples(MONTHS, st.floats(0, 1), SHARES), max_size=4, unique_by=lambda w: w[0]
    ),
)
def test_what_nobody_can_tell_stays_unknown_and_nothing_is_lost(
    months: dict[date, Hours], waves: list[tuple[date, float, dict[str, float]]]
) -> None:
    found = account.where_it_went(months, [account.GroupSaid(*wave) for wave in waves])
    uses, unknown, not_asked = twin.where({day: one.estimate for day, one in months.items()}, waves)
    assert {use: one.estimate for use, one in found.uses.items()} == pytest.approx(uses, abs=1e-6)
    assert found.unknown.estimate == pytest.approx(unknown, abs=1e-6)
    assert found.not_asked.estimate == pytest.approx(not_asked, abs=1e-6)
    whole = account.together([*found.uses.values(), found.unknown, found.not_asked])
    total = account.together(months.values())
    assert (whole.estimate, whole.lower) == pytest.approx((total.estimate, total.lower), abs=1e-6)


def test_nonsense_is_no_amount() -> None:
    with pytest.raises(ValueError, match="from none on"):
        Hours(1, 0, 2).times(-1)
    with pytest.raises(ValueError, match="within its interval"):
        account.of_a_case(3, 0, 2, lower_is_better=True, hours_in_unit=1)
