"""Series of numbers, and whether they may be leant on: each for one metric or for many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, reduce
from operator import or_
from typing import Any, Literal

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.people.models import Unit, User
from innovation.rules import dates
from pilots.connectors.measurement import Cadence, Window
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.metrics.figures import per_of
from pilots.metrics.models import (
    GOOD,
    Amendment,
    AmendmentQuerySet,
    Metric,
    MetricKind,
    Observation,
    Pull,
    PullStatus,
    PushKey,
    Revision,
    ServerPace,
    Source,
    SourceFile,
    SourcePace,
    SourceQuerySet,
)
from pilots.metrics.permissions import APPROVES_AMENDMENTS
from pilots.metrics.room import MetricsPermission
from pilots.metrics.series import Floats, Series

# A pull waits for its worker, or runs, no longer than this.
PATIENCE = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT)
WAITS_FOR_A_WORKER = timedelta(minutes=10)

SERIES = """
SELECT metric_id, array_agg(period ORDER BY period),
    array_agg(coalesce(numerator, value)::float8 ORDER BY period),
    array_agg(denominator::float8 ORDER BY period),
    array_agg(n ORDER BY period), array_agg(version ORDER BY period),
    array_agg(period ORDER BY period) FILTER (WHERE expected IS NOT NULL),
    array_agg(expected::float8 ORDER BY period) FILTER (WHERE expected IS NOT NULL)
FROM {numbers}
WHERE metric_id = ANY(%(metrics)s) AND period >= %(since)s
GROUP BY metric_id
"""
NOW = SERIES.format(numbers="pilots_observation")
# One number for each period: that which was known just before the moment.
BEFORE = SERIES.format(
    numbers="""(
        SELECT * FROM pilots_knownnumber WHERE metric_id = ANY(%(metrics)s)
            AND recorded_at < %(moment)s AND (replaced_at IS NULL OR replaced_at >= %(moment)s)
    ) then_known"""
)
# The last pull of each metric; beside it what is known, and what was said since a day under its present
# meaning.
LATEST = """
SELECT last.*, m.id AS of_metric, good.finished_at AS pulled_at, known.period AS last_period,
    said.period, said.value, said.numerator, said.denominator, said.n
FROM unnest(%(metrics)s::bigint[], %(versions)s::int[]) AS m(id, version)
LEFT JOIN LATERAL (
    SELECT * FROM pilots_pull WHERE metric_id = m.id ORDER BY id DESC LIMIT 1
) last ON true
LEFT JOIN LATERAL (
    SELECT finished_at FROM pilots_pull
    WHERE metric_id = m.id AND status IN ('done', 'partly') ORDER BY id DESC LIMIT 1
) good ON true
LEFT JOIN LATERAL (
    SELECT period FROM pilots_observation WHERE metric_id = m.id ORDER BY period DESC LIMIT 1
) known ON true
LEFT JOIN LATERAL (
    SELECT period, value, numerator, denominator, n FROM pilots_observation
    WHERE metric_id = m.id AND version = m.version AND period >= %(since)s
    ORDER BY period DESC LIMIT 1
) said ON true
"""


FreshnessState = Literal["fresh", "late", "failing", "stuck", "never", "waiting"]


@dataclass(frozen=True)
class Freshness:
    """Whether a metric's numbers may be leant on now, and why."""

    state: FreshnessState
    sentence: str
    pulled_at: datetime | None = None
    last_period: date | None = None
    pull: Pull | None = field(default=None, compare=False)
    by_hand: bool = False

    @property
    def troubled(self) -> bool:
        """Whether somebody has to look at it."""
        return self.state in ("failing", "stuck")

    @property
    def failing(self) -> Pull | None:
        """The failed pull, where the last one failed."""
        return self.pull if self.state == "failing" else None

    @property
    def trust(self) -> str:
        """What the trust chip shows."""
        return {
            "fresh": "by_hand" if self.by_hand else "measured",
            "late": "stale",
            "failing": "failing",
            "stuck": "failing",
        }.get(self.state, "none")


@dataclass(frozen=True)
class LastNumber:
    """The last number of a metric under its present meaning, and how fresh the metric is."""

    metric: Metric
    period: date
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int | None
    freshness: Freshness


def series(metric: Metric) -> Series:
    return series_of([metric])[metric.pk]


