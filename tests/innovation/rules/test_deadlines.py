"""A day by which somebody promises something is one that comes."""

from datetime import date, timedelta

import pytest

from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Malformed
from tests.factories.cast import NOW


@pytest.mark.parametrize("days", [0, 1, 365, 366])
def test_a_day_within_a_year_is_taken(days: int) -> None:
    check_near(NOW.date() + timedelta(days=days), at=NOW)


@pytest.mark.parametrize("day", [NOW.date() + timedelta(days=367), date(2099, 1, 1), date.max])
def test_a_day_that_means_never_is_refused_with_the_last_one(day: date) -> None:
    with pytest.raises(Malformed, match="within a year, by 24 November 2027"):
        check_near(day, at=NOW)
