"""What a pilot offers, what stands in the way of an offer, and what was seen before and after it began."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.rules.small_cells import may_say
from pilots.adoption.models import AffectedGroup, GroupPulse, GroupQuerySet, UseCount
from pilots.connectors.measurement import Cadence
from pilots.evidence import queries as evidence
from pilots.evidence.queries import Reading
from pilots.funding.models import BudgetLine
from pilots.funding.queries import current_request
from pilots.incentives import volume
from pilots.incentives.before_after import Around, around
from pilots.incentives.models import Incentive
from pilots.incentives.volume import CountedMetric, VolumeWarning
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Dimension, Metric, MetricRole
from pilots.surveys import queries as surveys
from pilots.surveys.library import ADKAR

# So near to the go-live, what is seen may be the pilot itself.
NEAR_GO_LIVE = timedelta(weeks=12)


@dataclass(frozen=True)
class Offer:
    """One offer as it stands: with what has to be answered before, and whether a line pays for it."""

    incentive: Incentive
    warning: VolumeWarning | None

    @property
    def uncosted(self) -> bool:
        """Whether it is of a kind that costs money, and nobody has said how much."""
        return self.incentive.costs_money and self.incentive.cost is None

    @property
    def unpaid(self) -> bool:
        """Whether it costs something, and no line pays for it yet."""
        costs = self.incentive.costs_money or self.incentive.cost is not None
        return costs and self.incentive.line_id is None

    @property
    def stands(self) -> bool:
        return self.incentive.dropped_at is None and self.warning is None and not self.unpaid


def offers_of(pilot: Pilot) -> list[Offer]:
    """All of them: those that stand before those taken back, in the order of their days."""
    found = list(Incentive.objects.filter(pilot=pilot).for_list())
    found.sort(key=lambda one: (one.dropped_at is not None, one.starts_on, one.pk))
    if not found:
        return []
    return offers(found, planned(metrics_of(pilot)))


def offers(incentives: Iterable[Incentive], metrics: Sequence[CountedMetric]) -> list[Offer]:
    return [Offer(one, open_warning(one, metrics)) for one in incentives]


def offer(incentive: Incentive) -> Offer:
    return Offer(incentive, open_warning(incentive, planned(metrics_of(incentive.pilot))))


def metrics_of(pilot: Pilot) -> QuerySet[Metric]:
    return Metric.objects.filter(pilot=pilot).order_by("pk")


def planned(metrics: Iterable[Metric]) -> list[CountedMetric]:
    return [
        CountedMetric(
            one.pk, one.name, one.definition, one.role, one.kind, one.measure_unit, one.direction,
            one.dimension,
        )
        for one in metrics
    ]  # fmt: skip


def warning_of(
    metrics: Sequence[CountedMetric], *, given_for: int | None, texts: Iterable[str]
) -> VolumeWarning | None:
    return volume.rewards_volume(metrics, given_for=given_for, text=" ".join(texts))


def open_warning(incentive: Incentive, metrics: Sequence[CountedMetric]) -> VolumeWarning | None:
    """What nobody has answered yet: a guardrail that was planned since asks again."""
    if incentive.dropped_at is not None:
        return None
    found = warning_of(
        metrics, given_for=incentive.metric_id, texts=(incentive.what, incentive.why_fits)
    )
    if found is None or {one.key for one in found.guardrails} <= set(incentive.answered):
        return None
    return found


def groups_of(pilot: Pilot) -> GroupQuerySet:
    return AffectedGroup.objects.standing().filter(pilot=pilot).order_by("pk")


def lines_of(pilot: Pilot) -> QuerySet[BudgetLine]:
    """The budget lines that may pay for it: of the budget that counts."""
    request = current_request(pilot)
    found = BudgetLine.objects.filter(request=request) if request else BudgetLine.objects.none()
    return found.select_related("request").order_by("pk")


@dataclass(frozen=True)
class SeenAround:
    """One thing that is measured, before and after the first day of an offer, in words."""

    label: str
    before: str
    after: str
    said: str


def seen(incentive: Incentive, *, at: datetime) -> list[SeenAround]:
    """What was seen around its first day: its group's readiness pulse, what it is given for, what is used and
    the pilot's primary number."""
    today = dates.day_of(at)
    if not incentive.has_begun(today=today):
        return []
    readings = [
        one
        for one in evidence.readings_of(incentive.pilot, at)
        if one.metric.pk == incentive.metric_id
        or one.metric.role == MetricRole.PRIMARY
        or one.metric.dimension == Dimension.ADOPTION
    ]
    readings.sort(key=lambda one: (one.metric.pk != incentive.metric_id, one.metric.pk))
    until = incentive.ended_on(today=today)
    found = [_of_metric(incentive, one, until=until) for one in readings]
    group = incentive.group
    if group is None:
        return found
    used = _of_use(incentive, group, until=until)
    return [_of_pulse(incentive, group), *([] if used is None else [used]), *found]