def series_of(metrics: Iterable[Metric], *, known_at: datetime | None = None) -> dict[int, Series]:
    """The series of many metrics in one query: as known now, or as known just before a moment."""
    by_id = {metric.pk: metric for metric in metrics}
    if not by_id:
        return {}
    earliest = min(metric.pull_from for metric in by_id.values())
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {
            "metrics": list(by_id),
            "since": earliest,
            "moment": known_at,
        }
        cursor.execute(NOW if known_at is None else BEFORE, asked)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    return {pk: _series(metric, found.get(pk)) for pk, metric in by_id.items()}


def _series(metric: Metric, columns: tuple[Any, ...] | None) -> Series:
    proportion = metric.kind == MetricKind.PROPORTION
    counted, per = proportion or metric.is_rate, float(per_of(metric))
    empty: Floats = np.array([], dtype=np.float64)
    if columns is None:
        part = empty if counted else None
        return Series(
            [], empty, part, part, empty, np.array([], dtype=np.int64), per=per, rate=metric.is_rate
        )
    known, tops, bottoms, cases, versions, told, expected = columns
    cadence = Cadence(metric.cadence)
    earliest = cadence.starts(metric.pull_from)
    periods, places = _line(cadence, max(known[0], earliest), known[-1])
    at = np.array([places.get(period, -1) for period in known])
    kept = at >= 0  # a period of a former cadence has no place on this line

    def spread(values: Sequence[float | Decimal | None]) -> Floats:
        line = np.full(len(periods), np.nan)
        line[at[kept]] = np.array(values, dtype=np.float64)[kept]
        return line

    top, n = spread(tops), spread(cases)
    stamped = np.zeros(len(periods), dtype=np.int64)
    stamped[at[kept]] = np.array(versions, dtype=np.int64)[kept]
    if not counted:
        return Series(periods, top, None, None, n, stamped)
    bottom = spread(bottoms)
    if not proportion:
        bottom = bottom / per
        return Series(periods, top / bottom, top, bottom, bottom, stamped, per=per, rate=True)
    risks = None
    if expected is not None:
        by_period = dict(zip(told, expected, strict=True))
        risks = spread([by_period.get(period) for period in known])
    return Series(periods, top / bottom, top, bottom, n, stamped, risks)


# Of many metrics it is the same one: those of a night begin and end in a few weeks.
@lru_cache(maxsize=256)
def _line(cadence: Cadence, first: date, last: date) -> tuple[Sequence[date], dict[date, int]]:
    """The periods from that of `first` to `last`, and the place of each."""
    periods, period = [], cadence.starts(first)
    while period <= last:
        periods.append(period)
        period = cadence.next(period)
    return tuple(periods), {period: place for place, period in enumerate(periods)}


KNOWN_OF = """
SELECT metric_id, period FROM pilots_observation
JOIN unnest(%(metrics)s::bigint[], %(versions)s::int[], %(since)s::date[])
    AS t(metric_id, version, since) USING (metric_id, version)
WHERE metric_id = ANY(%(metrics)s) AND period BETWEEN %(first)s AND %(until)s AND period >= t.since
"""

# Of those that have no number of late.
LAST_OF = """
SELECT metric_id, max(period) FROM pilots_observation
JOIN unnest(%(metrics)s::bigint[], %(versions)s::int[]) AS t(metric_id, version) USING (metric_id, version)
WHERE metric_id = ANY(%(metrics)s) AND period < %(until)s GROUP BY metric_id
"""


