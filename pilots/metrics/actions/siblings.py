"""What a metric is compared with, or taken apart into: added and taken away.

Free until the pilot is proposed, with a reason afterwards. The comparison sites of what an approved
pilot is judged by change only once somebody outside the team has approved it (`amendments`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, reasons
from innovation.rules.refusal import Malformed, NotAllowed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow.actions import defer, lock
from pilots.metrics import siblings
from pilots.metrics.actions import amendments, versions
from pilots.metrics.actions.outcomes import WORK_OUT
from pilots.metrics.models import Metric, Sibling, SiblingKind
from pilots.metrics.permissions import (
    check_can_compare,
    is_judged_by,
    is_plan_locked,
)
from pilots.metrics.siblings import Site


@atomic
def add_siblings(
    metric: Metric,
    *,
    series: Sequence[Metric],
    kind: str,
    by: User,
    at: datetime,
    label: str = "",
    reason: str = "",
) -> list[Sibling]:
    """Compare a metric with the same number at these sites, or take it apart into these groups.
    Returns what was added; nothing where it waits for approval."""
    _hold(metric, by)
    if kind not in SiblingKind.values:
        raise Malformed(_("Choose whether it is another site, or a group of the patients."))
    siblings.check_may_have(metric)
    given = list(dict.fromkeys(series))
    if not given:
        raise Malformed(_("Choose at least one number."))
    label = visible(label)
    if label and len(given) > 1:
        raise Malformed(_("Only one at a time can be given a name of its own."))
    if kind == SiblingKind.GROUP and not label:
        raise Malformed(_("Say which group of patients it is of."))
    readable = set(
        Metric.objects.visible_to(by)
        .filter(pk__in=[one.pk for one in given])
        .values_list("pk", flat=True)
    )
    for one in given:
        if one.pk not in readable:
            raise NotAllowed(_("You may compare with numbers that you may read yourself."))
        if one.pk == metric.pk:
            raise Refused(_("A metric is not compared with itself."))
        siblings.check_fits(metric, one, kind)
    there = set(metric.siblings.values_list("series_id", flat=True))
    fresh = [one for one in given if one.pk not in there]
    if not fresh:
        raise Refused(_("This number is compared with already."))
    if len(there) + len(fresh) > siblings.MOST:
        raise Refused(
            _("A metric is compared with %(most)s others at most; it has %(count)s.")
            % {"most": siblings.MOST, "count": len(there)}
        )
    if kind == SiblingKind.SITE and is_judged_by(metric):
        before = siblings.sites_of(metric)
        after = [*before, *(Site(one.pk, label) for one in fresh)]
        amendments.propose_sites(metric, before, after, reason=reason, by=by, at=at)
        return []
    reason = reasons.required(reason) if is_plan_locked(metric) else ""
    with constraints.explained():
        added = [
            Sibling.objects.create(
                metric=metric, series=one, kind=kind, label=label, added_at=at, added_by=by
            )
            for one in fresh
        ]
    if reason and kind == SiblingKind.SITE:
        versions.compared_otherwise(metric, by=by, at=at, reason=reason)
    audit.record(
        "metric.sibling_added",
        metric,
        by=by,
        at=at,
        also=[metric.pilot] if metric.pilot else [],
        what=str(SiblingKind(kind).label).lower(),
        series=[audit.named(one) for one in fresh],
        label=label,
        **_why(reason),
    )
    _work_out(metric)
    return added


def add_sibling(
    metric: Metric,
    *,
    series: Metric,
    kind: str,
    by: User,
    at: datetime,
    label: str = "",
    reason: str = "",
) -> Sibling | None:
    """One of them; None where it waits for approval."""
    added = add_siblings(
        metric, series=[series], kind=kind, label=label, reason=reason, by=by, at=at
    )
    return added[0] if added else None


@atomic
def remove_sibling(sibling: Sibling, *, by: User, at: datetime, reason: str = "") -> bool:
    """Compare with it no more. Whether it is gone: not where that waits for approval."""
    metric, series, kind = sibling.metric, sibling.series, sibling.kind
    _hold(metric, by)
    if not Sibling.objects.filter(pk=sibling.pk).exists():
        raise Refused(_("Somebody has taken it away already."))
    if kind == SiblingKind.SITE and is_judged_by(metric):
        before = siblings.sites_of(metric)
        after = [site for site in before if site.series != series.pk]
        amendments.propose_sites(metric, before, after, reason=reason, by=by, at=at)
        return False
    reason = reasons.required(reason) if is_plan_locked(metric) else ""
    Sibling.objects.filter(pk=sibling.pk).delete()
    if reason and kind == SiblingKind.SITE:
        versions.compared_otherwise(metric, by=by, at=at, reason=reason)
    audit.record(
        "metric.sibling_removed",
        metric,
        by=by,
        at=at,
        also=[metric.pilot] if metric.pilot else [],
        what=str(SiblingKind(kind).label).lower(),
        series=[audit.named(series)],
        label=sibling.label,
        **_why(reason),
    )
    _work_out(metric)
    return True


def _why(reason: str) -> dict[str, Any]:
    return {"reason": reason} if reason else {}


def _hold(metric: Metric, by: User) -> None:
    """Pilot, then metric; and who may change its plan, until the pilot has ended."""
    if metric.pilot is not None:
        lock(metric.pilot)  # or it could be proposed meanwhile
    lock(metric)
    check_can_compare(by, metric)


def _work_out(metric: Metric) -> None:
    """All metrics of its pilot: they share one error, by their roles."""
    defer(WORK_OUT, pilot_id=metric.pilot_id)
