"""Metrics that were made in one go are taken back by whoever had them made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from innovation.workflow.actions import lock
from pilots.metrics import bindings
from pilots.metrics.models import UNDER_WAY, BulkBinding, Metric, Pull, PullStatus
from pilots.metrics.permissions import check_can_take_back

# So many of those that stay are named in the log.
NAMED = 20


@dataclass(frozen=True)
class TakenBack:
    gone: int
    stays: list[bindings.Stays]


@atomic
def take_back(binding: BulkBinding, *, by: User, at: datetime) -> TakenBack:
    """Measure and show no more what was made in one go, except what somebody has used since. What was read
    for it stays in the database, as does the log; the same can be made again."""
    lock(binding.source)
    lock(binding)
    check_can_take_back(by, binding)
    if binding.taken_back_at is not None:
        raise Refused(_("This was taken back already."))
    if at > binding.until:
        raise Refused(
            _("This can be taken back for a day; that is over. Its metrics are changed one by one.")
        )
    # Nothing is added that refers to one of them meanwhile.
    keys = list(
        Metric.objects.select_for_update()
        .filter(bound_in=binding)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    stays = bindings.used_since(binding)
    left = {one.metric.pk for one in stays}
    gone = [pk for pk in keys if pk not in left]
    pulls = Pull.objects.filter(metric__in=gone, status__in=UNDER_WAY)
    pulls.filter(leased_until=None).delete()
    # Whoever reads for one of them now finds that it is over.
    pulls.update(
        status=PullStatus.FAILED,
        finished_at=at,
        leased_by="",
        leased_until=None,
        problem=_("The metric was taken back."),
    )
    Metric.objects.filter(pk__in=gone).update(
        taken_back_at=at, entity="", next_pull_at=None, failures=0
    )
    binding.taken_back_at, binding.gone = at, len(gone)
    binding.save(update_fields=["taken_back_at", "gone"])
    audit.record(
        "source.metrics_taken_back",
        binding.source,
        by=by,
        at=at,
        metric=binding.name,
        count=len(gone),
        stays=len(stays),
        kept=[audit.named(one.metric) for one in stays[:NAMED]],
    )
    return TakenBack(len(gone), stays)
