"""A metric by its groups, as it is read: what is shown of each, and what is held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from django.utils.translation import gettext as _

from innovation.rules.numbers import NOTHING, number
from pilots.metrics.figures import Figures, figures
from pilots.metrics.models import Metric, Stratum, least_shown
from pilots.metrics.queries import period_name


@dataclass(frozen=True)
class GroupNumbers:
    """What is known of one group, oldest period first; those that are held back have no number."""

    name: str
    cells: Sequence[Stratum]

    @property
    def shown(self) -> list[Stratum]:
        return [cell for cell in self.cells if not cell.hidden]

    @property
    def cases(self) -> int:
        return sum(cell.n or 0 for cell in self.shown)

    @property
    def level(self) -> float | None:
        """Of all its cases in the periods that are shown."""
        if not self.cases:
            return None
        if self.shown[0].numerator is not None:
            return sum(float(cell.numerator or 0) for cell in self.shown) / self.cases
        return sum(float(cell.value or 0) * (cell.n or 0) for cell in self.shown) / self.cases


@dataclass(frozen=True)
class GroupLine:
    """A group as a line of a table."""

    name: str
    level: str
    cases: str
    periods: str
    newest: str
    newest_period: str


@dataclass(frozen=True)
class SplitTable:
    """One split of a metric: its groups, and since when they are counted together."""

    name: str
    rows: list[GroupLine]
    gap: str
    held_back: int
    since: date | None


@dataclass(frozen=True)
class LargestGap:
    """The two groups of a split that lie furthest apart, each over the periods in which both are shown."""

    higher: GroupNumbers
    lower: GroupNumbers

    @property
    def size(self) -> float:
        return (self.higher.level or 0) - (self.lower.level or 0)


def largest_gap(groups: Sequence[GroupNumbers]) -> LargestGap | None:
    """None where no two groups are shown for the same period."""
    widest: LargestGap | None = None
    for one, other in combinations(groups, 2):
        both = {cell.period for cell in one.shown} & {cell.period for cell in other.shown}
        if not both:
            continue
        lower, higher = sorted(
            (
                GroupNumbers(group.name, [cell for cell in group.shown if cell.period in both])
                for group in (one, other)
            ),
            key=lambda group: group.level or 0,
        )
        gap = LargestGap(higher, lower)
        if widest is None or gap.size > widest.size:
            widest = gap
    return widest


def held_back_in_words(least: int) -> str:
    """What stands where a number is not shown."""
    return _("fewer than %(least)s") % {"least": least}


def groups_of(metric: Metric, *, since: date | None = None) -> dict[str, list[GroupNumbers]]:
    """The groups of each split that the metric has now, by name."""
    names = [one["name"] for one in metric.splits]
    found: dict[str, dict[str, list[Stratum]]] = {name: {} for name in names}
    rows = metric.strata.filter(split__in=names).order_by("group", "period")
    for cell in rows if since is None else rows.filter(period__gte=since):
        found[cell.split].setdefault(cell.group, []).append(cell)
    return {
        split: [GroupNumbers(name, cells) for name, cells in groups.items()]
        for split, groups in found.items()
    }


def names_of_groups(metric: Metric) -> dict[str, list[str]]:
    """Which groups came so far, by split."""
    found: dict[str, list[str]] = {}
    rows = metric.strata.filter(split__in=[one["name"] for one in metric.splits])
    for split, group in rows.order_by("split", "group").values_list("split", "group").distinct():
        found.setdefault(split, []).append(group)
    return found


def tables_of(metric: Metric) -> list[SplitTable]:
    """Each split of a metric as a table: since go-live where its pilot is live and anything came since."""
    since = metric.pilot.went_live_on if metric.pilot is not None else None
    splits = groups_of(metric, since=since)
    if since is not None and not any(splits.values()):
        since = None
        splits = groups_of(metric)
    return [_table(metric, name, groups, since) for name, groups in splits.items()]


def _table(
    metric: Metric, name: str, groups: Sequence[GroupNumbers], since: date | None
) -> SplitTable:
    levels = [group.level for group in groups if group.level is not None]
    written = figures(metric, max(map(abs, levels), default=None))
    rows = [_row(metric, group, written) for group in groups]
    hidden = sum(cell.hidden for group in groups for cell in group.cells)
    return SplitTable(name, rows, _gap_in_words(largest_gap(groups), written), hidden, since)


def _gap_in_words(gap: LargestGap | None, written: Figures) -> str:
    if gap is None:
        return ""
    return _(
        "Largest gap: %(size)s, %(higher)s at %(high)s and %(lower)s at %(low)s in the periods in which both "
        "are shown. Of several groups some lie apart by chance alone."
    ) % {
        "size": written.difference(gap.size),
        "higher": gap.higher.name,
        "high": written.write(gap.higher.level),
        "lower": gap.lower.name,
        "low": written.write(gap.lower.level),
    }


def _row(metric: Metric, group: GroupNumbers, written: Figures) -> GroupLine:
    last = group.cells[-1]
    least = held_back_in_words(max(least_shown(metric), last.least))
    if last.hidden:
        said = least
    else:
        said = written.write(
            last.value if last.numerator is None else last.numerator / (last.denominator or 1)
        )
    return GroupLine(
        name=group.name,
        level=least if group.level is None else written.write(group.level),
        cases=number(group.cases) if group.cases else NOTHING,
        periods=_("%(shown)s of %(all)s")
        % {"shown": number(len(group.shown)), "all": number(len(group.cells))},
        newest=said,
        newest_period=period_name(last.period, metric.cadence),
    )
