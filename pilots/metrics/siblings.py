"""What a metric is compared with, or taken apart into: which series fit, how each reads now, and how
it is named to somebody who may not see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, Max, Min, Prefetch, Q, QuerySet, When
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.rules.refusal import Refused
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.metrics import queries
from pilots.metrics.models import (
    Direction,
    Metric,
    MetricQuerySet,
    Observation,
    Sibling,
    SiblingKind,
)
from pilots.metrics.queries import Freshness

# A panel of more says nothing that these do not, and nobody would read who they are.
MOST = 60
# Two series are the same number only where these are the same.
ALIKE = ("kind", "cadence", "measure_unit", "direction")
# How many are offered on a page.
OFFERED = 40

WITH_SERIES = Prefetch(
    "siblings", Sibling.objects.select_related("series__unit", "series__source").order_by("pk")
)
# The days of a pilot's sites.
WITH_DAYS = Prefetch(
    "site_go_lives", SiteGoLive.objects.select_related("unit").order_by("planned_on", "pk")
)


@dataclass(frozen=True)
class Site:
    """A comparison site as an amendment holds it: its series and how it is called."""

    series: int
    label: str

    @classmethod
    def of(cls, plain: Sequence[object]) -> Site:
        series, label = plain
        return cls(int(str(series)), str(label))

    @property
    def plain(self) -> list[object]:
        return [self.series, self.label]


def sites_of(metric: Metric) -> list[Site]:
    """The comparison sites of a metric as they are kept, oldest first."""
    rows = Sibling.objects.filter(metric=metric, kind=SiblingKind.SITE).order_by("pk")
    return [Site(series, label) for series, label in rows.values_list("series_id", "label")]


# Which series fit


def check_may_have(metric: Metric) -> None:
    """Only what a pilot is judged by, in a direction, is compared with anything."""
    if metric.pilot is None:
        raise Refused(_("This metric belongs to no pilot, so nothing is compared with it."))
    if metric.direction == Direction.NEUTRAL:
        raise Refused(
            _(
                "This metric has no direction that is better, so it is not compared with other sites."
            )
        )


def check_stays_alike(metric: Metric, changed: Collection[str]) -> None:
    """What it is compared with is the same number: it does not become another one meanwhile."""
    if not set(changed) & set(ALIKE):
        return
    count = Sibling.objects.filter(metric=metric).count()
    if count:
        raise Refused(
            ngettext(
                "It is compared with %(n)s other number, which would not be the same any more. Take it"
                " away first.",
                "It is compared with %(n)s other numbers, which would not be the same any more. Take"
                " them away first.",
                count,
            )
            % {"n": count}
        )


def check_fits(metric: Metric, series: Metric, kind: str) -> None:
    """Whether it is the same number, of another place or of a group of the patients."""
    if unlike := [name for name in ALIKE if getattr(series, name) != getattr(metric, name)]:
        raise Refused(
            _("“%(series)s” is not the same number: it has another %(what)s.")
            % {
                "series": series.name,
                "what": get_text_list(
                    [str(Metric._meta.get_field(name).verbose_name) for name in unlike],  # type: ignore[union-attr]
                    _("and"),
                ),
            }
        )
    if kind == SiblingKind.SITE:
        if overlaps(metric, series.unit):
            raise Refused(
                _(
                    "%(site)s and %(unit)s count the same patients: one lies within the other, and it"
                    " has no first day of its own in this pilot. Plan that day first, or choose another"
                    " site."
                )
                % {"site": series.unit.name, "unit": metric.unit.name}
            )
    elif not _within(series.unit, metric.unit):
        raise Refused(
            _("A group of the patients of %(unit)s is counted there; “%(series)s” is of %(other)s.")
            % {"unit": metric.unit.name, "series": series.name, "other": series.unit.name}
        )


def overlaps(metric: Metric, unit: Unit) -> bool:
    """Whether the same patients would be counted on both sides: the unit contains the metric's or lies
    within it, and has no day of its own in the pilot."""
    if not lies_in_line(metric, unit):
        return False
    return not SiteGoLive.objects.filter(pilot=metric.pilot_id, unit=unit).exists()


def lies_in_line(metric: Metric, unit: Unit) -> bool:
    """Whether the unit contains the metric's, or lies within it."""
    return _within(unit, metric.unit) or _within(metric.unit, unit)


