"""Working out what a plan can answer: asked for by somebody, done by a worker, kept until something changes.

A forecast is worked out from what stands elsewhere and changes nothing, so it leaves no event; what a
decision rests on is kept and hashed with the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from innovation.audit.actions import as_text
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.evidence.compared import sites_of
from pilots.evidence.queries import site_series
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Direction, Metric
from pilots.metrics.queries import series
from pilots.planning import queries
from pilots.planning.forecast import forecast
from pilots.planning.models import PowerForecast
from pilots.planning.permissions import check_can_ask
from pilots.planning.queries import PlannedMetric
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Refusal

# What a run of the schedule makes up for at most.
AT_ONCE = 20


def ask(pilot: Pilot, *, by: User, at: datetime) -> int:
    """Have everything worked out anew that is not of today's data and plan; how many metrics that is."""
    check_can_ask(by, pilot)
    return refresh(pilot, at=at)


@atomic
def refresh(pilot: Pilot, *, at: datetime) -> int:
    """As `ask`, for whoever needs it done: a proposal has it ready for those who decide. What has no baseline
    yet is written down at once."""
    return _have_worked_out(queries.planned_metrics(pilot, at), at=at)


@atomic
def renew(metric_ids: Iterable[int], *, at: datetime) -> int:
    """Have worked out anew what was foreseen of these metrics from other numbers than there are now; how
    many that is. What nobody asked about yet is left until somebody does."""
    behind = PowerForecast.objects.behind().filter(metric__in=metric_ids)
    keys = set(behind.values_list("metric_id", flat=True))
    pilots = Pilot.objects.filter(metrics__in=keys).distinct().order_by("pk")
    return sum(
        _have_worked_out(
            [one for one in queries.planned_metrics(pilot, at) if one.metric.pk in keys], at=at
        )
        for pilot in pilots.prefetch_related("metrics", "sites")
    )


def _have_worked_out(planned: Sequence[PlannedMetric], *, at: datetime) -> int:
    waiting = [one for one in planned if one.needs_work]
    for one in waiting:
        PowerForecast.objects.update_or_create(metric=one.metric, defaults={"asked_at": at})
        workflow.defer("pilots.planning.tasks.work_out", metric_id=one.metric.pk)
    for one in planned:
        if one.to_count and one.points < MIN_POINTS_OF_A_LEVEL:
            made = {
                "asked_at": at,
                "made_at": at,
                "made_of": queries.fingerprint(one.metric, one.asked),
                "made_from": {"data_version": one.metric.data_version},
                "refused": {
                    "code": "few_points",
                    "facts": {"points": one.points, "needed": MIN_POINTS_OF_A_LEVEL},
                },
            }
            PowerForecast.objects.update_or_create(metric=one.metric, defaults=made)
    return len(waiting)


def work_out(metric_id: int, *, at: datetime) -> PowerForecast | None:
    """Simulate one metric's plan and keep what was found; None where it has no pilot, or is past planning.

    Some seconds of arithmetic, so no row is locked meanwhile. What was made of is kept beside it: where data
    or plan moved while it ran, it is seen to be out of date.
    """
    metric = (
        Metric.objects.filter(pk=metric_id, pilot__isnull=False)
        .exclude(direction=Direction.NEUTRAL)
        .select_related("pilot", "source")
        .first()
    )
    if metric is None or metric.pilot is None or not queries.is_planned(metric.pilot):
        return None
    pilot = metric.pilot
    roles = list(
        Metric.objects.filter(pilot=pilot)
        .exclude(direction=Direction.NEUTRAL)
        .values_list("role", flat=True)
    )
    beside = sites_of([metric], planned=True).get(metric.pk)
    asked = queries.plan_asked(
        metric, roles, sites=pilot.sites.count(), today=dates.day_of(at), beside=beside
    )
    line = series(metric)
    found: dict[str, object] = {}
    refused: dict[str, object] = {}
    try:
        found = forecast(line, asked, site_series(asked.question.sites)).as_json()
    except Refusal as refusal:
        refused = {"code": refusal.remark.code, "facts": dict(refusal.remark.facts)}
    made = {
        "made_at": at,
        "made_of": queries.fingerprint(metric, asked),
        "made_from": {
            "points": line.known,
            "last": as_text(line.last_period),
            "starts_on": as_text(asked.starts),
            "ends_on": as_text(asked.ends),
            "sites": asked.sites,
            "version": metric.version,
            "data_version": metric.data_version,
        },
        "found": found,
        "refused": refused,
    }
    row, _created = PowerForecast.objects.update_or_create(
        metric=metric, defaults=made, create_defaults={**made, "asked_at": at}
    )
    return row


def work_out_asked(*, at: datetime) -> int:
    """What was asked for and never came, its message was lost; and have renewed what rests on other numbers
    than there are."""
    late = PowerForecast.objects.asked().filter(asked_at__lt=at - queries.PATIENCE / 3)
    keys = list(late.order_by("asked_at").values_list("metric_id", flat=True)[:AT_ONCE])
    for key in keys:
        if work_out(key, at=at) is None:
            PowerForecast.objects.filter(metric=key, made_at=None).delete()
    behind = PowerForecast.objects.behind().order_by("made_at")
    renew(behind.values_list("metric_id", flat=True)[:AT_ONCE], at=at)
    return len(keys)
