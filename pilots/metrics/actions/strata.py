"""Numbers of groups: read, held back where they are small, and only then kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.web.identifiers import IdentifierKind, findings
from innovation.workflow.actions import lock
from pilots.connectors.measurement import Measurement
from pilots.metrics import suppression
from pilots.metrics.models import (
    MOST_GROUPS,
    Metric,
    MetricKind,
    Pull,
    Stratum,
    least_shown,
    whole_of,
)
from pilots.metrics.permissions import check_can_edit_metric

MOST_SPLITS = 3
LONGEST_SPLIT, LONGEST_GROUP = 40, 60
LARGEST_LEAST = 1_000
BATCH = 1000
# What is left of days at risk is no count of people, so nothing says which groups are small.
NO_RATES = gettext_lazy(
    "Only proportions and values are split by group, not rates or counts of events."
)
PULLS = audit.System("pulls")
_NUMBERS = ("value", "numerator", "denominator", "n", "hidden")
# A group is never called so; a name of a person may be that of a ward.
_OF_A_PERSON = frozenset(IdentifierKind) - {IdentifierKind.NAME, IdentifierKind.ADDRESS}


@dataclass(frozen=True)
class StratumKey:
    """Of what a number of a group is."""

    split: str
    group: str
    period: date


@dataclass
class StrataKept:
    """What became of numbers of groups; `refused` says nothing of how large they were."""

    added: int = 0
    revised: int = 0
    unchanged: int = 0
    refused: dict[StratumKey, str] = field(default_factory=dict)
    withdrawn: int = 0  # numbers that did not fit the new number of everybody any more


@atomic
def split_metric(
    metric: Metric,
    *,
    by: User,
    at: datetime,
    splits: Sequence[Mapping[str, str]],
    least: int | None = None,
) -> Metric:
    """Say by what a metric is split, three at most, and from which count on its groups are shown. What was
    held back stays so; a larger count hides what is below it now."""
    lock(metric)
    check_can_edit_metric(by, metric)
    wanted = [{"name": name} for one in splits if (name := visible(one["name"]))]
    if wanted and metric.is_rate:
        raise Refused(str(NO_RATES))
    if len(wanted) > MOST_SPLITS:
        raise Refused(_("A metric is split in three ways at most."))
    if len({one["name"].casefold() for one in wanted}) < len(wanted):
        raise Refused(_("Two splits have the same name."))
    if any(len(one["name"]) > LONGEST_SPLIT or "/" in one["name"] for one in wanted):
        raise Refused(_("The name of a split has up to 40 characters and no slash."))
    if least is not None and not settings.LEAST_CELL <= least <= LARGEST_LEAST:
        raise Refused(
            _("The smallest count that is shown is between %(least)s, which holds here, and 1,000.")
            % {"least": settings.LEAST_CELL}
        )
    if metric.splits == wanted and metric.least_cell == least:
        return metric
    before = least_shown(metric)
    metric.splits, metric.least_cell = wanted, least
    metric.save(update_fields=["splits", "least_cell"])
    if least_shown(metric) > before:
        _hide_smaller(metric, at=at)
    audit.record(
        "metric.split",
        metric,
        by=by,
        at=at,
        also=[metric.pilot] if metric.pilot else [],
        what=", ".join(one["name"] for one in wanted) or "–",
        least=least_shown(metric),
    )
    return metric


def keep(
    metric: Metric,
    sent: Mapping[StratumKey, Measurement],
    *,
    at: datetime,
    touched: Iterable[date] = (),
) -> StrataKept:
    """Keep numbers of groups of a metric that the caller holds; those of everybody are stored already.
    `touched`: periods whose number of everybody may have changed."""
    found = StrataKept()
    usable = _usable(metric, sent, found)
    periods = {cell.period for cell in usable} | set(touched)
    whole = whole_of(metric, periods)
    rows: dict[tuple[str, date], dict[str, Stratum]] = {}
    for row in metric.strata.filter(period__in=periods):
        rows.setdefault((row.split, row.period), {})[row.group] = row
    arrived: dict[tuple[str, date], dict[str, Measurement]] = {}
    for cell, one in usable.items():
        arrived.setdefault((cell.split, cell.period), {})[cell.group] = one
    written: list[Stratum] = []
    gone: list[int] = []
    for key in sorted(rows.keys() | arrived.keys()):
        split, period = key
        before, now = rows.get(key, {}), arrived.get(key, {})
        problem = _problem(before, now, whole, period)
        if now and problem:
            found.refused |= {StratumKey(split, group, period): problem for group in now}
            now = {}
        if not now:
            gone += _withdrawn(before, whole.get(period), metric)
            continue
        for row in _settled(metric, key, before, now, whole[period], at):
            was = before.get(row.group)
            if was is not None and all(getattr(was, n) == getattr(row, n) for n in _NUMBERS):
                found.unchanged += row.group in now
                continue
            written.append(row)
            found.added += was is None
            found.revised += was is not None and row.group in now
    Stratum.objects.filter(pk__in=gone).delete()
    found.withdrawn = len(gone)
    _write(written)
    if written:
        audit.record("metric.groups_kept", metric, by=PULLS, at=at, count=len(written))
    return found


def touched_by(pull: Pull) -> set[date]:
    """The periods of groups of which the number of everybody may have changed with this pull."""
    rows = Stratum.objects.filter(metric=pull.metric_id, period__lt=pull.window_end)
    within = rows.filter(period__gte=pull.window_start).order_by()
    return set(within.values_list("period", flat=True).distinct())


def _usable(
    metric: Metric, sent: Mapping[StratumKey, Measurement], found: StrataKept
) -> dict[StratumKey, Measurement]:
    names = {one["name"] for one in metric.splits}
    groups: dict[str, set[str]] = {name: set() for name in names}
    for split, group in metric.strata.order_by().values_list("split", "group").distinct():
        groups.setdefault(split, set()).add(group)
    usable = {}
    for cell, one in sent.items():
        known = groups.get(cell.split, set())
        if cell.split not in names:
            reason = _("The metric is not split in this way.")
        elif not cell.group or len(cell.group) > LONGEST_GROUP or visible(cell.group) != cell.group:
            reason = _("A group has a name of up to 60 characters.")
        elif any(one.kind in _OF_A_PERSON for one in findings(cell.group)):
            reason = _("The name of a group tells who somebody is. Groups are of many.")
        elif cell.group not in known and len(known) >= MOST_GROUPS:
            reason = _("A split has 40 groups at most. What has more does not tell groups apart.")
        elif metric.is_rate:
            reason = str(NO_RATES)
        elif metric.kind != MetricKind.PROPORTION and not one.n:
            reason = _(
                "Say how many it rests on (n): without that nobody knows whether it is small."
            )
        else:
            reason = ""
            known.add(cell.group)
            usable[cell] = one
        if reason:
            found.refused[cell] = reason
    return usable


def _problem(
    before: Mapping[str, Stratum],
    now: Mapping[str, Measurement],
    whole: Mapping[date, suppression.Counts | None],
    period: date,
) -> str:
    if period not in whole:
        return _("The number of everybody is not known for this period. Bring it first.")
    counts = _shown(before) | {group: _counts(one) for group, one in now.items()}
    if suppression.too_many(list(counts.values()), whole[period]):
        return _("The groups have more cases than everybody together, so one of both is wrong.")
    return ""


def _settled(
    metric: Metric,
    key: tuple[str, date],
    before: Mapping[str, Stratum],
    now: Mapping[str, Measurement],
    whole: suppression.Counts | None,
    at: datetime,
) -> list[Stratum]:
    """The numbers of a split for a period as they are to be kept."""
    least = least_shown(metric)
    counts = _shown(before) | {group: _counts(one) for group, one in now.items()}
    already = {group for group, row in before.items() if row.hidden}
    if any(
        suppression.is_small(_counts(one), least)
        for group, one in now.items()
        if group in before and not before[group].hidden
    ):
        # Whoever saw it before would know by how much it fell, were anything else still shown.
        already = set(before)
    hidden = suppression.held_back(counts, whole, least=least, already=already)
    split, period = key
    found = []
    for group in sorted(counts.keys() | hidden):
        row = Stratum(
            metric=metric, split=split, period=period, group=group, hidden=group in hidden,
            least=least, recorded_at=at,
        )  # fmt: skip
        if not row.hidden:
            one = now.get(group) or before[group]
            row.value, row.n = one.value, one.n
            row.numerator, row.denominator = one.numerator, one.denominator
            row.n = int(one.denominator) if one.denominator is not None else one.n
        found.append(row)
    return found


def _withdrawn(
    before: Mapping[str, Stratum], whole: suppression.Counts | None, metric: Metric
) -> list[int]:
    """What is shown and does not fit the number of everybody any more: it waits to be brought anew."""
    shown = _shown(before)
    hidden = {group for group, row in before.items() if row.hidden}
    least = least_shown(metric)
    if not shown or whole is None:
        return []
    fits = not suppression.too_many(list(shown.values()), whole)
    if fits and suppression.held_back(shown, whole, least=least, already=hidden) == hidden:
        return []
    return [before[group].pk for group in shown]


def _hide_smaller(metric: Metric, *, at: datetime) -> None:
    least = least_shown(metric)
    rows: dict[tuple[str, date], list[Stratum]] = {}
    for row in metric.strata.all():
        rows.setdefault((row.split, row.period), []).append(row)
    whole = whole_of(metric, {period for _split, period in rows})
    written = []
    for (_split, period), of_period in rows.items():
        shown = {row.group: row.counts for row in of_period if not row.hidden}
        already = [row.group for row in of_period if row.hidden]
        hidden = suppression.held_back(shown, whole.get(period), least=least, already=already)
        for row in of_period:
            if not row.hidden and row.group in hidden:
                row.hidden, row.least, row.recorded_at = True, least, at
                row.value = row.numerator = row.denominator = row.n = None
                written.append(row)
    _write(written)


def _write(rows: Sequence[Stratum]) -> None:
    for row in rows:
        row.pk = None
    Stratum.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["metric", "split", "period", "group"],
        update_fields=[*_NUMBERS, "least", "recorded_at"],
    )


def _shown(rows: Mapping[str, Stratum]) -> dict[str, suppression.Counts]:
    return {group: row.counts for group, row in rows.items() if not row.hidden}


def _counts(one: Measurement) -> suppression.Counts:
    if one.numerator is not None and one.denominator is not None:
        return int(one.numerator), int(one.denominator - one.numerator)
    return (one.n or 0,)


def notes(kept: StrataKept) -> list[str]:
    """What is remarked on a pull: never a number of a group."""
    found = []
    if kept.withdrawn:
        found.append(
            _(
                "%(n)s numbers of groups do not fit the new number of everybody and wait to be brought anew."
            )
            % {"n": f"{kept.withdrawn:,}"}
        )
    return found
