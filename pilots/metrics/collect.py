"""One visit to a source on behalf of a metric: what came, whole, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from innovation.rules import dates
from innovation.rules.key_ring import SealedWithAnotherKey
from pilots.connectors import csv_text, hidden, signing, spreadsheets
from pilots.connectors.block import Block, Gathered
from pilots.connectors.errors import BadConfig, SourceError, Who
from pilots.connectors.fields import Config
from pilots.connectors.http import HttpClient
from pilots.connectors.kind import Gather, Visit, WholeFile
from pilots.connectors.measurement import (
    Cadence,
    MeasureKind,
    Measurement,
    Rejected,
    RowCounts,
    Window,
)
from pilots.connectors.rows import Rules, SeriesBuilder
from pilots.connectors.sftp import keys
from pilots.internal_hosts import queries as internal_hosts
from pilots.metrics import credentials, ingest, inside, stored_files
from pilots.metrics.models import Metric, MetricKind, Source, SourceFile
from pilots.metrics.queries import latest_file

# A pull may take this long altogether; somebody who waits at a page, not as long.
PULL_SECONDS = 480
WAITING_SECONDS = 20
COLUMNS_KEPT = 600
LAST = 64 * 1024  # bytes of a file, that are looked at for its end
# So many rows of a sample are shown.
SHOWN = 12
# So many refused rows of organisations of which nothing can be used are kept, to be listed.
KEPT = 20_000


@dataclass(frozen=True)
class Basis:
    """What the numbers were asked for with; when it has changed meanwhile, they are not wanted."""

    version: int
    asked: tuple[str, str, date]
    config: dict[str, object]
    secrets: tuple[dict[str, str], ...]
    file_id: int | None
    found: str  # a fingerprint of what there was, where the numbers are made here

    @classmethod
    def of(cls, metric: Metric, source: Source) -> Basis:
        file_id = None
        if source.pk and source.connector.uploaded:
            latest = source.files.order_by("-id").values_list("pk", flat=True)
            file_id = latest.first()
        asked = (metric.kind, metric.cadence, metric.pull_from)
        found = inside.fingerprint(metric) if source.connector.inside else ""
        return cls(metric.version, asked, source.config, _opened(source), file_id, found)


@dataclass
class Collected:
    """What one visit brought. `received` is what came of this metric, good or refused."""

    measurements: list[Measurement] | Block = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    origin: str = ""
    notes: list[str] = field(default_factory=list)
    basis: Basis | None = None
    goes_on: bool = False  # a part of a long history, and more of it to come
    groups_follow: bool = False  # numbers of groups are kept by whoever brought these, next

    @property
    def received(self) -> int:
        return len(self.measurements) + len(self.rejected)

    def take(self, item: Measurement | Rejected, *, proportion: bool, rate: bool = False) -> None:
        if isinstance(item, Rejected):
            self.rejected.append(item)
        elif reason := ingest.doubt(item, proportion=proportion, rate=rate):
            self.rejected.append(Rejected(str(item.period), "", reason))
        elif isinstance(self.measurements, list):
            self.measurements.append(item)


@dataclass(frozen=True)
class CollectedEach:
    """What one reading of a file brought for each of many metrics. Of those that were read as blocks, it is
    got when it is asked for."""

    blocks: Mapping[str, Block]
    others: Mapping[str, Collected]
    origin: str
    notes: list[str]

    def of(self, entity: str) -> Collected:
        block = self.blocks.get(entity)
        one = self.others.get(entity) or Collected(origin=self.origin)
        measurements = one.measurements if block is None else block
        return replace(one, measurements=measurements, notes=list(self.notes))


def client(source: Source, seconds: float = PULL_SECONDS) -> HttpClient:
    """For one visit to the source, which reaches the internal hosts that are open to its unit."""
    return _client(internal_hosts.opened_to(source.unit_id), seconds)


def _client(hosts: frozenset[tuple[str, int | None]], seconds: float) -> HttpClient:
    return HttpClient(
        allowed_hosts=frozenset(settings.INTERNAL_HOSTS),
        opened_hosts=hosts,
        ceiling=internal_hosts.ceiling(),
        total_seconds=seconds,
    )


def _opened(source: Source) -> tuple[dict[str, str], ...]:
    """What was sealed, and not the tokens: a change of keys makes new ones of the same."""
    try:
        return credentials.unseal(source.secret), credentials.unseal(source.hidden)
    except SealedWithAnotherKey:
        return ()


def secrets_of(source: Source) -> dict[str, str]:
    """The credentials of a source, for its connector."""
    return _unsealed(source.secret)


@dataclass(frozen=True)
class SigningKey:
    """The public half of a key with which a source signs, and whether it does, will or did."""

    jwk: dict[str, object]
    state: str


def signing_keys(source: Source) -> list[SigningKey]:
    """What whoever runs the server may know of a source's keys; empty where it signs nothing."""
    if source.config.get("auth") != "smart":
        return []
    secrets = secrets_of(source)
    states = [
        name for name in (signing.SIGNS, signing.WILL_SIGN, signing.SIGNED) if secrets.get(name)
    ]
    return [
        SigningKey(jwk, state)
        for jwk, state in zip(signing.published(secrets), states, strict=True)
    ]