def _within(unit: Unit, other: Unit) -> bool:
    return unit.pk == other.pk or any(above.pk == other.pk for above in unit.ancestors())


def counted_twice(pilot: Pilot) -> list[Sibling]:
    """Comparison sites that lie within their metric's unit, or contain it, without a day of their own.
    Of a pilot with its metrics' siblings."""
    days = {one.unit_id for one in pilot.site_go_lives.all()}
    of_sites = [
        one
        for metric in pilot.metrics.all()
        for one in metric.siblings.all()
        if one.kind == SiblingKind.SITE and one.series.unit_id not in days
    ]
    if not of_sites:
        return []
    line = {above.pk for above in pilot.unit.ancestors(include_self=True)}
    line |= {below.pk for below in pilot.unit.descendants()}
    return [one for one in of_sites if one.series.unit_id in line]


def compared_in(pilot: Pilot, unit: Unit) -> QuerySet[Sibling]:
    """The siblings of the pilot's metrics that are measured in this unit."""
    return Sibling.objects.filter(
        metric__pilot=pilot, series__unit=unit, kind=SiblingKind.SITE
    ).select_related("metric__unit")


def that_fit(metric: Metric, user: User, *, text: str = "") -> MetricQuerySet:
    """Series of the same kind that this person may see and that are no sibling yet; what comes from the
    same source first, then what speaks of the same."""
    same = {name: getattr(metric, name) for name in ALIKE}
    found = Metric.objects.visible_to(user).filter(**same).exclude(pk=metric.pk)
    found = found.exclude(sibling_of__metric=metric)
    if text:
        words = text.replace("\x00", "")
        found = found.filter(
            Q(name__icontains=words) | Q(entity__icontains=words) | Q(unit__name__icontains=words)
        )
    near = Case(
        When(source=metric.source_id, then=0), When(dimension=metric.dimension, then=1), default=2
    )
    return found.for_list().order_by(near, "unit__name", "name", "pk")


def alike_beside(metric: Metric, user: User) -> list[Metric]:
    """All that are counted the same way from the same source in units beside this one: as the metric
    itself, or as one that it is compared with already."""
    series = [metric, *(one.series for one in metric.siblings.all())]
    ways = [(one.source_id, _way(one)) for one in series]
    sources = {source for source, _counted in ways}
    found = [
        one
        for one in that_fit(metric, user).filter(source__in=sources)[:500]
        if (one.source_id, _way(one)) in ways
    ]
    if not found:
        return []
    line = {above.pk for above in metric.unit.ancestors(include_self=True)}
    line |= {below.pk for below in metric.unit.descendants()}
    days = set(SiteGoLive.objects.filter(pilot=metric.pilot_id).values_list("unit_id", flat=True))
    return [one for one in found if one.unit_id not in line or one.unit_id in days][:MOST]


def _way(metric: Metric) -> dict[str, object]:
    """How it is counted, whatever organisation of its file it is of."""
    return {name: value for name, value in metric.binding.items() if name != "entity_value"}


# How they are named


def hidden_site() -> str:
    return _("a site that you may not see")


def names(series: Collection[int], *, seen_by: User | None) -> dict[int, str]:
    """The names of these series as this person may read them. Where it is not known who reads, as in a
    notice to several, each is called by its number."""
    if not series:
        return {}
    if seen_by is None:
        return {pk: _("metric %(number)s") % {"number": pk} for pk in series}
    known = Metric.objects.visible_to(seen_by).filter(pk__in=series).select_related("unit")
    seen = {one.pk: named(one) for one in known}
    return {pk: seen.get(pk, hidden_site()) for pk in series}


