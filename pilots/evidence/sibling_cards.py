"""The same number at other sites and of groups of patients, as cards: sentence, chart and table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import numpy as np
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.rules import dates
from innovation.rules.numbers import NOTHING, number
from innovation.web import charts
from pilots.evidence import page_wording as wording
from pilots.evidence import queries
from pilots.evidence import wording as metric_wording
from pilots.evidence.funnels import FunnelSite, PlacedSite, SideBySide, beside_each_other
from pilots.evidence.groups import Gap, Gaps, Group, gaps
from pilots.evidence.marks import Mark, among, beside_rows, go_live_label, in_words
from pilots.evidence.presenters import SHOWN
from pilots.evidence.queries import Reading
from pilots.lifecycle.models import SiteGoLive
from pilots.metrics.figures import unit_of
from pilots.metrics.models import Metric, Sibling, SiblingKind
from pilots.metrics.queries import period_name

CURVE = 60  # points of a limit of a funnel
TABLED = 26  # the last periods of two groups that are tabled


@dataclass(frozen=True, eq=False)
class SitesCard:
    """A metric's sites beside each other."""

    reading: Reading
    found: SideBySide
    unlike: tuple[str, ...]

    @property
    def sentence(self) -> str:
        said = wording.sites(self.found, self.reading.figures)
        if self.unlike:
            names = wording.listed(self.unlike)
            said += " " + _("Counted in another way, so not compared: %(names)s.") % {
                "names": names
            }
        return said

    @property
    def window(self) -> str:
        return wording.window_of_sites(self.found)

    @cached_property
    def svg(self) -> SafeString:
        found, shown = self.found, self.found.shown
        if found.refused or not shown:
            return SafeString("")
        title = _("%(metric)s, site by site") % {"metric": self.reading.metric.name}
        dots = [self._dot(one) for one in shown]
        if found.funnel is None:
            figures = self.reading.figures
            return charts.interval_chart_pair(
                sites=dots,
                unit=self.reading.metric.measure_unit,
                percent=figures.share,
                title=title,
                description=self.sentence,
            )
        most = 1.08 * max(one.cases for one in shown)
        sizes = np.geomspace(max(min(one.cases for one in shown) / 2, 1), most, CURVE)
        lower, upper = found.funnel.limits_at(sizes)
        curves = [
            charts.LimitCurve(sizes.tolist(), low.tolist(), high.tolist())
            for low, high in zip(lower, upper, strict=True)
        ]
        return charts.funnel_chart_pair(
            sites=dots,
            centre=found.funnel.target,
            curves=curves,
            title=title,
            description=self.sentence,
        )

    def _dot(self, one: PlacedSite) -> charts.SiteDot:
        figures, interval = self.reading.figures, one.interval
        says = f"{one.site.label}: {figures.write(one.level)}"
        if one.cases:
            says = _("%(site)s, %(n)s cases") % {"site": says, "n": number(one.cases)}
        return charts.SiteDot(
            one.site.label,
            one.level,
            says,
            size=one.cases,
            low=None if interval is None else interval.lower,
            high=None if interval is None else interval.upper,
            beyond=bool(one.beyond),
            filled=self._live(one.site),
        )

    def _live(self, site: FunnelSite) -> bool:
        return not self.found.since_go_live or site.live_on is not None

    @property
    def legend(self) -> list[tuple[str, str]]:
        shown = self.found.shown
        legend = [("common", _("A site"))]
        if not all(self._live(one.site) for one in shown):
            legend = [("common", _("A site that is live")), ("ring", _("A site that is not"))]
        if self.found.funnel is None:
            return [*legend, ("limits", _("Its interval"))]
        if any(one.beyond for one in shown):
            legend.append(("beyond", _("Beyond the outer limits")))
        return [
            *legend,
            ("expected", _("95% limits")),
            ("limits", _("99.8% limits")),
            ("mean", _("All sites together")),
        ]

    @property
    def table(self) -> dict[str, object]:
        figures, limited = self.reading.figures, self.found.funnel is not None
        columns = [_("Site"), _("Live since"), _("Level")]
        columns += [_("Cases")] if self._counted else [_("Numbers")]
        columns += (
            [_("95% limits"), _("99.8% limits"), _("Seen as")] if limited else [_("Interval")]
        )
        rows = []
        for one in sorted(self.found.shown, key=lambda one: -one.level):
            live_on = one.site.live_on
            row = [
                one.site.label,
                _("not live") if live_on is None else dates.day_in_words(live_on),
                figures.write(one.level),
                number(one.cases if self._counted else one.points),
            ]
            if limited:
                row += [self._span(low, high) for low, high in one.limits]
                row.append(_("unusual") if one.beyond else _("usual"))
            else:
                interval = one.interval
                told = interval is not None and interval.lower is not None
                row.append(
                    self._span(interval.lower, interval.upper)
                    if told and interval is not None
                    else wording.no_interval(None if interval is None else interval.refused)
                )
            rows.append(row)
        caption = _("%(metric)s, site by site") % {"metric": self.reading.metric.name}
        return {"caption": caption, "columns": columns, "rows": rows}

    @property
    def _counted(self) -> bool:
        return any(one.cases for one in self.found.placed)

    def _span(self, low: float | None, high: float | None) -> str:
        figures = self.reading.figures
        return _("%(low)s to %(high)s") % {"low": figures.bare(low), "high": figures.bare(high)}


