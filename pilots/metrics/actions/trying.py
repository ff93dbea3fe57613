"""A look at what a source would give, before anything depends on it. Nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from pilots.connectors import credentials, csv_file
from pilots.connectors.errors import NotFound, SourceError, Who
from pilots.connectors.observation import Cadence, Observation, Rejected, Window
from pilots.metrics import collect, schedule
from pilots.metrics.actions.ending import who_can_fix
from pilots.metrics.models import WHOLE_KINDS, Metric, Source, SourceKind
from pilots.metrics.permissions import check_can_edit_source, check_can_use_source

PERIODS = 12


@dataclass(frozen=True)
class Tried:
    """What came, or the sentence why nothing did and who can fix it."""

    window: Window
    observations: list[Observation] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    origin: str = ""
    problem: str = ""
    who_can_fix: str = ""

    @property
    def last(self) -> list[Observation]:
        """The newest twelve, newest first."""
        return self.observations[:-13:-1]


def try_out(
    source: Source,
    *,
    by: User,
    at: datetime,
    unit: Any,
    kind: str,
    cadence: str,
    binding: dict[str, Any],
    pull_from: date,
) -> Tried:
    """Ask the source as a pull would, with a shorter patience, and keep nothing."""
    check_can_use_source(by, source, unit=unit)
    metric = Metric(
        name=_("a trial"), source=source, kind=kind, cadence=cadence, binding=binding, version=1
    )
    today = dates.day_of(at)
    start, end = schedule.window(
        Cadence(cadence), pull_from=pull_from, today=today, known=(), whole=True
    )
    if source.kind not in WHOLE_KINDS:  # a request or more for every period: a few are enough
        start = max(start, _some_periods_before(Cadence(cadence), end))
    window = Window(start, end, today)
    if start >= end:
        return Tried(window, problem=_("No whole period has passed since that day yet."))
    try:
        came = collect.collect(metric, window, seconds=collect.TRY_SECONDS)
    except SourceError as error:
        # Whoever tries a metric is the one who sets it up; the sentence says what to change.
        own = error.who == Who.METRIC_OWNER
        who = "" if own else who_can_fix(error, source)
        return Tried(window, problem=error.sentence, who_can_fix=who)
    return Tried(window, came.observations, came.rejected, came.notes, came.origin)


@dataclass(frozen=True)
class Knocked:
    """Whether a source answers at all."""

    sentence: str
    problem: str = ""
    who_can_fix: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def knock(source: Source, *, by: User) -> Knocked:
    """Ask a source for as little as shows that address and credentials are right."""
    check_can_edit_source(by, source)
    try:
        if source.kind in WHOLE_KINDS:
            preview = csv_file.preview(collect.content_of(source))
            told = _("The file was read: %(rows)s rows, %(columns)s columns.") % {
                "rows": f"{preview.row_count:,}",
                "columns": len(preview.columns),
            }
            return Knocked(told, columns=preview.columns, rows=preview.rows[:8])
        return _knock_on_server(source)
    except SourceError as error:
        return Knocked("", error.sentence, who_can_fix(error, source))


def _knock_on_server(source: Source) -> Knocked:
    base = str(source.config["base_url"]).rstrip("/")
    fhir = source.kind == SourceKind.FHIR_COUNTS
    headers = credentials.headers(source.config, collect.secrets_of(source))
    door = collect.door(collect.TRY_SECONDS)
    try:
        answer = door.get(f"{base}/metadata" if fhir else base, credentials=headers)
    except NotFound:
        if fhir:
            raise
        # The address of an interface need not have a page of its own.
        return Knocked(_("The server answers. Whether it has the numbers shows with a metric."))
    if fhir:
        answer.refuse_web_page("FHIR")
    return Knocked(_("The server answers and accepts the credentials."))


def _some_periods_before(cadence: Cadence, end: date) -> date:
    start = end
    for _step in range(PERIODS):
        start = cadence.starts(start - timedelta(days=1))
    return start
