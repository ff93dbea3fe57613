"""Tying a metric to the key result it measures, and a pilot to the key results it serves."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from okrs.alignment.models import Contribution, Measure, MeasureExchange
from okrs.alignment.permissions import (
    check_can_contribute,
    check_can_measure,
    check_sees,
)
from okrs.alignment.units import figures_of, units_of
from okrs.goals.models import KeyResult, Objective
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.metrics.figures import check_converts
from pilots.metrics.models import Metric

CLAIM_STANDS = gettext_lazy(
    "What a pilot claimed was fixed with its charter: it is neither changed nor taken back now."
)


@atomic
def measure(key_result: KeyResult, *, metric: Metric, by: User, at: datetime) -> Measure:
    """Let the key result take its value from `metric` from now on; another one leaves a mark."""
    key_result.refresh_from_db(from_queryset=KeyResult.objects.select_for_update(of=("self",)))
    check_can_measure(by, key_result)
    check_sees(by, Metric.objects, metric)
    check_converts(*units_of(key_result, metric))
    before = Measure.objects.filter(key_result=key_result).first()
    if before is not None and before.metric_id != metric.pk:
        MeasureExchange.objects.create(
            key_result=key_result,
            metric_before_id=before.metric_id,
            metric=metric,
            at=at,
            by=by,
        )
    found, _created = Measure.objects.update_or_create(
        key_result=key_result, defaults={"metric": metric, "by": by, "at": at}
    )
    audit.record(
        "key_result.measured",
        key_result,
        by=by,
        at=at,
        also=(metric, key_result.objective),
        unit_id=key_result.objective.unit_id,
        metric=audit.named(metric),
    )
    return found


@atomic
def contribute(
    pilot: Pilot,
    *,
    key_result: KeyResult,
    claimed: Decimal | None,
    by: User,
    at: datetime,
) -> Contribution:
    """Record that the pilot serves the key result, and the change it says it will bring.

    Said again, it replaces what was said, as long as the charter is being written.

    `claimed` is in the key result's own unit, signed: −5 for "five minutes fewer".
    """
    workflow.lock(pilot)
    check_can_contribute(by, pilot, key_result)
    check_sees(by, Pilot.objects, pilot)
    check_sees(by, Objective.objects, key_result.objective)
    if claimed is not None and (claimed > 0) != (key_result.target > key_result.start):
        raise Refused(
            _("This key result goes %(way)s; the claim points the other way.")
            % {"way": figures_of(key_result).way}
        )
    if pilot.status != PilotStatus.SHAPING:
        _check_unclaimed(Contribution.objects.filter(pilot=pilot, key_result=key_result))
    contribution, _created = Contribution.objects.update_or_create(
        pilot=pilot,
        key_result=key_result,
        defaults={"claimed": claimed, "by": by, "at": at},
    )
    audit.record(
        "pilot.contributes",
        pilot,
        by=by,
        at=at,
        also=(key_result,),
        key_result=audit.named(key_result),
        claimed=claimed,
    )
    return contribution


def _check_unclaimed(linked: QuerySet[Contribution]) -> None:
    if linked.exists():
        raise Refused(CLAIM_STANDS)


@atomic
def withdraw(contribution: Contribution, *, by: User, at: datetime) -> None:
    """Take back a claim while the charter is still being written; later, a link without one."""
    pilot, key_result = contribution.pilot, contribution.key_result
    workflow.lock(pilot)
    check_can_contribute(by, pilot, key_result)
    if pilot.status != PilotStatus.SHAPING and contribution.claimed is not None:
        raise Refused(CLAIM_STANDS)
    contribution.delete()
    audit.record(
        "pilot.contributes_no_more",
        pilot,
        by=by,
        at=at,
        also=(key_result,),
        key_result=audit.named(key_result),
    )
