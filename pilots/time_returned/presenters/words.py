"""Hours given back in words and as a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.web import charts
from pilots.evidence import wording
from pilots.time_returned.account import (
    Hours,
    Unknown,
    WhereItWent,
    by_quarter,
    gone_together,
    quarter_of,
    together,
)
from pilots.time_returned.models import HoursReturned
from pilots.time_returned.queries import PilotHours, Together, UnitTogether

WHY = {
    Unknown.NOT_LIVE: gettext_lazy("It has not gone live."),
    Unknown.NO_NUMBERS: gettext_lazy("No number of the time came since go-live."),
    Unknown.NO_COMPARISON: gettext_lazy("The time a case takes cannot be compared with before."),
    Unknown.NO_CASES: gettext_lazy("Nobody counted the cases since go-live."),
}


def written(value: float) -> str:
    """An amount of hours, without its sign: 1,240 or 8.3."""
    size = abs(value)
    return number(size, 0 if size >= 10 or size == 0 else 1)


def signed(value: float) -> str:
    """+1,240 or −8.3: given back, or taken."""
    text = written(value)
    if not text.strip("0.,"):
        return text
    return f"−{text}" if value < 0 else f"+{text}"


def ends(hours: Hours) -> str:
    """The interval of an amount."""
    return _("%(low)s to %(high)s hours") % {
        "low": signed(hours.lower),
        "high": signed(hours.upper),
    }


def amount(hours: Hours) -> str:
    """What a colleague would say of an amount with its interval."""
    said = {
        "n": written(hours.estimate),
        "low": signed(hours.lower),
        "high": signed(hours.upper),
    }
    if not hours.is_clear:
        return _("Perhaps none: between %(low)s and %(high)s hours.") % said
    if hours.estimate < 0:
        said = {"n": said["n"], "low": written(hours.upper), "high": written(hours.lower)}
        return _("%(n)s hours were taken (%(low)s to %(high)s).") % said
    said = {"n": said["n"], "low": written(hours.lower), "high": written(hours.upper)}
    return _("%(n)s hours were given back (%(low)s to %(high)s).") % said


def why_unknown(found: PilotHours) -> str:
    """Why no hours are shown, as the numbers say."""
    if found.unknown == Unknown.NO_COMPARISON and found.reading is not None:
        effect = found.reading.effect
        if effect is not None and (said := wording.refusal(effect.refused)):
            return said
    return str(WHY[Unknown(found.unknown)])


def sentence(found: PilotHours | None) -> str:
    """The account of one pilot, as a colleague would say it."""
    if found is None:
        return _("This pilot does not say that it gives hours back.")
    hours, reading = found.hours, found.reading
    if hours is None or found.per_case is None or reading is None:
        return _("How many hours it gives back is not known yet. %(why)s") % {
            "why": why_unknown(found)
        }
    return _("%(amount)s That is %(case)s a case, over %(n)s cases.") % {
        "amount": amount(hours),
        "case": minutes(found.per_case.estimate),
        "n": number(found.cases, 0),
    }


def minutes(hours: float) -> str:
    """What one case gives back: +4.2 minutes."""
    text = number(abs(60 * hours), 1)
    sign = "" if not text.strip("0.,") else "−" if hours < 0 else "+"
    return _("%(n)s minutes") % {"n": f"{sign}{text}"}


def remarks(found: PilotHours) -> list[str]:
    """What has to be known beside the amount."""
    said = [
        _(
            "The change of a case is the measured one, with its interval; the number of cases is taken as counted."
        )
    ]
    if found.uncounted:
        said.append(
            _("%(n)s periods have no count of cases and give nothing.")
            % {"n": number(found.uncounted)}
        )
    if found.hours is not None and found.reading is not None:
        said.append(
            _("The word on the time itself: %(said)s") % {"said": found.reading.verdict_sentence}
        )
    return said


@dataclass(frozen=True)
class PeriodLine:
    """A month or a quarter of an account."""

    label: str
    hours: Hours

    @property
    def amount(self) -> str:
        return signed(self.hours.estimate)

    @property
    def ends(self) -> str:
        return ends(self.hours)


def months_shown(by_month: Mapping[date, Hours]) -> list[PeriodLine]:
    """Newest first."""
    return [
        PeriodLine(dates.month_in_words(month), by_month[month])
        for month in sorted(by_month, reverse=True)
    ]


def quarters_shown(by_quarter: Mapping[date, Hours]) -> list[PeriodLine]:
    """Newest first."""
    return [
        PeriodLine(quarter_in_words(day), by_quarter[day])
        for day in sorted(by_quarter, reverse=True)
    ]


def quarter_in_words(day: date) -> str:
    first = quarter_of(day)
    return _("Quarter %(n)s of %(year)s") % {"n": (first.month + 2) // 3, "year": first.year}


@dataclass(frozen=True)
class HoursChart:
    """Hours by month with both ends of their interval."""

    svg: SafeString
    sentence: str
    table: dict[str, object]
    legend: list[tuple[str, str]]


def chart_of(by_month: Mapping[date, Hours], *, title: str, said: str) -> HoursChart | None:
    """Months as they came; None where there are fewer than two."""
    months = sorted(by_month)
    if len(months) < 2:
        return None
    line = [by_month[month] for month in months]
    svg = charts.control_chart_pair(
        dates=months,
        values=[one.estimate for one in line],
        lower=[one.lower for one in line],
        upper=[one.upper for one in line],
        unit=_("hours"),
        title=title,
        description=said,
    )
    rows = [[line.label, line.amount, line.ends] for line in months_shown(by_month)]
    return HoursChart(
        svg,
        said,
        {
            "caption": title,
            "columns": [_("Month"), _("Hours given back"), _("Interval")],
            "rows": rows,
        },
        [("common", _("Hours of a month")), ("band", _("Their interval"))],
    )


def row_said(row: HoursReturned) -> tuple[str, str]:
    """What a list says of one account: the amount and its interval, or why there is none."""
    if row.estimate is None or row.lower is None or row.upper is None:
        return _("Not known yet"), str(WHY.get(Unknown(row.unknown), ""))
    hours = Hours(row.estimate, row.lower, row.upper)
    return signed(row.estimate), ends(hours)


# More lines are read by narrowing to a unit.
MOST_UNITS = 40
WAYS = {
    "pilot": gettext_lazy("By pilot"),
    "unit": gettext_lazy("By unit"),
    "quarter": gettext_lazy("By quarter"),
    "month": gettext_lazy("By month"),
}


def total_sentence(total: Together) -> str:
    """All accounts together, and what is not known of them."""
    if not total.known and not total.unknown:
        return _("No pilot says yet that it gives hours back.")
    unknown = ""
    if total.unknown:
        unknown = ngettext(
            "Of %(n)s more pilot that says so it is not known yet.",
            "Of %(n)s more pilots that say so it is not known yet.",
            total.unknown,
        ) % {"n": number(total.unknown)}
    if not total.known:
        return _("How many hours were given back is not known yet of any pilot.")
    known = ngettext(
        "By %(n)s pilot, as measured: %(amount)s",
        "By %(n)s pilots together, as measured: %(amount)s",
        total.known,
    ) % {"n": number(total.known), "amount": amount(total.hours)}
    return f"{known} {unknown}".strip()


@dataclass(frozen=True)
class UnitLine:
    """A unit's pilots together, as a row says it."""

    name: str
    unit_id: int
    amount: str
    ends: str
    rest: str  # of its hours, what is absorbed or unknown
    known: int
    unknown: int


def unit_lines(units: Sequence[UnitTogether], went: Mapping[int, WhereItWent]) -> list[UnitLine]:
    """Those that gave most, each on a line; the others together, so that the lines are still all hours."""
    first, rest = units[:MOST_UNITS], units[MOST_UNITS:]
    gone = {0: gone_together(went[one.unit_id] for one in rest if one.unit_id in went), **went}
    if rest:
        label = ngettext("%(n)s more unit", "%(n)s more units", len(rest)) % {
            "n": number(len(rest))
        }
        others = Together(
            together(one.together.hours for one in rest),
            sum(one.together.known for one in rest),
            sum(one.together.unknown for one in rest),
        )
        first = [*first, UnitTogether(label, 0, others)]
    return [
        UnitLine(
            one.name,
            one.unit_id,
            signed(one.together.hours.estimate) if one.together.known else _("Not known yet"),
            ends(one.together.hours) if one.together.known else "",
            signed(gone[one.unit_id].rest.estimate) if one.together.known else "",
            one.together.known,
            one.together.unknown,
        )
        for one in first
    ]


def period_lines(months: Mapping[date, Hours], *, quarters: bool) -> list[PeriodLine]:
    return quarters_shown(by_quarter(months)) if quarters else months_shown(months)