@dataclass(frozen=True, eq=False)
class GroupsCard:
    """A metric's groups of patients beside the others."""

    reading: Reading
    found: Gaps
    unlike: tuple[str, ...]
    hidden: int
    marks: tuple[Mark, ...] = ()

    @property
    def sentence(self) -> str:
        unlike = (*self.found.unlike, *self.unlike)
        said = wording.gaps(Gaps(self.found.gaps, unlike, self.found.periods), self.reading.figures)
        if self.hidden:
            said += " " + _("Groups that you may not see are left out: %(n)s.") % {"n": self.hidden}
        return said.strip()

    @property
    def assumed(self) -> str:
        """What the change of a gap takes for granted, and how sure its interval is."""
        largest = self.found.largest
        if largest is None or largest.effect.lower is None:
            return ""
        return _(
            "Assumes that without the pilot the gap would have stayed as it was; what moved all groups"
            " alike is not in it. The intervals hold at every look, and together for all groups."
        )

    @cached_property
    def svg(self) -> SafeString:
        gap = self.found.largest
        if gap is None:
            return SafeString("")
        tail = slice(-SHOWN, None)
        metric = self.reading.metric
        periods = self.found.periods[tail]
        marks = among(self.marks, periods, metric.cadence, ahead=True)
        return charts.control_chart_pair(
            dates=periods,
            values=gap.values[tail].tolist(),
            expected=gap.others[tail].tolist(),
            markers=marks,
            alone=(go_live_label(),),
            unit=metric.measure_unit,
            title=_("%(group)s beside %(others)s") % {
                "group": gap.label, "others": self._others(gap),
            },
            description=f"{wording.gap(gap, self.reading.figures)} {in_words(marks)}".strip(),
            percent=self.reading.figures.share,
        )  # fmt: skip

    @staticmethod
    def _others(gap: Gap) -> str:
        return _("the others") if gap.apart else _("all")

    @property
    def legend(self) -> list[tuple[str, str]]:
        gap = self.found.largest
        if gap is None:
            return []
        others = _("The others") if gap.apart else _("All")
        return [("common", gap.label), ("expected", others)]

    @property
    def points(self) -> dict[str, object]:
        """Both lines of the chart as a table, newest first."""
        gap, figures = self.found.largest, self.reading.figures
        if gap is None:
            return {}
        cadence = self.reading.metric.cadence
        rows = []
        for i in range(len(gap.values) - 1, max(-1, len(gap.values) - TABLED - 1), -1):
            two = [
                _("no number") if np.isnan(line[i]) else figures.write(float(line[i]))
                for line in (gap.values, gap.others)
            ]
            rows.append([period_name(self.found.periods[i], cadence), *two])
        columns = [_("Period"), gap.label, _("The others") if gap.apart else _("All")]
        beside_rows(columns, rows, self.marks, periods=self.found.periods, cadence=cadence)
        return {"caption": _("Numbers of the largest gap"), "columns": columns, "rows": rows}

    @property
    def columns(self) -> list[str]:
        return [
            _("Group"), _("Before, and the others"), _("Gap before"), _("Since, and the others"),
            _("Gap since"), _("Wider by"), _("The gap is"),
        ]  # fmt: skip

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        """A row for each group, each cell with its column: the levels, before and since, and the gaps."""
        figures = self.reading.figures
        found = []
        for gap in self.found.gaps:
            effect = gap.effect
            cells = [
                gap.label,
                f"{figures.bare(gap.before)} / {figures.bare(gap.others_before)}",
                NOTHING if effect.before is None else figures.signed(effect.before),
                f"{figures.bare(gap.now)} / {figures.bare(gap.others_now)}",
                NOTHING if effect.after is None else figures.signed(effect.after),
                NOTHING if effect.lower is None else metric_wording.interval(gap.wider, figures),
                wording.gap_word(gap),
            ]
            found.append(list(zip(self.columns, cells, strict=True)))
        return found


@dataclass(frozen=True, eq=False)
class SiblingCards:
    """What a metric has beside it; None where nothing was said to be."""

    sites: SitesCard | None = None
    groups: GroupsCard | None = None


NO_SIBLINGS = SiblingCards()


