"""What a kind of source is: its settings, its address, its connection test and its reading."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from pilots.connectors import credentials
from pilots.connectors.block import Gathered
from pilots.connectors.errors import BadConfig
from pilots.connectors.fields import Config, Field, Scope
from pilots.connectors.http import HttpClient
from pilots.connectors.measurement import (
    Cadence,
    MeasureKind,
    Measurement,
    Rejected,
    RowCounts,
    Window,
)
from pilots.connectors.preview import Preview
from pilots.connectors.rows import Rules, SeriesBuilder

NO_SECRETS: Mapping[str, str] = {}
SIGN_IN = frozenset(field.name for field in credentials.FIELDS)


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """What a connection test found: a sentence, and where there is a file, its first rows. `offered` is the key
    that a server shows and nobody has confirmed; then nothing else was asked."""

    sentence: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    offered: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a kind's functions get for one visit to a source.

    `content` is the file that was uploaded last, where the kind takes one, or what was found here.
    """

    config: Config
    client: HttpClient
    secrets: Mapping[str, str]
    content: bytes | Path | None = None
    # Where databases lie that are files, if whoever runs the installation named a place.
    files: Path | None = None

    def __post_init__(self) -> None:
        credentials.equip(self)


# The reading of a kind: adds the rows of the window to the series, all of them or a SourceError.
Read = Callable[[Visit, SeriesBuilder], None]
# The connection test of a kind: asks for as little as shows that the settings are right.
TestConnection = Callable[[Visit], ConnectionTest]


class ObserveEach(Protocol):
    """Reads every series of a file at once, or those that are wanted, as (entity, item)."""

    def __call__(
        self,
        config: Config,
        content: bytes | Path,
        window: Window,
        *,
        cadence: Cadence | str,
        measure: MeasureKind | str,
        counts: RowCounts,
        wanted: Collection[str] | None = None,
    ) -> Iterator[tuple[str, Measurement | Rejected]]: ...


class LookInto(Protocol):
    """The columns and first rows of a file, or of one sheet of it; of so many rows at most."""

    def __call__(
        self, content: bytes | Path, sheet: str = "", *, most: int | None = None
    ) -> Preview: ...


class Gather(Protocol):
    """Reads the series of a file that are wanted, as much of it at once as can be."""

    def __call__(
        self,
        config: Config,
        content: bytes | Path,
        window: Window,
        *,
        cadence: Cadence | str,
        measure: MeasureKind | str,
        counts: RowCounts,
        wanted: Collection[str] | None,
    ) -> Gathered: ...


@dataclass(frozen=True)
class WholeFile:
    """How a kind whose numbers all stand in one file gets it and looks into it."""

    fetch: Callable[[Visit], bytes | Path]
    preview: LookInto
    # Adds the rows of one series, all of them or those of the entity that the settings name.
    read: Callable[[Config, bytes | Path, SeriesBuilder], None]
    observe_each: ObserveEach
    gather: Gather | None = None


def _nothing_more(_values: Config, _measure: str | None) -> dict[str, str]:
    return {}


def _all_at_once(_settings: Config) -> int | None:
    return None


