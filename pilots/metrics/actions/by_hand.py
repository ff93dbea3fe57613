"""A number that somebody counted and types in, or corrects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, reasons
from innovation.rules.numbers import exact, number
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow.actions import lock
from pilots.connectors.rows import MappedRow
from pilots.metrics.actions.brought import keep_rows
from pilots.metrics.actions.outcomes import tell_of_changed_past
from pilots.metrics.models import HandCount, Metric, Observation, Pull
from pilots.metrics.permissions import check_can_count
from pilots.metrics.queries import period_name


@atomic
def count_by_hand(
    metric: Metric,
    *,
    by: User,
    at: datetime,
    period: date,
    cells: Mapping[str, object],
    counted_from: str,
    link: str = "",
    reason: str = "",
) -> HandCount:
    """Keep a number with who attests it and from what it was counted. One that stands there is corrected with
    a reason, and stays to be read; one that came from another source is not."""
    lock(metric)
    check_can_count(by, metric)
    if not visible(counted_from):
        raise Malformed(_("Say from what you counted it."))
    known = Observation.objects.filter(metric=metric, period=period).first()
    if known is not None:
        if not Pull.objects.filter(pk=known.pull_id, source=metric.source_id).exists():
            raise Refused(
                _("The number of this period came from another source. It is not replaced by hand.")
            )
        reason = reasons.required(reason)
    found = keep_rows(
        {metric: [MappedRow(1, period.isoformat(), **cells)]},
        by=by,
        at=at,
        origin=f"{metric.source.name} ({by.name})",
    )
    if found.refused:
        raise Malformed(found.refused[0].reason)
    if found.unchanged:
        raise Refused(_("This number stands there already; nothing was changed."))
    count = HandCount(
        metric=metric,
        period=period,
        number=HandCount.objects.filter(metric=metric, period=period).count(),
        pull_id=found.pulls[0].pk,
        counted_from=visible(counted_from),
        link=link,
        reason=reason if known is not None else "",
        by=by,
        at=at,
    )
    with constraints.explained():
        count.full_clean(exclude=["metric", "by"])
        count.save()
    if known is not None:
        tell_of_changed_past(metric, found.pulls[0], at=at)
    also = [metric.pilot] if metric.pilot is not None else []
    when = period_name(period, metric.cadence)
    if known is None:
        audit.record(
            "metric.counted", metric, by=by, at=at, also=also, period=when, what=count.counted_from
        )
    else:
        now = Observation.objects.get(metric=metric, period=period)
        audit.record(
            "metric.count_corrected",
            metric,
            by=by,
            at=at,
            also=also,
            reason=count.reason,
            period=when,
            before=written(known),
            after=written(now),
        )
    return count


def written(one: Observation) -> str:
    """A number as it was counted."""
    if one.value is not None and one.denominator in (None, 1):
        return number(float(one.value), 0 if one.denominator == 1 else 2)
    if one.value is not None and one.numerator is not None and one.denominator is not None:
        return _("%(rate)s (%(part)s in %(all)s)") % {
            "rate": number(float(one.value), 2),
            "part": number(float(one.numerator), 0),
            "all": exact(one.denominator),
        }
    assert one.numerator is not None and one.denominator is not None
    return _("%(part)s of %(all)s") % {
        "part": number(float(one.numerator), 0),
        "all": number(float(one.denominator), 0),
    }
