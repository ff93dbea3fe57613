"""Numbers that somebody or something brings: read, judged and kept at once, as those of a pull are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web import request_id
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.measurement import Cadence, Measurement, Rejected, RowCounts, Window
from pilots.connectors.rows import MappedRow, Rules, SeriesBuilder
from pilots.metrics import collect
from pilots.metrics.actions import outcomes, strata
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
    groups_follow: Collection[Metric] = (),
) -> Brought:
    """Read and keep the rows of metrics that the caller holds; a row's line is its place among all. The good
    ones are kept, the others are listed with their reasons, beside the metric and in the answer. For metrics
    of which `groups_follow` the caller calls `keep_group_rows` next."""
    found = Brought()
    arrivals: list[tuple[Metric, Pull, collect.Collected]] = []
    for metric, of_metric in sorted(rows.items(), key=lambda pair: pair[0].pk):
        collected, window = _read(metric, of_metric, at=at)
        collected.origin = origin
        collected.groups_follow = metric in groups_follow
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


@dataclass(frozen=True)
class BroughtGroupRow:
    """A number of one group of a metric as it was brought."""

    split: str
    group: str
    row: MappedRow


def keep_group_rows(
    metric: Metric, rows: Sequence[BroughtGroupRow], *, at: datetime, found: Brought
) -> None:
    """Read and keep numbers of groups of a metric that the caller holds, and count them in `found`. None of
    them is written anywhere else: a refused one may be small, and is not listed beside the metric."""
    sent: dict[strata.StratumKey, Measurement] = {}
    places: dict[strata.StratumKey, int] = {}
    by_group: dict[tuple[str, str], list[MappedRow]] = {}
    for one in rows:
        by_group.setdefault((one.split, one.group), []).append(one.row)
    for (split, group), of_group in by_group.items():
        collected, _window = _read(metric, of_group, at=at)
        found.received += collected.received
        found.refused += _refusals(metric, of_group, collected.rejected)
        at_period = {_period_of(metric, row, at=at): row.line for row in of_group}
        for measurement in collected.measurements:
            cell = strata.StratumKey(split, group, measurement.period)
            sent[cell], places[cell] = measurement, int(at_period.get(measurement.period, 0))
    pulls = [pull for pull in found.pulls if pull.metric_id == metric.pk]
    touched = {period for pull in pulls for period in strata.touched_by(pull)}
    kept = strata.keep(metric, sent, at=at, touched=touched)
    found.added += kept.added
    found.revised += kept.revised
    found.unchanged += kept.unchanged
    found.refused += [
        RowNotKept(places[cell], metric.pk, cell.period.isoformat(), reason)
        for cell, reason in kept.refused.items()
    ]
    found.refused.sort(key=lambda one: one.row)


def _period_of(metric: Metric, row: MappedRow, *, at: datetime) -> date | None:
    series = SeriesBuilder(
        Rules.of(metric.binding, metric.cadence, metric.kind), window_of(metric, at), RowCounts()
    )
    series.look_at([row])
    return next(iter(_period(series, row)), None)


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
