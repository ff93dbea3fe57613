"""One visit to a source on behalf of a metric: what came, whole, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from pilots.connectors import csv_file, kinds
from pilots.connectors.errors import BadConfig, Who
from pilots.connectors.http import Door
from pilots.connectors.observation import Observation, Rejected, Tally, Window
from pilots.metrics import credentials, ingest
from pilots.metrics.models import Metric, MetricKind, Source, SourceFile
from pilots.metrics.queries import latest_file

# A pull may take this long altogether; somebody who waits at a page, not as long.
PULL_SECONDS = 480
TRY_SECONDS = 20


@dataclass(frozen=True)
class Basis:
    """What the numbers were asked for with; when it has changed meanwhile, they are not wanted."""

    version: int
    asked: tuple[str, str, date]
    config: dict[str, Any]
    secret: bytes
    file_id: int | None

    @classmethod
    def of(cls, metric: Metric, source: Source) -> Basis:
        file_id = None
        if source.pk and kinds.get(source.kind).needs_content:
            latest = source.files.order_by("-id").values_list("pk", flat=True)
            file_id = latest.first()
        asked = (metric.kind, metric.cadence, metric.pull_from)
        return cls(metric.version, asked, source.config, bytes(source.secret), file_id)


@dataclass
class Collected:
    """What one visit brought. `received` is what came of this metric, good or refused."""

    observations: list[Observation] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    origin: str = ""
    notes: list[str] = field(default_factory=list)
    basis: Basis | None = None

    @property
    def received(self) -> int:
        return len(self.observations) + len(self.rejected)

    def take(self, item: Observation | Rejected, *, proportion: bool) -> None:
        if isinstance(item, Rejected):
            self.rejected.append(item)
        elif reason := ingest.doubt(item, proportion=proportion):
            self.rejected.append(Rejected(str(item.period), "", reason))
        else:
            self.observations.append(item)


def door(seconds: float = PULL_SECONDS) -> Door:
    return Door(allowed_hosts=frozenset(settings.INTERNAL_HOSTS), total_seconds=seconds)


def secrets_of(source: Source) -> dict[str, str]:
    try:
        return credentials.unseal(source.secret, key=settings.CREDENTIAL_KEY)
    except credentials.Unreadable:
        raise BadConfig(
            "The credentials of this source were encrypted with another key. Enter them again.",
            who=Who.SOURCE_OWNER,
        ) from None


def settings_of(metric: Metric) -> dict[str, Any]:
    """What the connector is told: the source's settings and the metric's own."""
    return {**metric.source.config, **metric.binding}


def collect(metric: Metric, window: Window, *, seconds: float = PULL_SECONDS) -> Collected:
    """Everything the source says about the window. Raises SourceError, and then nothing came."""
    source = metric.source
    kind = kinds.get(source.kind)
    file = latest_file(source.pk) if kind.needs_content and source.pk else None
    tally = Tally()
    collected = Collected(origin=origin(source, file))
    items = kind.observe(
        settings_of(metric),
        window,
        cadence=metric.cadence,
        measure=metric.kind,
        door=door(seconds),
        secrets=secrets_of(source),
        content=bytes(file.content) if file else None,
        tally=tally,
    )
    proportion = metric.kind == MetricKind.PROPORTION
    for item in items:
        collected.take(item, proportion=proportion)
    collected.notes = notes(tally)
    return collected


def collect_together(
    metrics: list[Metric], window: Window, *, content: bytes, origin: str
) -> dict[str, Collected]:
    """One reading of a file for many metrics that differ in nothing but the entity; "" holds the
    rows that name no entity."""
    first = metrics[0]
    proportion = first.kind == MetricKind.PROPORTION
    tally = Tally()
    wanted = {metric.binding["entity_value"] for metric in metrics}
    found: dict[str, Collected] = {entity: Collected(origin=origin) for entity in wanted | {""}}
    for entity, item in csv_file.observe_all(
        settings_of(first),
        window,
        cadence=first.cadence,
        measure=first.kind,
        content=content,
        tally=tally,
    ):
        if entity in found:
            found[entity].take(item, proportion=proportion)
    for collected in found.values():
        collected.notes = list(tally.notes)
    return found


def origin(source: Source, file: SourceFile | None) -> str:
    """Where the numbers came from, without anything that is nobody's business."""
    if file is not None:
        return file.name
    address = str(source.config.get("url") or source.config.get("base_url") or "")
    host = urlsplit(address).netloc.rpartition("@")[2]
    return f"{source.name} ({host})" if host else source.name


def notes(tally: Tally) -> list[str]:
    """What else is worth knowing about the visit."""
    found = list(tally.notes)
    if tally.outside:
        found.append(
            _("%(rows)s rows lie outside the days asked for.") % {"rows": f"{tally.outside:,}"}
        )
    return found
