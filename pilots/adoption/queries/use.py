"""How many of a group use it: from a metric that the group names, or as the team counted, whichever is newer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from innovation.rules.small_cells import may_say
from pilots.adoption.models import AffectedGroup, UseCount
from pilots.connectors.measurement import Cadence
from pilots.lifecycle.models import Pilot
from pilots.metrics.figures import SHARE, unit_of
from pilots.metrics.models import Metric
from pilots.metrics.queries import Freshness, LastNumber, last_numbers


@dataclass(frozen=True)
class Use:
    """So many of so many, and how that is known."""

    active: int | None  # None where a metric does not say of how many its share is
    eligible: int | None
    on: date
    source: str
    metric: Metric | None = None  # None: the team counted
    period: date | None = None
    freshness: Freshness | None = None

    @property
    def is_shown(self) -> bool:
        """Whether it tells of few neither who do nor who do not."""
        return (
            self.active is not None
            and self.eligible is not None
            and may_say(self.active, self.eligible)
        )

    @property
    def share(self) -> float | None:
        if not self.is_shown or self.active is None or not self.eligible:
            return None
        return self.active / self.eligible

    @property
    def n(self) -> int | None:
        return self.eligible if self.is_shown else None


@dataclass(frozen=True)
class GroupUse:
    active: Use | None
    still_active: Use | None


def measures_use(pilot: Pilot) -> list[Metric]:
    """The metrics of a pilot that a group may name: shares alone."""
    return [one for one in Metric.objects.filter(pilot=pilot) if is_share(one)]


def is_share(metric: Metric) -> bool:
    return unit_of(metric).kind == SHARE


def use_of(
    pilot: Pilot, groups: Collection[AffectedGroup], counted: Mapping[int, UseCount]
) -> dict[int, GroupUse]:
    """By group, of groups with their metrics. One statement more where one is named, however many groups there are."""
    measured = _measured(pilot, groups)
    found = {}
    for one in groups:
        count = counted.get(one.pk)
        found[one.pk] = GroupUse(
            _newer(measured.get(one.active_metric_id), _counted(count, "active")),
            _newer(measured.get(one.still_active_metric_id), _counted(count, "still_active")),
        )
    return found


def has_begun_on(pilot: Pilot, group: AffectedGroup) -> date | None:
    """Since when the group can use it: its pilot is live, and its wave where that is live, too. Of a group
    with its wave."""
    known: Any = group
    place = getattr(known, "wave_place", None)
    days = (pilot.went_live_on, place and place.wave.went_live_on)
    return None if pilot.went_live_on is None else max(day for day in days if day is not None)


@dataclass(frozen=True)
class KnownUse:
    """Of which groups it is known who uses it since they can, for the gate."""

    missing: tuple[AffectedGroup, ...]
    measured: tuple[tuple[AffectedGroup, Metric], ...]  # those that nobody counted


def known_use(pilot: Pilot, groups: Collection[AffectedGroup]) -> KnownUse:
    """Of groups with what was counted and their waves: a count since they could use it, or else a number of the
    metric that they name."""
    begun = {one.pk: day for one in groups if (day := has_begun_on(pilot, one)) is not None}
    uncounted = [
        one
        for one in groups
        if one.pk not in begun or all(it.on < begun[one.pk] for it in one.use_counts.all())
    ]
    keys = [one.active_metric_id for one in uncounted if one.active_metric_id is not None]
    named = Metric.objects.filter(pk__in=keys).select_related("source") if keys else []
    said = _since_go_live(pilot, named)
    measured = {
        one: last.metric
        for one in uncounted
        if (last := said.get(one.active_metric_id or 0)) is not None
        and last.period >= begun[one.pk]
    }
    return KnownUse(tuple(one for one in uncounted if one not in measured), tuple(measured.items()))


def _since_go_live(pilot: Pilot, metrics: Iterable[Metric]) -> dict[int, LastNumber]:
    """The last share of each under its present meaning, of a period that began after go-live; a row that was
    refused is none."""
    shares = {one.pk: one for one in metrics if is_share(one)}
    if pilot.went_live_on is None:
        return {}
    return last_numbers(shares.values(), timezone.now(), since=pilot.went_live_on)


def _measured(pilot: Pilot, groups: Iterable[AffectedGroup]) -> dict[int | None, Use]:
    named = [
        metric
        for one in groups
        for metric in (one.active_metric, one.still_active_metric)
        if metric is not None
    ]
    return {key: _of(one) for key, one in _since_go_live(pilot, named).items()}


def _of(one: LastNumber) -> Use:
    metric = one.metric
    active, eligible = _parts(one)
    return Use(
        active=active,
        eligible=eligible,
        on=Cadence(metric.cadence).next(one.period) - timedelta(days=1),
        source=metric.source.name,
        metric=metric,
        period=one.period,
        freshness=one.freshness,
    )


def _parts(one: LastNumber) -> tuple[int | None, int | None]:
    if one.numerator is not None and one.denominator is not None:
        return round(one.numerator), round(one.denominator)
    share = (one.value or Decimal(0)) * unit_of(one.metric).size
    if one.n is None or not 0 <= share <= 1:
        return None, None
    return round(share * one.n), one.n


def _counted(count: UseCount | None, what: str) -> Use | None:
    n: int | None = None if count is None else getattr(count, what)
    if count is None or n is None:
        return None
    return Use(active=n, eligible=count.eligible, on=count.on, source=count.source)


def _newer(measured: Use | None, counted: Use | None) -> Use | None:
    """What the team counted on a day after the last of the metric's period is newer than it."""
    if measured is None or counted is None:
        return measured or counted
    return counted if counted.on > measured.on else measured