def known_periods(metric: Metric, *, since: date, until: date) -> set[date]:
    """The periods between these days that have a number under the metric's present definition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT period FROM pilots_observation"
            " WHERE metric_id = %s AND period BETWEEN %s AND %s AND version = %s",
            [metric.pk, since, until, metric.version],
        )
        return {period for (period,) in cursor.fetchall()}


def known_of(wanted: Mapping[Metric, date], *, until: date) -> dict[int, set[date]]:
    """The same of many metrics, of each since a day of its own; before it the last one, where there is none."""
    facts: dict[str, date | list[int] | list[date]] = {
        "metrics": [metric.pk for metric in wanted],
        "versions": [metric.version for metric in wanted],
        "since": list(wanted.values()),
        "first": min(wanted.values(), default=until),
        "until": until,
    }
    found: dict[int, set[date]] = {metric.pk: set() for metric in wanted}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_OF, facts)
        for metric_id, period in cursor.fetchall():
            found[metric_id].add(period)
        without = [metric for metric in wanted if not found[metric.pk] and metric.data_version]
        facts["metrics"] = [metric.pk for metric in without]
        facts["versions"] = [metric.version for metric in without]
        if without:
            cursor.execute(LAST_OF, facts)
            found.update((metric_id, {period}) for metric_id, period in cursor.fetchall())
    return found


def last_period(metric: Metric, *, before: date) -> set[date]:
    """The last period before a day that has a number under the present definition; or none."""
    known = Observation.objects.filter(metric=metric, period__lt=before, version=metric.version)
    return set(known.order_by("-period").values_list("period", flat=True)[:1])


def latest_file(source_id: int) -> SourceFile | None:
    """The file that was uploaded last, without its content, which is large (stored_files.py)."""
    return SourceFile.objects.filter(source=source_id).defer("content").order_by("-id").first()


def freshness(metric: Metric, at: datetime) -> Freshness:
    return freshness_of([metric], at)[metric.pk]


def freshness_of(metrics: Iterable[Metric], at: datetime) -> dict[int, Freshness]:
    """How fresh many metrics are, in one query."""
    return {metric.pk: fresh for metric, fresh, _found in _latest(metrics, at, since=date.max)}


def last_numbers(metrics: Iterable[Metric], at: datetime, *, since: date) -> dict[int, LastNumber]:
    """The last number of each that has one of a period that began then or later, in one query."""
    return {
        metric.pk: LastNumber(
            metric,
            found.period,
            found.value,
            found.numerator,
            found.denominator,
            found.n,
            fresh,
        )
        for metric, fresh, found in _latest(metrics, at, since=since)
        if found.period is not None
    }


def _latest(
    metrics: Iterable[Metric], at: datetime, *, since: date
) -> list[tuple[Metric, Freshness, Any]]:
    by_id = {metric.pk: metric for metric in metrics}
    if not by_id:
        return []
    asked = {
        "metrics": list(by_id),
        "versions": [metric.version for metric in by_id.values()],
        "since": since,
    }
    rows: list[Any] = list(Pull.objects.raw(LATEST, asked))
    pulls = {row.of_metric: row for row in rows if row.pk is not None}
    stuck = {by_id[key].source_id for key, pull in pulls.items() if is_stuck(pull, at)}
    paused = set(_paused(stuck)) if stuck else set()
    found = []
    for row in rows:
        metric = by_id[row.of_metric]
        is_paused = metric.source_id in paused
        fresh = _freshness(
            metric, pulls.get(metric.pk), row.pulled_at, row.last_period, at, is_paused
        )
        found.append((metric, fresh, row))
    return found


def _freshness(
    metric: Metric,
    pull: Pull | None,
    pulled_at: datetime | None,
    period: date | None,
    at: datetime,
    is_paused: bool,
) -> Freshness:
    def freshness(state: FreshnessState, sentence: str) -> Freshness:
        return Freshness(
            state,
            sentence,
            pulled_at=pulled_at,
            last_period=period,
            pull=pull,
            by_hand=metric.source.by_hand,
        )

    if pull is None and metric.source.by_hand:
        return freshness("never", _("No number has been typed in yet."))
    if pull is None:
        return freshness("never", _("No number has been pulled yet."))
    if pull.status == PullStatus.FAILED:
        return freshness("failing", pull.problem)
    if is_stuck(pull, at) and is_paused:
        sentence = _(
            "%(source)s does not answer and is paused. It is asked again by itself; what was known"
            " before is kept."
        ) % {"source": metric.source.name}
        return freshness("stuck", sentence)
    if is_stuck(pull, at):
        sentence = _(
            "The last pull began %(when)s and has not come back. It will be started again by"
            " itself; if it stays like this, the background worker is not running."
        ) % {"when": _ago(at - (pull.started_at or pull.requested_at))}
        return freshness("stuck", sentence)
    if metric.asked_until is not None:
        sentence = _("The history is being fetched, so far up to %(day)s.") % {
            "day": dates.day_in_words(metric.asked_until - timedelta(days=1))
        }
        return freshness("waiting" if period is None else "late", sentence)
    if period is None:
        if pull.status in (PullStatus.WAITING, PullStatus.RUNNING):
            return freshness("waiting", _("The first pull is under way."))
        return freshness("never", _("The source answered, but gave no number that could be used."))
    if is_behind(metric, period, at):
        last = {"period": period_name(period, metric.cadence)}
        if metric.source.connector.uploaded:
            sentence = _("The file ends with %(period)s. Upload a newer one when there is.") % last
        elif metric.source.by_hand:
            sentence = _("The last number is for %(period)s. Type in the ones since.") % last
        elif metric.source.connector.brought:
            sentence = _("The last number is for %(period)s; nothing newer was brought.") % last
        elif metric.source.connector.inside:
            sentence = (
                _("The last number is for %(period)s; there is nothing newer to show.") % last
            )
        else:
            sentence = (
                _("The last number is for %(period)s; the source gives nothing newer.") % last
            )
        return freshness("late", sentence)
    if metric.source.by_hand:
        return freshness("fresh", _("Up to date, typed in by hand."))
    return freshness("fresh", _("Up to date."))


def is_behind(metric: Metric, period: date | None, at: datetime) -> bool:
    """Whether the newest number is older than the metric's should be; also where there is none."""
    return period is None or period < _expected(Cadence(metric.cadence), dates.day_of(at))