def _of_pulse(incentive: Incentive, group: AffectedGroup) -> SeenAround:
    """The last pulse that ended before its first day, and the last that began since. Each is told as it is told
    everywhere, from so many answers up."""
    name, first = group.name.casefold(), incentive.starts_on
    linked = set(GroupPulse.objects.filter(group=group).values_list("round_id", flat=True))
    before = after = None
    for survey, reading in surveys.readings_of(incentive.pilot, ADKAR.key):
        of_group = survey.pk in linked or survey.label.casefold() == name
        if not of_group or reading.score is None:
            continue
        if dates.day_of(reading.closed_at) <= first:
            before = reading
        elif dates.day_of(survey.opened_at) >= first:
            after = reading
    label = _("Readiness pulse of %(group)s") % {"group": group.name}
    if before is None or after is None or before.score is None or after.score is None:
        said = _("Too few answers before or since its first day to say anything.")
        return SeenAround(label, "", "", said)
    said = _("%(before)s answered before, %(after)s since; they need not be the same people.") % {
        "before": number(before.n),
        "after": number(after.n),
    }
    return SeenAround(
        label,
        _out_of(before.score),
        _out_of(after.score),
        f"{said} {_no_cause(incentive.pilot.went_live_on, first)}",
    )


def _of_use(incentive: Incentive, group: AffectedGroup, *, until: date) -> SeenAround | None:
    """How many of the group used it when that was last counted before its first day, and last since; None
    where nobody counts. As elsewhere, no share of a group of fewer people than may be told of."""
    counts = list(UseCount.objects.filter(group=group, on__lte=until).order_by("on", "pk"))
    if not counts:
        return None
    before = [one for one in counts if one.on < incentive.starts_on]
    since = [one for one in counts if one.on >= incentive.starts_on]
    label = _("Use by %(group)s") % {"group": group.name}
    if not (before and since and all(_tells_nobody(one[-1]) for one in (before, since))):
        said = _("Not counted both before and since its first day, or among too few.")
        return SeenAround(label, "", "", said)
    said = _no_cause(incentive.pilot.went_live_on, incentive.starts_on)
    return SeenAround(label, _share_of(before[-1]), _share_of(since[-1]), said)


def _tells_nobody(count: UseCount) -> bool:
    return may_say(count.active, count.eligible)


def _share_of(count: UseCount) -> str:
    return _("%(n)s of %(of)s") % {"n": number(count.active), "of": number(count.eligible)}


def _out_of(score: float) -> str:
    return _("%(score)s of %(most)s") % {"score": number(score, 1), "most": ADKAR.highest}


def _of_metric(incentive: Incentive, reading: Reading, *, until: date) -> SeenAround:
    found = around(
        reading.series.periods,
        [float(value) for value in reading.series.values],
        first_day=incentive.starts_on,
        last_day=until,
        next_day=Cadence(reading.metric.cadence).next,
    )
    write = reading.figures.write
    return SeenAround(
        reading.metric.name,
        write(found.before) if found.is_enough else "",
        write(found.after) if found.is_enough else "",
        _sentence(found, live_on=incentive.pilot.went_live_on, first_day=incentive.starts_on),
    )


def _sentence(found: Around, *, live_on: date | None, first_day: date) -> str:
    if not found.is_enough:
        return _("Too few numbers around its first day to say anything.")
    said = _("The mean of %(n)s periods before its first day, and of as many since.") % {
        "n": number(found.periods)
    }
    return f"{said} {_no_cause(live_on, first_day)}"


def _no_cause(live_on: date | None, first_day: date) -> str:
    said = _("Other things changed, too. This does not say that the offer did it.")
    if live_on is not None and abs(live_on - first_day) <= NEAR_GO_LIVE:
        near = _("The pilot went live around the same time: what is seen may be that.")
        return f"{near} {said}"
    return said
