"""What Priya's team counted while the sepsis warning ran unseen: eight weeks, two age groups, one correction.

Every admitted patient of three wards counts once a week. Two reviewers, who did not see the score, read the
charts. The warning flags at a risk of 30 %; it foretells about twice as much sepsis as there is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pilots.accuracy.sheet import GivenBin, GivenResult

PROMISE: dict[str, Any] = {
    "least_sensitivity": Decimal("0.8"),
    "least_ppv": Decimal("0.3"),
    "planned_cases": 250,
    "most_alerts": Decimal(4),
    "alerts_per": "patient_days",
}
REFERENCE = (
    "Sepsis by two reviewers who did not see the score, on the charts of all patients of the three wards; a third"
    " decided where they disagreed."
)
THRESHOLD = Decimal("0.3")
# True positives, false positives, false negatives, true negatives of each week.
WEEKS = (
    (17, 29, 6, 970),
    (19, 27, 7, 965),
    (18, 28, 5, 972),
    (16, 30, 7, 958),
    (20, 26, 6, 961),
    (18, 29, 6, 975),
    (17, 28, 7, 969),
    (19, 27, 6, 967),
)
# As the fifth week stood before two charts that had been read twice were found.
MISCOUNTED, AS_FIRST_COUNTED = 4, (20, 28, 6, 961)
WHY_CORRECTED = "Two charts of patients who changed wards had been read twice."
AGES = {"75 and over": (62, 128, 34, 2900), "under 75": (82, 96, 16, 4837)}
# Borders and mean score of each bin; the cases of the outer ones differ from week to week.
BINS = (
    ("0", "0.05", "0.008"),
    ("0.05", "0.15", "0.091"),
    ("0.15", "0.3", "0.212"),
    ("0.3", "0.5", "0.38"),
    ("0.5", "0.75", "0.61"),
    ("0.75", "1", "0.84"),
)


def week(number: int, live: date, counts: tuple[int, int, int, int] | None = None) -> GivenResult:
    """The result of one week of the silent run, the first being 0."""
    tp, fp, fn, tn = counts or WEEKS[number]
    start = live + timedelta(weeks=number)
    sizes = (
        (tn + fn - 150, 2), (110, 2), (40, fn - 4), (tp + fp - 20, tp - 11), (13, 6), (7, 5),
    )  # fmt: skip
    return GivenResult(
        start,
        start + timedelta(days=6),
        REFERENCE,
        threshold=THRESHOLD,
        true_positive=tp,
        false_positive=fp,
        false_negative=fn,
        true_negative=tn,
        score_scale="risk",
        bins=tuple(
            GivenBin(Decimal(low), Decimal(high), cases, events, Decimal(mean))
            for (low, high, mean), (cases, events) in zip(BINS, sizes, strict=True)
        ),
        alerts=tp + fp + 9,  # some patients were flagged more than once
        patient_days=Decimal(1540 + 13 * number),
    )


def by_age(live: date) -> list[GivenResult]:
    """All eight weeks in two age groups."""
    whole = replace(week(0, live), period_until=live + timedelta(weeks=len(WEEKS), days=-1))
    common = {"score_scale": "", "bins": (), "alerts": None, "patient_days": None}
    return [
        replace(
            whole, grouping="Age", subgroup=age, true_positive=tp, false_positive=fp,
            false_negative=fn, true_negative=tn, **common,  # type: ignore[arg-type]
        )
        for age, (tp, fp, fn, tn) in AGES.items()
    ]  # fmt: skip