@dataclass(frozen=True)
class SourceKind:
    """One kind of source. Whatever forms, pages, pulls and the API know of it stands here."""

    key: str
    label: str
    description: str
    fields: tuple[Field, ...]
    read: Read
    test: TestConnection
    # What is wrong with the settings together, given the measure: field name and sentence.
    check: Callable[[Config, str | None], dict[str, str]] = _nothing_more
    # With it, columns are mapped on a page and every pull gets all there is.
    file: WholeFile | None = None
    # Into so many periods at once a long history is cut, each part kept before the next is asked for;
    # None where one question brings all of it.
    at_once: Callable[[Config], int | None] = _all_at_once
    # Its numbers change when somebody uploads a file, not with the night.
    uploaded: bool = False
    # Its numbers are made in this product: a room gives them (metrics/inside.py), and no server is asked.
    inside: bool = False
    # Its numbers are brought, some at a time, and kept as they come: nothing is ever asked for.
    brought: bool = False

    @property
    def scheduled(self) -> bool:
        return not self.uploaded and not self.brought

    @property
    def whole(self) -> bool:
        """Whether one answer holds everything; the others are asked for some periods."""
        return self.file is not None or self.inside

    @property
    def source_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.scope == "source")

    @property
    def metric_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.scope == "metric")

    def servers(self, config: Config) -> tuple[tuple[str, str], ...]:
        """(scheme, host and port) of each address in the settings, without any login."""
        found = []
        for field in self.fields:
            if field.type == "host" and config.get(field.name):
                found.append((self.key, str(config[field.name]).casefold()))
            if field.type == "url" and config.get(field.name):
                parts = urlsplit(str(config[field.name]))
                found.append((parts.scheme, parts.netloc.rpartition("@")[2].casefold()))
        return tuple(found)

    def asked(self, config: Config) -> dict[str, object]:
        """What the settings ask for. How one signs in, at which host the system is and by which key it
        is known are left out, for the same system answers the same there."""
        found: dict[str, object] = {}
        for field in self.fields:
            if field.secret or field.name in SIGN_IN or field.type in ("host", "host_key"):
                continue
            value = field.cleaned(config.get(field.name))
            if field.type == "url":
                parts = urlsplit(str(value))
                value = f"{parts.path.rstrip('/')}?{parts.query}"
            found[field.name] = value
        return found

    def host(self, config: Config) -> str:
        """The host that the source is at; empty for an uploaded file."""
        return next((host for _scheme, host in self.servers(config)), "")

    def observe(
        self,
        config: Config,
        window: Window,
        *,
        cadence: Cadence | str,
        measure: MeasureKind | str,
        client: HttpClient,
        secrets: Mapping[str, str] = NO_SECRETS,
        content: bytes | Path | None = None,
        files: Path | None = None,
        counts: RowCounts | None = None,
    ) -> Iterator[Measurement | Rejected]:
        """What the source says about a window; every SourceError comes before the first item."""
        problems = self.problems(config, measure=str(measure))
        if problems:
            name, sentence = next(iter(problems.items()))
            label = next((field.label for field in self.fields if field.name == name), "")
            raise BadConfig(f"{label}: {sentence}" if label else sentence)
        counts = counts if counts is not None else RowCounts()
        series = SeriesBuilder(Rules.of(config, cadence, measure), window, counts)
        if self.file is not None and content is not None:
            self.file.read(config, content, series)
        else:
            self.read(Visit(config, client, secrets, content, files), series)
        counts.requests, counts.bytes = client.requests, client.bytes
        yield from series.close()

    def clean(self, values: Config, *, scope: Scope) -> dict[str, object]:
        """The settings of one scope as they are kept: stripped, filled up, without secrets."""
        return {
            field.name: field.cleaned(values.get(field.name))
            for field in self.fields
            if field.scope == scope and not field.secret
        }

    def secrets(self, values: Config) -> dict[str, str]:
        """The secrets that were entered; those left empty stay what they were."""
        return {
            field.name: str(values[field.name]).strip()
            for field in self.fields
            if field.secret and str(values.get(field.name) or "").strip()
        }

    def problems(
        self, values: Config, *, scope: Scope | None = None, measure: str | None = None
    ) -> dict[str, str]:
        """What is wrong with the settings: field name (or "" for all) and a sentence."""
        problems: dict[str, str] = {}
        names = {field.name for field in self.fields if scope in (None, field.scope)}
        for field in self.fields:
            if field.name in names and not field.secret and (sentence := field.problem(values)):
                problems[field.name] = sentence
        together = {
            **(
                credentials.problems(values) if {one.name for one in self.fields} >= SIGN_IN else {}
            ),
            **self.check(values, measure if scope != "source" else None),
        }
        for name, sentence in together.items():
            if (not name or name in names) and name not in problems:
                problems[name] = sentence
        return problems