def is_stuck(pull: Pull, at: datetime) -> bool:
    """Whether a pull that should be over is not."""
    if pull.status == PullStatus.RUNNING:
        return at - (pull.started_at or pull.requested_at) > PATIENCE
    return pull.status == PullStatus.WAITING and at - pull.requested_at > WAITS_FOR_A_WORKER


def _expected(cadence: Cadence, today: date) -> date:
    """The oldest period that the last number may have and still count as fresh: sources close
    their books late, so one whole period and, for days, a long weekend."""
    running = cadence.starts(today)
    if cadence is Cadence.DAY:
        return running - timedelta(days=4)
    if cadence is Cadence.WEEK:
        return running - timedelta(weeks=2)
    return cadence.starts(cadence.starts(running - timedelta(days=1)) - timedelta(days=1))


def _ago(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 120:
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}


def period_name(period: date, cadence: str) -> str:
    """A period as a colleague says it."""
    if cadence == Cadence.MONTH:
        return dates.month_in_words(period)
    if cadence == Cadence.WEEK:
        return _("the week of %(day)s") % {"day": dates.day_in_words(period)}
    return dates.day_in_words(period)


PERIODS_OFFERED = 60


def periods_to_count(metric: Metric, at: datetime) -> list[tuple[str, str]]:
    """The periods of which a number may be typed in, the newest first: those that have none, then the others
    to be corrected."""
    cadence, today = Cadence(metric.cadence), dates.day_of(at)
    ended = [
        start for start, _end in cadence.periods(Window(metric.pull_from, cadence.starts(today)))
    ][: -PERIODS_OFFERED - 1 : -1]
    known = set(
        Observation.objects.filter(metric=metric, period__in=ended).values_list("period", flat=True)
    )
    named = {start: period_name(start, metric.cadence) for start in ended}
    missing = [(start.isoformat(), named[start]) for start in ended if start not in known]
    there = [
        (start.isoformat(), _("%(period)s, to be corrected") % {"period": named[start]})
        for start in ended
        if start in known
    ]
    return [*missing, *there]


def length(points: int, cadence: str) -> str:
    """So many days, weeks or months."""
    if cadence == "day":
        text = ngettext("%(n)s day", "%(n)s days", points)
    elif cadence == "week":
        text = ngettext("%(n)s week", "%(n)s weeks", points)
    else:
        text = ngettext("%(n)s month", "%(n)s months", points)
    return text % {"n": points}


# Sources


def _paused(source_ids: Iterable[int]) -> QuerySet[Source, int]:
    """Those of them that are left alone for a while, by themselves or with their server."""
    servers = ServerPace.objects.filter(asked_again_at__isnull=False).values("server")
    return Source.objects.filter(
        Q(pace__asked_again_at__isnull=False) | Q(server__in=servers), pk__in=source_ids
    ).values_list("pk", flat=True)


def pause_of(source: Source) -> SourcePace | ServerPace | None:
    """Until when and why a source, or its server with all of its sources, is left alone; None where it is not."""
    alone = SourcePace.objects.filter(source=source, asked_again_at__isnull=False).first()
    if not source.server:
        return alone
    together = ServerPace.objects.filter(server=source.server, asked_again_at__isnull=False)
    return together.first() or alone


def pulls_under_way(source: Source) -> QuerySet[Pull]:
    """The pulls of a source's metrics that wait or run."""
    return Pull.objects.under_way().filter(metric__source=source).order_by("metric_id")


def sources_listed(user: User, *, text: str = "", failing: bool = False) -> QuerySet[Source]:
    """Sources that the user may see, with how many metrics each has and how many are in trouble."""
    found = Source.objects.visible_to(user)
    if text:
        found = found.named(text)
    rows: QuerySet[Source] = found.select_related("unit")
    counted = rows.annotate(
        metric_count=Count("metrics", filter=Q(metrics__taken_back_at=None)),
        failing_count=Count("metrics", filter=Q(metrics__failures__gt=0)),
    )
    return counted.filter(failing_count__gt=0) if failing else counted


