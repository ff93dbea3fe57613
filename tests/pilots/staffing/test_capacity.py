"""How much of somebody's time is promised, against a twin that counts day by day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pilots.staffing.capacity import Promise, peak

START = date(2026, 11, 1)
days = st.integers(0, 60).map(lambda n: START + timedelta(days=n))


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    first, last = sorted((draw(days), draw(days)))
    return Promise(draw(st.integers(1, 100)), first, last)


@given(st.lists(promises(), max_size=12), days, days)
def test_peak_of_any_promises_agrees_with_counting_every_day(
    given_promises: list[Promise], one: date, other: date
) -> None:
    first, last = sorted((one, other))
    found = peak(given_promises, starts_on=first, ends_on=last)
    every_day = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    loads = {
        day: sum(p.percent for p in given_promises if p.starts_on <= day <= p.ends_on)
        for day in every_day
    }
    assert found.percent == max(loads.values())
    assert found.on == min(day for day, load in loads.items() if load == found.percent)


def test_peak_of_nothing_is_zero_on_the_first_day() -> None:
    assert peak([], starts_on=START, ends_on=START).percent == 0
