"""Which sites metrics are compared with, and from when on each is live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from innovation.people.models import Unit
from pilots.evidence.sites import ComparisonSite
from pilots.lifecycle.models import SiteGoLive
from pilots.metrics.models import Metric, Sibling, SiblingKind


@dataclass(frozen=True)
class ComparedSites:
    """The sites that a metric is compared with; whether those that go live are parts of it: then the
    one that is live from the pilot's first day on is among them, and the metric itself is none."""

    sites: tuple[ComparisonSite, ...]
    parts: bool


def sites_of(
    metrics: Iterable[Metric] | None = None, *, planned: bool = False
) -> dict[int, ComparedSites]:
    """The sites that these metrics are compared with, or all; two queries, and a third where some go
    live one after the other. `planned`: from the day for which that is planned, where it has not come."""
    siblings = Sibling.objects.filter(kind=SiblingKind.SITE, metric__pilot__isnull=False)
    if metrics is not None:
        siblings = siblings.filter(metric__in=[metric.pk for metric in metrics])
    rows = list(
        siblings.order_by("pk").values_list(
            "metric_id",
            "metric__pilot_id",
            "metric__unit_id",
            f"metric__pilot__{'starts_on' if planned else 'went_live_on'}",
            "series_id",
            "series__version",
            "series__data_version",
            "series__unit_id",
        )
    )
    if not rows:
        return {}
    days = SiteGoLive.objects.filter(pilot__in={row[1] for row in rows})
    live = {
        (pilot, unit): went_live_on or planned_on
        for pilot, unit, went_live_on, planned_on in days.values_list(
            "pilot_id", "unit_id", "went_live_on", "planned_on"
        )
        if went_live_on is not None or planned
    }
    above: dict[int, list[int]] = {}
    if live:
        units = Unit.objects.with_tree_fields().filter(pk__in={unit for _pilot, unit in live})
        above = {unit.pk: unit.tree_path for unit in units}  # type: ignore[attr-defined]  # with_tree_fields
    found: dict[int, tuple[list[ComparisonSite], list[bool]]] = defaultdict(lambda: ([], []))
    for metric, pilot, own, first, series, version, data, unit in rows:
        day = live.get((pilot, unit))
        sites, parts = found[metric]
        sites.append(ComparisonSite(series, version, data, day))
        inside = unit != own and own in above.get(unit, ())
        parts.append(inside and None not in (day, first) and day <= first)
    return {
        metric: ComparedSites(tuple(sites), any(parts)) for metric, (sites, parts) in found.items()
    }