def ssh_keys(source: Source) -> list[tuple[str, str]]:
    """The public halves of the keys with which a source signs in at an SFTP server, as the line that goes among
    the keys that it knows, each with whether it does or will; empty where it has none."""
    if source.config.get("auth") != "key":
        return []
    secrets = secrets_of(source)
    return [
        (keys.public(secrets[name], f"pilotlight-{source.pk}"), name)
        for name in (signing.SIGNS, signing.WILL_SIGN)
        if secrets.get(name)
    ]


def config_of(source: Source) -> dict[str, object]:
    """The settings of a source as they were entered, for its connector."""
    behind = _unsealed(source.hidden)
    return hidden.unveil(source.connector.fields, source.config, behind)


def _unsealed(token: bytes | memoryview) -> dict[str, str]:
    try:
        return credentials.unseal(token)
    except SealedWithAnotherKey:
        raise BadConfig(
            "The credentials of this source were encrypted with another key. Enter them again.",
            who=Who.SOURCE_OWNER,
        ) from None


def settings_of(metric: Metric) -> dict[str, object]:
    """What the connector is told: the source's settings and the metric's own."""
    return {**config_of(metric.source), **metric.binding}


def collect(
    metric: Metric,
    window: Window,
    *,
    seconds: float = PULL_SECONDS,
    fetched: bytes | None = None,
) -> Collected:
    """Everything the source says about the window. Raises SourceError, and then nothing came."""
    hosts = internal_hosts.opened_to(metric.source.unit_id)
    return prepared(metric, window, seconds=seconds, fetched=fetched, hosts=hosts)()


def prepared(
    metric: Metric,
    window: Window,
    *,
    seconds: float,
    hosts: frozenset[tuple[str, int | None]],
    fetched: bytes | None = None,
) -> Callable[[], Collected]:
    """The same, to be asked by any thread: what is called asks the database nothing."""
    source = metric.source
    kind = source.connector
    file = latest_file(source.pk) if kind.uploaded and source.pk else None
    origin_of = origin(source, file)
    if kind.inside:
        found = inside.numbers_of(metric)
        origin_of, fetched = found.origin, found.content
    copy = stored_files.FileCopy(file) if file else None
    asked, secrets = settings_of(metric), secrets_of(source)
    proportion, rate = metric.kind == MetricKind.PROPORTION, metric.is_rate

    def ask() -> Collected:
        counts = RowCounts()
        collected = Collected(origin=origin_of)
        content = copy.content if copy else fetched
        items = kind.observe(
            asked,
            window,
            cadence=metric.cadence,
            measure=metric.kind,
            client=_client(hosts, seconds),
            secrets=secrets,
            content=content,
            files=settings.WAREHOUSE_FILES,
            counts=counts,
        )
        for item in items:
            collected.take(item, proportion=proportion, rate=rate)
        collected.notes = notes(counts)
        if copy is not None and ends_midline(copy.content):
            collected.notes.append(perhaps_cut())
        return collected

    return ask


def collect_batch(
    first: Metric,
    wanted: Collection[str],
    window: Window,
    *,
    file: WholeFile,
    content: bytes | Path,
    origin: str,
) -> CollectedEach:
    """One reading of a file for many metrics that differ from the first in nothing but the entity. What is
    wanted together is best named together."""
    counts = RowCounts()
    gathered = (file.gather or _gather_items(file))(
        settings_of(first),
        content,
        window,
        cadence=first.cadence,
        measure=first.kind,
        counts=counts,
        wanted=wanted,
    )
    others: dict[str, Collected] = {}
    for entity, item in gathered.items:
        if entity:
            one = others.setdefault(entity, Collected(origin=origin))
            one.take(item, proportion=first.kind == MetricKind.PROPORTION, rate=first.is_rate)
    said = [*counts.notes, *([perhaps_cut()] if ends_midline(content) else [])]
    return CollectedEach(gathered.blocks, others, origin, said)


def _gather_items(file: WholeFile) -> Gather:
    """For a kind that reads its rows one after the other."""

    def gather(
        config: Config,
        content: bytes | Path,
        window: Window,
        *,
        cadence: Cadence | str,
        measure: MeasureKind | str,
        counts: RowCounts,
        wanted: Collection[str] | None,
    ) -> Gathered:
        items = file.observe_each(
            config, content, window, cadence=cadence, measure=measure, counts=counts, wanted=wanted
        )
        return Gathered({}, items)

    return gather


def ends_midline(content: bytes | Path) -> bool:
    """Whether the last line of a file has no end, as that of one that is still being written."""
    if spreadsheets.is_spreadsheet(csv_text.head(content, 16)):
        return False
    return csv_text.tail(content, LAST).rstrip(b"\0")[-1:] not in (b"\n", b"\r")


def perhaps_cut() -> str:
    return _(
        "The last line of the file has no end. If the file was still being written when it was copied,"
        " its last number is cut: look at it, and upload the file again if it is."
    )


