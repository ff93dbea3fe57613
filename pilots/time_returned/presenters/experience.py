"""What patients and staff of one pilot say, as a chart for each instrument."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.web import charts
from innovation.web.typed_forms import Words
from pilots.surveys.models import Scoring
from pilots.surveys.queries import RoundReading
from pilots.time_returned.queries import ExperienceSeries


@dataclass(frozen=True)
class ExperienceShown:
    """One instrument: its chart from two waves up, and in any case what its last wave says."""

    key: str
    title: Words
    sentence: str
    svg: SafeString
    table: dict[str, object] | None
    legend: list[tuple[str, str]]
    trust: str


def experience_shown(series: list[ExperienceSeries]) -> list[ExperienceShown]:
    return [_shown(one) for one in series]


def _shown(series: ExperienceSeries) -> ExperienceShown:
    title, key = series.instrument.title, series.instrument.key
    if not series.waves:
        said = _(
            "It was asked, and nothing is shown yet: a round is open, or fewer than five answered."
        )
        return ExperienceShown(key, title, said, SafeString(""), None, [], "")
    last, unit = series.waves[-1], _unit(series)
    said = ngettext(
        "On %(day)s: %(score)s %(unit)s, by %(n)s person.",
        "On %(day)s: %(score)s %(unit)s, by %(n)s people.",
        last.n,
    ) % {"day": _day(last), "score": _score(last), "unit": unit, "n": number(last.n)}
    if last.score is None:
        said = _("On %(day)s too few answered all of it to show a score.") % {"day": _day(last)}
    svg = SafeString("")
    if sum(one.score is not None for one in series.waves) > 1:
        svg = charts.control_chart_pair(
            dates=[one.wave for one in series.waves],
            values=[one.score for one in series.waves],
            unit=unit,
            title=str(title),
            description=said,
        )
    rows = [
        [_day(one), _score(one), number(one.n), number(one.asked)] for one in reversed(series.waves)
    ]
    return ExperienceShown(
        key,
        title,
        said,
        svg,
        {
            "caption": str(title),
            "columns": [_("Closed"), _("Score"), _("Answers"), _("Asked")],
            "rows": rows,
        },
        [("common", _("Score of a wave"))],
        _("Counted without names; groups of five or more alone. Last closed on %(day)s.")
        % {"day": _day(last)},
    )


def _unit(series: ExperienceSeries) -> str:
    """Of how many points the score is one."""
    instrument = series.instrument
    counted = sum(not one.item.counts_kinds for one in series.waves[-1].items)
    most = instrument.highest * (counted if instrument.scoring == Scoring.SUM else 1)
    return _("of %(highest)s") % {"highest": number(most)}


def _score(reading: RoundReading) -> str:
    return _("not shown") if reading.score is None else number(reading.score, 1)


def _day(reading: RoundReading) -> str:
    return dates.day_in_words(dates.day_of(reading.closed_at))