def push_keys_of(source: Source) -> QuerySet[PushKey]:
    """All that were made for it, the newest first."""
    return source.push_keys.select_related("made_by", "revoked_by")


def usable_sources(user: User, *, unit: Unit | None = None) -> SourceQuerySet:
    """Sources that a metric of `unit` may be bound to: those the user manages, and those of the
    unit and of the units above it."""
    managed = Q(unit__within=user.reach(MetricsPermission.MANAGE_SOURCES))
    if unit is None:
        return Source.objects.filter(managed).order_by("name")
    above = [parent.pk for parent in unit.ancestors(include_self=True)]
    return Source.objects.filter(managed | Q(unit__in=above)).order_by("name")


@dataclass(frozen=True)
class Health:
    """How a source does, and why."""

    state: Literal["well", "trouble", "idle"]
    sentence: str
    failing: int = 0
    pull: Pull | None = None


def feeds_locked_plans(source: Source) -> bool:
    """Whether a metric of a pilot that was proposed is measured from it."""
    piloted = Metric.objects.filter(source=source, pilot__isnull=False)
    return piloted.exclude(pilot__status=PilotStatus.SHAPING).exists()


def approvers(pilot: Pilot, *, but: User | None = None) -> list[User]:
    """Everybody who could decide on an amendment of the pilot's plan, for the notices."""
    team = {pilot.lead_id, *pilot.team.values_list("person_id", flat=True)}
    team |= set(pilot.former_team.values_list("person_id", flat=True))
    apart = team | {pilot.opened_by_id, pilot.sponsor_id, None if but is None else but.pk}
    found = {
        person.pk: person
        for permission in APPROVES_AMENDMENTS
        for person in User.objects.holding(permission, pilot.unit)
    }
    return [person for pk, person in sorted(found.items()) if pk not in apart]


def amendments_for(user: User) -> AmendmentQuerySet:
    """Waiting amendments that this person could decide on now, longest first."""
    theirs = user.interests
    reach = reduce(or_, (user.reach(permission) for permission in APPROVES_AMENDMENTS))
    own = Pilot.objects.filter(
        Q(lead__in=theirs)
        | Q(team__person__in=theirs)
        | Q(former_team__person__in=theirs)
        | Q(opened_by__in=theirs)
        | Q(sponsor__in=theirs)
    )
    return (
        Amendment.objects.waiting()
        .filter(metric__pilot__unit__within=reach)
        .exclude(metric__pilot__in=own.values("pk"))
        .exclude(proposed_by__in=theirs)
        .for_list()
        .order_by("proposed_at")
    )


def health(source: Source, at: datetime) -> Health:
    """How a source does, from the last pulls of its metrics."""
    counts = source.metrics.aggregate(
        metrics=Count("pk"), failing=Count("pk", filter=Q(failures__gt=0))
    )
    if not counts["metrics"]:
        return Health("idle", _("Nothing is measured from it yet."))
    if counts["failing"]:
        troubled = source.metrics.filter(failures__gt=0).values("pk")
        pull = (
            Pull.objects.filter(metric__in=troubled, status=PullStatus.FAILED)
            .order_by("-id")
            .first()
        )
        sentence = (
            ngettext(
                "%(failing)s of %(metrics)s metric cannot be pulled.",
                "%(failing)s of %(metrics)s metrics cannot be pulled.",
                counts["metrics"],
            )
            % counts
        )
        return Health("trouble", sentence, counts["failing"], pull)
    good = Pull.objects.filter(metric__source=source, status__in=GOOD).order_by("-id").first()
    if good is None:
        return Health("idle", _("It has not been pulled yet."))
    return Health("well", _("Every metric on it was pulled."), pull=good)


def recent_pulls(user: User, *, source: Source, limit: int = 12) -> list[Pull]:
    return list(
        Pull.objects.filter(metric__in=Metric.objects.visible_to(user).filter(source=source))
        .select_related("metric")
        .order_by("-id")[:limit]
    )


def revisions_by(pull: Pull) -> QuerySet[Revision]:
    """The numbers that this pull replaced."""
    return Revision.objects.filter(metric=pull.metric_id, replaced_by_pull_id=pull.pk).order_by(
        "-period"
    )
