"""The settings that say how rows are read, for every kind whose source gives rows."""

from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from pilots.connectors import absent
from pilots.connectors.fields import Config, Field
from pilots.connectors.measurement import MeasureKind


def _per_problem(per: str) -> str:
    try:
        factor = Decimal(per) if len(per) <= 20 else Decimal(0)
    except InvalidOperation:
        factor = Decimal(0)
    if not (factor.is_finite() and 0 < factor <= 1_000_000):
        return "Enter a number such as 1, 100 or 1000."
    return ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone_problem(name: str) -> str:
    if name in _zones():
        return ""
    near = get_close_matches(name, sorted(_zones()), 1)
    return f"There is no such time zone.{f' Is {near[0]} meant?' if near else ' Write it as Europe/Berlin.'}"


TIME_ZONE = Field(
    "time_zone",
    "Time zone of the system",
    help="Where its days are. Left empty, they are those of this installation.",
    check=_zone_problem,
    placeholder="Europe/Berlin",
)
DATE_FORMAT = Field(
    "date_format",
    "Dates are written",
    scope="metric",
    type="choice",
    choices=(
        ("iso", "2026-03-31, 2026-03 or Mar 2026"),
        ("day_first", "31/03/2026"),
        ("month_first", "03/31/2026"),
        ("serial", "46112, as spreadsheets number days"),
    ),
    default="iso",
    seldom=True,
)
DECIMAL_MARK = Field(
    "decimal_mark",
    "Numbers are written",
    scope="metric",
    type="choice",
    choices=(("", "as the column shows"), (".", "1,234.5"), (",", "1.234,5")),
    default="",
    seldom=True,
)
SHEET = Field(
    "sheet",
    "Sheet",
    help="Of a spreadsheet. Empty: the one with the most rows.",
    scope="metric",
    seldom=True,
)
MISSING = Field(
    "missing",
    "These stand for a missing number",
    help="With commas between: -999999, NULL. Known without being said: an empty cell, n/a, Not Available; and"
    " *, <5, .. and : as suppressed.",
    scope="metric",
    check=absent.codes_problem,
    seldom=True,
)
WEEK_DAYS = Field(
    "week_days",
    "A day that stands for a week is",
    help="Only where the weeks do not begin on Monday. Each counts under the week from Monday that holds most"
    " of its days.",
    scope="metric",
    type="choice",
    choices=(
        ("", "as the name of the column says"),
        ("first", "its first day"),
        ("last", "its last day"),
    ),
    default="",
    seldom=True,
)
SEVERAL_ROWS = Field(
    "several_rows",
    "Several rows for one period",
    help="Counts may be added up. Averages must not be: leave this as it is for them.",
    scope="metric",
    type="choice",
    choices=(("refuse", "Refuse them"), ("sum", "Add them up")),
    default="refuse",
    seldom=True,
)
KEEP_TOTALS = Field(
    "keep_totals",
    "Rows that look like totals are taken like any other",
    help="Otherwise “-”, “TOTAL”, “England” and whatever is the sum of all others become no organisations, and"
    " a row that says “Total” is not added up with those it is the total of.",
    scope="metric",
    type="flag",
    seldom=True,
)
EXPECTED = Field(
    "expected",
    "Expected numerator",
    help="Where each patient's risk is known: the sum of the risks, for example 7.4 expected deaths. A"
    " guardrail is then held against patients like those before go-live.",
    scope="metric",
    type="column",
    seldom=True,
    shown_for="proportion",
)
PER = Field(
    "per",
    "Per",
    help="For a ratio: 1000 for falls per 1,000 bed days. Proportions leave it at 1.",
    scope="metric",
    default="1",
    check=_per_problem,
    seldom=True,
    shown_for="value",
)
NEGATIVE_OK = Field(
    "negative_ok",
    "Values below zero are possible",
    help="Otherwise a negative number is refused as a mistake.",
    scope="metric",
    type="flag",
    seldom=True,
    shown_for="value",
)


def parts_problems(values: Config, measure: str | None) -> dict[str, str]:
    """Which of the parts that the measure needs are not mapped, and what is said of them."""
    has = {part: bool(values.get(part)) for part in ("numerator", "denominator", "value")}
    if measure == MeasureKind.PROPORTION:
        return {
            part: f"A proportion needs a {part}."
            for part in ("numerator", "denominator")
            if not has[part]
        }
    if measure and values.get("expected"):
        return {"expected": "Only a proportion has an expected number. Leave it out."}
    if measure == MeasureKind.RATE:
        said = {
            "numerator": "A rate needs its events: choose the numerator.",
            "denominator": "A rate needs its exposure, such as bed days: choose the denominator.",
        }
        return {part: sentence for part, sentence in said.items() if not has[part]}
    if measure == MeasureKind.COUNT:
        if has["denominator"]:
            return {"denominator": "A count has no denominator. With one it is a rate."}
        if not has["numerator"] and not has["value"]:
            return {"numerator": "Choose where the count is."}
        if has["numerator"] and has["value"]:
            return {"value": "A count is one number: leave the value or the numerator out."}
        return {}
    if measure == MeasureKind.VALUE and not has["value"]:
        if not has["numerator"] and not has["denominator"]:
            return {"value": "Choose where the value is, or a numerator and a denominator."}
        return {
            part: "A ratio needs both a numerator and a denominator."
            for part in ("numerator", "denominator")
            if not has[part]
        }
    return {}
