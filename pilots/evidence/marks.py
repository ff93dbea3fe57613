"""What stands in a metric's chart beside its numbers: what happened while it was measured. Every chart
of a metric has its marks from here, and its table and its words say the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.rules import dates
from innovation.web import panels
from innovation.workflow.models import StateChange
from pilots.connectors.measurement import Cadence
from pilots.evidence.models import Alarm, Happening, HappeningKind
from pilots.evidence.queries import Reading
from pilots.lifecycle.models import Pilot, SiteGoLive

Mark = tuple[date, str]


@dataclass(frozen=True)
class MetricMark:
    """What a room above says of one metric, in the place "metric-marks": `fn(metrics) -> list[MetricMark]`."""

    metric: int
    day: date
    label: str


# As many days belong to the number of a period, at most.
DAYS = {Cadence.DAY.value: 1, Cadence.WEEK.value: 7, Cadence.MONTH.value: 31}


def marks_of(readings: Sequence[Reading]) -> dict[int, tuple[Mark, ...]]:
    """What happened while each was measured, by metric: its own plan and numbers, its alarms, what was
    noted of it, and all of its pilot. In a constant number of statements, whatever they are."""
    pilots = {one.metric.pilot_id: one.metric.pilot for one in readings if one.metric.pilot}
    of_pilot, of_metric = _of_pilots(pilots.values()), _of_metrics(readings)
    return {
        one.metric.pk: tuple(
            sorted(
                {
                    *_of_reading(one),
                    *of_pilot.get(one.metric.pilot_id or 0, ()),
                    *of_metric.get(one.metric.pk, ()),
                }
            )
        )
        for one in readings
    }


def among(
    marks: Iterable[Mark], periods: Sequence[date], cadence: str, *, ahead: bool = False
) -> list[Mark]:
    """Those that lie in these periods; or in the one to come (`ahead`), which has no number until it is
    over."""
    if not periods:
        return []
    end = periods[-1] + timedelta(days=DAYS[cadence] * (2 if ahead else 1))
    return [one for one in marks if periods[0] <= one[0] < end]


def in_words(marks: Sequence[Mark]) -> str:
    """The marks of a chart in words, for who does not see it; empty where there are none."""
    if not marks:
        return ""
    parts = [f"{label}, {dates.day_in_words(day)}" for day, label in marks]
    return _("Marked: %(events)s.") % {"events": "; ".join(parts)}


def beside_rows(
    columns: list[str],
    rows: list[list[str]],
    marks: Iterable[Mark],
    *,
    periods: Sequence[date],
    cadence: str,
) -> None:
    """Give a table of the last periods, newest first, a column of what was marked in each, where
    something was."""
    tabled = np.array(periods[len(periods) - len(rows) :], dtype="datetime64[D]")
    found: dict[int, list[str]] = defaultdict(list)
    for day, label in among(marks, tabled.tolist(), cadence):
        found[int(np.searchsorted(tabled, np.datetime64(day), "right"))].append(label)
    if found:
        columns.append(_("Marked"))
        for n, row in enumerate(rows):
            row.append(", ".join(dict.fromkeys(found.get(len(rows) - n, ()))))


def site_marks(pilots: Collection[int]) -> dict[int, list[Mark]]:
    """The days on which sites of these pilots went live, by pilot; those of one day together."""
    names: dict[tuple[int, date], list[str]] = defaultdict(list)
    rows = SiteGoLive.objects.filter(pilot__in=pilots, went_live_on__isnull=False)
    for pilot, day, name in rows.values_list("pilot_id", "went_live_on", "unit__name"):
        assert day is not None
        names[pilot, day].append(name)
    found: dict[int, list[Mark]] = defaultdict(list)
    for (pilot, day), units in sorted(names.items()):
        said = _("%(site)s live") % {"site": units[0]}
        if len(units) > 1:
            said = _("%(n)s sites live") % {"n": len(units)}
        found[pilot].append((day, said))
    return found


def go_live_label() -> str:
    """It stands alone, however many marks there are around it."""
    return _("Go-live")


def _of_reading(reading: Reading) -> Iterable[Mark]:
    """Go-live, changes of the plan, and where its numbers begin to count something else."""
    live_on, settling = reading.live_on, reading.metric.settling_weeks
    if live_on is not None:
        yield live_on, go_live_label()
        if settling:
            yield live_on + timedelta(weeks=settling), _("Settled")
    for one in reading.amended:
        changed = one.approved_values or {}  # type: ignore[attr-defined]  # with_approver
        moved = "baseline_from" in changed or "baseline_until" in changed
        yield dates.day_of(one.at), _("Baseline moved") if moved else _("Plan changed")
    same = reading.numbers.design.same
    if same is not None:
        known = np.flatnonzero(np.isfinite(reading.series.values))
        for place in known[1:][same[known[1:]] != same[known[:-1]]]:
            yield reading.series.periods[int(place)], _("Counted differently")


def _of_pilots(pilots: Iterable[Pilot]) -> dict[int, list[Mark]]:
    """Pauses, sites that went live, and what was noted of all that they measure."""
    by_ref = {audit.ref(pilot): pilot.pk for pilot in pilots}
    if not by_ref:
        return {}
    found = site_marks(by_ref.values())
    words = {"pause": _("Paused"), "resume": _("Resumed")}
    changes = StateChange.objects.filter(subject__in=by_ref, verb__in=words)
    for subject, verb, at in changes.values_list("subject", "verb", "at"):
        found[by_ref[subject]].append((dates.day_of(at), words[verb]))
    noted = Happening.objects.standing().filter(pilot__in=by_ref.values(), metric=None)
    for pilot, day, kind in noted.values_list("pilot_id", "happened_on", "kind"):
        found[pilot].append((day, str(HappeningKind(kind).label)))
    return found


def _of_metrics(readings: Sequence[Reading]) -> dict[int, list[Mark]]:
    """Their alarms, what was noted of them alone, and what rooms above say."""
    metrics = [one.metric.pk for one in readings if one.metric.pilot_id is not None]
    found: dict[int, list[Mark]] = defaultdict(list)
    if not metrics:
        return found
    raised = Alarm.objects.filter(metric__in=metrics)
    for metric, at in raised.values_list("metric_id", "raised_at"):
        found[metric].append((dates.day_of(at), _("Alarm")))
    noted = Happening.objects.standing().filter(metric__in=metrics)
    for metric, day, kind in noted.values_list("metric_id", "happened_on", "kind"):
        assert metric is not None
        found[metric].append((day, str(HappeningKind(kind).label)))
    for one in panels.gather(MetricMark, "metric-marks", metrics):
        found[one.metric].append((one.day, one.label))
    return found