def origin(source: Source, file: SourceFile | None) -> str:
    """Where the numbers came from, without anything that is nobody's business."""
    if file is not None:
        return file.name
    host = source.connector.host(source.config)
    return f"{source.name} ({host})" if host else source.name


def notes(counts: RowCounts) -> list[str]:
    """What else is worth knowing about the visit."""
    found = list(counts.notes)
    if counts.outside:
        found.append(
            _("%(rows)s rows lie outside the days asked for.") % {"rows": f"{counts.outside:,}"}
        )
    return found


# A look, before anything depends on it


def visit(
    source: Source, copy: stored_files.FileCopy | None = None, *, seconds: float = WAITING_SECONDS
) -> Visit:
    """A visit to a source: a short one, while somebody waits at a page. `copy`: of the file that was uploaded
    last; it has to last as long as the visit."""
    return Visit(
        config_of(source),
        client(source, seconds),
        secrets_of(source),
        None if copy is None else copy.content,
        settings.WAREHOUSE_FILES,
    )


def uploaded(source: Source) -> stored_files.FileCopy | None:
    """A copy of the file that was uploaded last, where the source takes files and has one."""
    file = latest_file(source.pk) if source.connector.uploaded else None
    return None if file is None else stored_files.FileCopy(file)


def columns_of(source: Source) -> tuple[str, ...]:
    """The columns of the file that was uploaded last, to choose from. What was read is remembered
    for a while: each form asks."""
    file = source.connector.file
    digest = source.files.order_by("-id").values_list("sha256", flat=True).first()
    if file is None:
        return ()
    sheet = str(source.config.get("sheet") or "")
    key = f"columns:{source.pk}:{digest}:{hashlib.sha256(sheet.encode()).hexdigest()}"
    known: tuple[str, ...] | None = cache.get(key)
    if known is None:
        copy = uploaded(source)
        known = file.preview(file.fetch(visit(source, copy)), sheet, most=1).columns
        cache.set(key, known, COLUMNS_KEPT)
    return known


@dataclass
class Unusable:
    """Something that a file names and of which no number can be used: its refused rows, the first of all."""

    rows: list[Rejected] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True)
class MappingPreview:
    """A file as a mapping would read it."""

    read: list[tuple[str, Measurement]] = field(default_factory=list)
    refused: list[tuple[str, Rejected]] = field(default_factory=list)
    entities: dict[str, int] = field(default_factory=dict)  # how many periods of each
    counts: RowCounts = field(default_factory=RowCounts)
    problem: str = ""
    # Organisations without a number; "" holds the rows that name none.
    unusable: dict[str, Unusable] = field(default_factory=dict)


def sample(
    content: bytes | Path,
    *,
    file: WholeFile,
    mapping: dict[str, object],
    kind: str,
    cadence: str,
    pull_from: date,
    today: date,
    wanted: Collection[str] | None = None,
) -> MappingPreview:
    """Read a whole file by a mapping and keep the first rows, good and refused. `wanted`: only these
    organisations, named by a person."""
    counts = RowCounts()
    per = Cadence(cadence)
    window = Window(pull_from, max(per.starts(today), pull_from), today, dates.zone_of(""))
    read: list[tuple[str, Measurement]] = []
    one_by_one: list[tuple[str, Measurement]] = []
    refused: list[tuple[str, Rejected]] = []
    entities: dict[str, int] = {}
    unusable: dict[str, Unusable] = {}
    kept = 0
    try:
        items: Iterable[tuple[str, Measurement | Rejected]]
        if mapping.get("entity_column"):
            gathered = (file.gather or _gather_items(file))(
                mapping,
                content,
                window,
                cadence=cadence,
                measure=kind,
                counts=counts,
                wanted=wanted,
            )
            items = gathered.items
            entities = {name: len(block) for name, block in gathered.blocks.items() if len(block)}
            for name in sorted(entities):
                if len(read) == SHOWN:
                    break
                some = gathered.blocks[name][: SHOWN - len(read)]
                read += [(name, one) for one in some]
        else:
            series = SeriesBuilder(Rules.of(mapping, cadence, kind), window, counts)
            file.read(mapping, content, series)
            items = (("", item) for item in series.close())
        for entity, item in items:
            if isinstance(item, Rejected):
                if len(refused) < SHOWN:
                    refused.append((entity, item))
                # What is without a number becomes no metric; here alone its rows are listed.
                if entity not in entities:
                    one = unusable.setdefault(entity, Unusable())
                    one.count += 1
                    if kept < KEPT or not one.rows:
                        one.rows.append(item)
                        kept += 1
            else:
                entities[entity] = entities.get(entity, 0) + 1
                if len(one_by_one) < SHOWN:
                    one_by_one.append((entity, item))
    except SourceError as error:
        return MappingPreview(problem=error.sentence, counts=counts)
    read = sorted(read + one_by_one, key=lambda pair: pair[0])[:SHOWN]
    in_order = dict(sorted(entities.items()))
    return MappingPreview(read, refused, in_order, counts, unusable=unusable)
