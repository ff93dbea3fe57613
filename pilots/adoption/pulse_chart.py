"""What pulses said over time, of all groups together or of one, as a chart with its table and freshness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.web import charts
from pilots.adoption.barriers import GOOD, LOW, Barrier
from pilots.adoption.models import AffectedGroup
from pilots.adoption.queries.readiness import GroupReadiness
from pilots.surveys.queries import RoundReading

MOST_CHOICES = 12


@dataclass(frozen=True)
class WavePoint:
    """The readings of one wave together; each was shown by itself, so what is hidden is in no mean."""

    wave: date
    closed_on: date
    n: int
    scores: tuple[float | None, ...]
    score: float | None


@dataclass(frozen=True)
class PulseChart:
    svg: SafeString
    sentence: str
    table: dict[str, object]
    legend: list[tuple[str, str]]
    freshness: str
    n: int
    chosen: AffectedGroup | None
    label: str  # as what the chosen group was asked last; empty: all
    choices: Sequence[AffectedGroup]


def chart_of(found: Sequence[GroupReadiness], *, group: str = "") -> PulseChart | None:
    """Of the group with this key, else of all; None where no pulse has a reading."""
    read = [one for one in found if one.series]
    chosen = next((one for one in read if str(one.group.pk) == group), None)
    points = waves([one for each in ([chosen] if chosen else read) for one in each.series])
    if not points:
        return None
    said = _sentence(points)
    title = _("Readiness, wave by wave")
    return PulseChart(
        svg=charts.control_chart_pair(
            dates=[one.wave for one in points],
            values=[one.score for one in points],
            target=GOOD,
            limit=LOW,
            width=960,  # it has the page to itself; a smaller drawing would be blown up
            height=300,
            title=title,
            description=said,
        ),
        sentence=said,
        table={
            "caption": _("Mean answers, from 1 to 5"),
            "columns": [_("Asked"), *(str(one.label) for one in Barrier), _("Score"), _("n")],
            "rows": [
                [
                    dates.day_in_words(one.wave),
                    *(number(score, 1) for score in one.scores),
                    number(one.score, 1),
                    number(one.n),
                ]
                for one in points
            ],
        },
        legend=[("common", _("Mean score of a wave")), ("target", _("4: good; 3: low"))],
        freshness=_("Last asked %(asked)s, closed %(closed)s")
        % {
            "asked": dates.day_in_words(points[-1].wave),
            "closed": dates.day_in_words(points[-1].closed_on),
        },
        n=points[-1].n,
        chosen=chosen.group if chosen else None,
        label=chosen.pulse.round.label if chosen and chosen.pulse else "",
        choices=[one.group for one in read] if 1 < len(read) <= MOST_CHOICES else [],
    )


def waves(readings: Iterable[RoundReading]) -> list[WavePoint]:
    """The readings of each wave together, the oldest wave first."""
    found: dict[date, list[RoundReading]] = defaultdict(list)
    for one in readings:
        found[one.wave].append(one)
    return [
        WavePoint(
            wave,
            dates.day_of(max(one.closed_at for one in each)),
            sum(one.n for one in each),
            tuple(
                _together([(one.items[place].mean, one.n) for one in each])
                for place in range(len(Barrier))
            ),
            _together([(one.score, one.n) for one in each]),
        )
        for wave, each in sorted(found.items())
    ]


def _together(parts: Iterable[tuple[float | None, int]]) -> float | None:
    known = [(mean, n) for mean, n in parts if mean is not None]
    people = sum(n for _mean, n in known)
    return round(sum(mean * n for mean, n in known) / people, 1) if people else None


def _sentence(points: Sequence[WavePoint]) -> str:
    scores = [one.score for one in points if one.score is not None]
    if not scores:
        return _("No wave was answered whole by enough people.")
    if len(scores) == 1:
        return _("The score was %(last)s of 5. One wave says nothing of where it goes.") % {
            "last": number(scores[0], 1)
        }
    return ngettext(
        "The score was %(first)s of 5 at first and is %(last)s after %(n)s wave.",
        "The score was %(first)s of 5 at first and is %(last)s after %(n)s waves.",
        len(scores),
    ) % {"first": number(scores[0], 1), "last": number(scores[-1], 1), "n": len(scores)}
