"""Silent runs of a test, made the way people make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pilots.accuracy import actions as accuracy
from pilots.accuracy.models import SilentRunResult
from pilots.accuracy.sheet import TABLE, GivenBin, GivenResult
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.remembered import remembered

REVIEW = "Sepsis by two reviewers who did not see the score."
LIVE: date = make.TODAY - timedelta(weeks=4)


@remembered
def silent_pilot(cast: Cast) -> Pilot:
    """Decision support that has run silently for four weeks; it promised a sensitivity of 90 % and a PPV of
    30 %, over 200 cases."""
    charter = make.Charter(answers=make.DECISION_SUPPORT)
    return make.run(cast, make.open_pilot(cast), make.make_fund(cast), charter)


def given(
    *table: int, week: int = 0, weeks: int = 1, bins: Sequence[GivenBin] = (), **fields: Any
) -> GivenResult:
    """A result of these weeks of the silent run: true and false positives, false and true negatives."""
    start = LIVE + timedelta(weeks=week)
    return GivenResult(
        **{
            "period_from": start,
            "period_until": start + timedelta(weeks=weeks, days=-1),
            "reference": REVIEW,
            **dict(zip(TABLE, table, strict=False)),
            "bins": tuple(bins),
            **fields,
        }
    )


def record(cast: Cast, pilot: Pilot, *every: GivenResult) -> list[SilentRunResult]:
    return accuracy.record(pilot, list(every), entered_by="form", by=cast.jonas, at=NOW)


def bins(*rows: tuple[str, str, int, int]) -> tuple[GivenBin, ...]:
    return tuple(
        GivenBin(Decimal(low), Decimal(high), cases, events) for low, high, cases, events in rows
    )


RISKS = bins(
    ("0", "0.1", 400, 12),
    ("0.1", "0.3", 200, 44),
    ("0.3", "0.6", 100, 42),
    ("0.6", "1", 60, 48),
)