def cards_of(
    user: User,
    readings: Sequence[Reading],
    at: datetime,
    *,
    marks: Mapping[int, tuple[Mark, ...]] | None = None,
) -> dict[int, SiblingCards]:
    """The sites and groups of these metrics that somebody was told of, as this person may see them."""
    by_metric: dict[int, list[Sibling]] = defaultdict(list)
    rows = Sibling.objects.filter(metric__in=[one.metric.pk for one in readings])
    rows = rows.select_related("series__unit", "series__source", "series__pilot").order_by("pk")
    for sibling in rows:
        by_metric[sibling.metric_id].append(sibling)
    if not by_metric:
        return {}
    series = {one.series_id: one.series for some in by_metric.values() for one in some}
    visible = set(
        Metric.objects.visible_to(user).filter(pk__in=series).values_list("pk", flat=True)
    )
    numbers = queries.readings(series.values(), at)
    live = _live_since(readings)
    units = Unit.objects.with_tree_fields().filter(pk__in={one.unit_id for one in series.values()})
    above = {unit.pk: unit.tree_path for unit in units}  # type: ignore[attr-defined]  # with_tree_fields
    return {
        one.metric.pk: SiblingCards(
            _sites(one, by_metric[one.metric.pk], numbers, visible, live, above),
            _groups(
                one,
                by_metric[one.metric.pk],
                numbers,
                visible,
                (marks or {}).get(one.metric.pk, ()),
            ),
        )
        for one in readings
        if one.metric.pk in by_metric
    }


def _live_since(readings: Sequence[Reading]) -> dict[tuple[int, int], date]:
    """Since when each site of their pilots is live, by pilot and unit."""
    pilots = {one.metric.pilot_id for one in readings if one.metric.pilot_id is not None}
    rows = SiteGoLive.objects.filter(pilot__in=pilots, went_live_on__isnull=False)
    return {
        (pilot, unit): day
        for pilot, unit, day in rows.values_list("pilot_id", "unit_id", "went_live_on")
        if day is not None
    }


def _sites(
    reading: Reading,
    siblings: Sequence[Sibling],
    numbers: Mapping[int, Reading],
    visible: Collection[int],
    live: Mapping[tuple[int, int], date],
    above: Mapping[int, Sequence[int]],
) -> SitesCard | None:
    metric, pilot = reading.metric, reading.metric.pilot_id or 0
    there = [one for one in siblings if one.kind == SiblingKind.SITE]
    if not there:
        return None
    own = live.get((pilot, metric.unit_id), reading.live_on)
    sites = []
    # What it counts holds a site of a unit below its own, so it is none beside it.
    if not any(_below(metric.unit_id, one.series.unit_id, above) for one in there):
        sites = [
            FunnelSite(metric.unit.name, reading.series, own, same=reading.numbers.design.same)
        ]
    unlike = []
    for one in there:
        shown = one.series_id in visible
        label = one.label or one.series.unit.name
        if not _counted_alike(metric, one.series):
            unlike.append(label if shown else _("one that you may not see"))
            continue
        known = numbers[one.series_id].numbers
        sites.append(
            FunnelSite(
                label,
                known.series,
                live.get((pilot, one.series.unit_id)),
                shown=shown,
                same=known.design.same,
                url=reverse("pilots:metric-detail", args=[one.series_id]) if shown else "",
            )
        )
    found = beside_each_other(
        sites,
        own=reading.series,
        cadence=metric.cadence,
        proportion=reading.numbers.question.proportion,
        rate=reading.numbers.question.rate,
        live_on=reading.live_on,
    )
    return SitesCard(reading, found, tuple(unlike))


def _below(unit: int, other: int, above: Mapping[int, Sequence[int]]) -> bool:
    return other != unit and unit in above.get(other, ())


def _groups(
    reading: Reading,
    siblings: Sequence[Sibling],
    numbers: Mapping[int, Reading],
    visible: Collection[int],
    marks: tuple[Mark, ...],
) -> GroupsCard | None:
    there = [one for one in siblings if one.kind == SiblingKind.GROUP]
    if not there:
        return None
    shown = [one for one in there if one.series_id in visible]
    groups, unlike = [], []
    for one in shown:
        if not _counted_alike(reading.metric, one.series) or (
            one.series.cadence != reading.metric.cadence
        ):
            unlike.append(one.label)
            continue
        known = numbers[one.series_id].numbers
        groups.append(Group(one.label, known.series, known.design.same))
    found = gaps(reading.numbers, groups, of=len(there))
    return GroupsCard(reading, found, tuple(unlike), len(there) - len(shown), marks)


def _counted_alike(metric: Metric, other: Metric) -> bool:
    """Whether both are numbers of one kind in one unit."""
    first, second = unit_of(metric), unit_of(other)
    return metric.kind == other.kind and (first.kind, first.size) == (second.kind, second.size)