def named(series: Metric, label: str = "") -> str:
    """“5 East: Letters signed within 24 hours”."""
    return f"{label or series.unit.name}: {series.name}"


def called(site: Site, known: Mapping[int, str], *, seen_by: User | None) -> str:
    """One site by its name, and by what it is called here where this person may read its name."""
    name = known[site.series]
    if not site.label or seen_by is None or name == hidden_site():
        return name
    return f"{site.label} ({name})"


# How they read now


@dataclass(frozen=True)
class SiblingRow:
    """One sibling on the metric's page."""

    sibling: Sibling
    name: str
    # The series itself, and its unit where the name does not say it.
    described: str
    url: str
    # Where it stands in the pilot: never live, not yet, or since when.
    live: str
    first: date | None
    last: date | None
    count: int
    freshness: Freshness | None
    changed: str

    @property
    def hidden(self) -> bool:
        return not self.url


@dataclass(frozen=True)
class ComparedWith:
    sites: list[SiblingRow]
    groups: list[SiblingRow]

    @property
    def count(self) -> int:
        return len(self.sites) + len(self.groups)


def compared_with(metric: Metric, user: User, at: datetime) -> ComparedWith:
    """The siblings of a metric as this person may read them: in a constant number of queries."""
    rows = list(
        Sibling.objects.filter(metric=metric)
        .select_related("series__unit", "series__source")
        .order_by("pk")
    )
    if not rows:
        return ComparedWith([], [])
    series = [row.series for row in rows]
    pks = [one.pk for one in series]
    visible = set(Metric.objects.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True))
    spans = {
        pk: (first, last, count)
        for pk, first, last, count in Observation.objects.filter(metric__in=pks)
        .values("metric")
        .annotate(first=Min("period"), last=Max("period"), count=Count("pk"))
        .values_list("metric", "first", "last", "count")
    }
    fresh = queries.freshness_of([one for one in series if one.pk in visible], at)
    days = {
        one.unit_id: one
        for one in SiteGoLive.objects.filter(pilot=metric.pilot_id).select_related("unit")
    }
    found: dict[str, list[SiblingRow]] = {SiblingKind.SITE: [], SiblingKind.GROUP: []}
    for row in rows:
        of, seen = row.series, row.series_id in visible
        first, last, count = spans.get(of.pk, (None, None, 0))
        found[row.kind].append(
            SiblingRow(
                sibling=row,
                name=(row.label or of.unit.name) if seen else hidden_site(),
                described=_described(row) if seen else "",
                url=reverse("pilots:metric-detail", args=[of.pk]) if seen else "",
                live=_live(days.get(of.unit_id)) if row.kind == SiblingKind.SITE else "",
                first=first,
                last=last,
                count=count,
                freshness=fresh.get(of.pk),
                changed=_changed(of) if seen else "",
            )
        )
    return ComparedWith(found[SiblingKind.SITE], found[SiblingKind.GROUP])


def _described(sibling: Sibling) -> str:
    series = sibling.series
    return f"{series.name} · {series.unit.name}" if sibling.label else series.name


def _live(days: SiteGoLive | None) -> str:
    if days is None:
        return _("never live: always a comparison")
    if days.went_live_on is not None:
        return _("live since %(day)s") % {"day": dates.day_in_words(days.went_live_on)}
    if days.planned_on is not None:
        return _("not yet: planned for %(day)s") % {"day": dates.day_in_words(days.planned_on)}
    return _("not yet live")


def _changed(series: Metric) -> str:
    """That it counts in another way than at first, which leaves gaps in what can be compared."""
    if series.version == 1:
        return ""
    return _("definition version %(number)s") % {"number": series.version}
