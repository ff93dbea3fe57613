"""A dry run: what a pull would bring, before anything depends on it. Nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.rules import dates
from pilots.connectors.errors import SourceError, Who
from pilots.connectors.measurement import Cadence, Measurement, Rejected, Window
from pilots.metrics import collect, schedule
from pilots.metrics.actions.outcomes import who_can_fix
from pilots.metrics.models import Metric, Source
from pilots.metrics.permissions import check_can_use_source

PERIODS = 12


@dataclass(frozen=True)
class DryRun:
    """What came, or the sentence why nothing did and who can fix it."""

    window: Window
    measurements: list[Measurement] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    origin: str = ""
    problem: str = ""
    who_can_fix: str = ""

    @property
    def last(self) -> list[Measurement]:
        """The newest twelve, newest first."""
        return self.measurements[:-13:-1]


def dry_run_pull(
    source: Source,
    *,
    by: User,
    at: datetime,
    unit: Unit,
    kind: str,
    cadence: str,
    binding: dict[str, object],
    pull_from: date,
) -> DryRun:
    """Ask the source as a pull would, with a shorter patience, and keep nothing."""
    check_can_use_source(by, source, unit=unit)
    metric = Metric(
        name=_("a trial"), source=source, kind=kind, cadence=cadence, binding=binding, version=1
    )
    today = dates.day_of(at)
    start, end = schedule.window(
        Cadence(cadence), pull_from=pull_from, today=today, known=(), whole=True
    )
    if not source.connector.whole:  # a request or more for every period: a few are enough
        start = max(start, _some_periods_before(Cadence(cadence), end))
    window = Window(start, end, today)
    if start >= end:
        return DryRun(window, problem=_("No whole period has passed since that day yet."))
    try:
        collected = collect.collect(metric, window, seconds=collect.WAITING_SECONDS)
    except SourceError as error:
        # Whoever tries a metric is the one who sets it up; the sentence says what to change.
        own = error.who == Who.METRIC_OWNER
        who = "" if own else who_can_fix(error, source)
        return DryRun(window, problem=error.sentence, who_can_fix=who)
    return DryRun(
        window, collected.measurements, collected.rejected, collected.notes, collected.origin
    )


def _some_periods_before(cadence: Cadence, end: date) -> date:
    start = end
    for _step in range(PERIODS):
        start = cadence.starts(start - timedelta(days=1))
    return start
