"""Numbers that somebody or something brings: read, judged and kept at once, as those of a pull are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web import request_id
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.measurement import Cadence, Rejected, RowCounts, Window
from pilots.connectors.rows import MappedRow, Rules, SeriesBuilder
from pilots.metrics import collect
from pilots.metrics.actions import outcomes
from pilots.metrics.models import Metric, MetricKind, Pull, PullStatus


@dataclass(frozen=True)
class RowNotKept:
    """A row that was not taken over: its place among all that were brought, from 1."""

    row: int
    metric: int | None
    period: str
    reason: str


@dataclass
class Brought:
    """What became of numbers that were brought together."""

    received: int = 0
    added: int = 0
    revised: int = 0
    unchanged: int = 0
    refused: list[RowNotKept] = field(default_factory=list)
    pulls: list[Pull] = field(default_factory=list)


def keep_rows(
    rows: Mapping[Metric, Sequence[MappedRow]],
    *,
    by: User | None,
    at: datetime,
    origin: str,
) -> Brought:
    """Read and keep the rows of metrics that the caller holds; a row's line is its place among all. The good
    ones are kept, the others are listed with their reasons, beside the metric and in the answer."""
    found = Brought()
    arrivals: list[tuple[Metric, Pull, collect.Collected]] = []
    for metric, of_metric in sorted(rows.items(), key=lambda pair: pair[0].pk):
        collected, window = _read(metric, of_metric, at=at)
        collected.origin = origin
        found.received += collected.received
        found.refused += _refusals(metric, of_metric, collected.rejected)
        pull = Pull.objects.create(
            metric=metric,
            source=metric.source,
            requested_by=by,
            requested_at=at,
            request_id=request_id.current(),
            started_at=at,
            finished_at=at,
            status=PullStatus.DONE,
            window_start=window.start,
            window_end=window.end,
        )
        found.pulls.append(pull)
        if collected.rejected and not collected.measurements:
            outcomes.list_refused(pull, collected)
            nothing = outcomes.nothing_usable(collected)
            outcomes.fail(metric, pull, nothing, at=at, collected=collected)
        else:
            arrivals.append((metric, pull, collected))
    if arrivals:
        outcomes.keep(arrivals, at=at)
    for _metric, pull, _collected in arrivals:
        found.added += pull.added
        found.revised += pull.revised
        found.unchanged += pull.unchanged
    found.refused.sort(key=lambda one: one.row)
    return found


def window_of(metric: Metric, at: datetime) -> Window:
    """The days of which a number may be brought: whole periods since the metric's first day."""
    today, cadence = dates.day_of(at), Cadence(metric.cadence)
    start = cadence.starts(metric.pull_from)
    if start < metric.pull_from:
        start = cadence.next(start)
    return Window(start, max(cadence.starts(today), start), today, dates.zone_of(""))


def _read(
    metric: Metric, rows: Sequence[MappedRow], *, at: datetime
) -> tuple[collect.Collected, Window]:
    window = window_of(metric, at)
    rules = Rules.of(metric.binding, metric.cadence, metric.kind)
    series = SeriesBuilder(rules, window, RowCounts())
    series.look_at(rows)
    collected = collect.Collected()
    periods: list[date] = []
    for row in rows:
        outside = series.counts.outside
        series.add(row)
        if series.counts.outside > outside:
            collected.rejected.append(Rejected(row.line, row.raw(), _outside(series, row, window)))
        else:
            periods += _period(series, row)
    for item in series.close():
        collected.take(item, proportion=metric.kind == MetricKind.PROPORTION, rate=metric.is_rate)
    if periods:
        window = Window(min(periods), Cadence(metric.cadence).next(max(periods)))
    return collected, window


def _period(series: SeriesBuilder, row: MappedRow) -> list[date]:
    try:
        return [series.conventions.periods.period(row.period)]
    except Unreadable:
        return []


def _outside(series: SeriesBuilder, row: MappedRow, window: Window) -> str:
    period = series.conventions.periods.period(row.period)
    if period >= window.end:
        return _("The period has not ended yet. Bring its number when it has.")
    return _("The period lies before the first day of the metric, %(day)s.") % {
        "day": dates.day_in_words(window.start)
    }


def _refusals(
    metric: Metric, rows: Sequence[MappedRow], rejected: Sequence[Rejected]
) -> list[RowNotKept]:
    periods = {row.line: str(row.period) for row in rows}
    return [
        RowNotKept(
            one.line if isinstance(one.line, int) else 0,
            metric.pk,
            periods.get(one.line, str(one.line))[:60],
            one.reason,
        )
        for one in rejected
    ]
