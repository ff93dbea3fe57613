"""What leaves the room: facts of a source without its secrets, samples, files, JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovation.people.request import person
from innovation.rules.numbers import number
from innovation.web.csv_file import csv_file
from pilots.connectors.measurement import Measurement, Rejected, RowCounts
from pilots.connectors.sftp import host_keys
from pilots.metrics import siblings
from pilots.metrics.actions import amendments
from pilots.metrics.actions.brought import Brought, RowNotKept
from pilots.metrics.actions.dry_run import DryRun, found_by
from pilots.metrics.changes import FieldChange
from pilots.metrics.collect import MappingPreview
from pilots.metrics.figures import Figures
from pilots.metrics.library import ReadyMeasure
from pilots.metrics.models import (
    Amendment,
    ComparisonDesign,
    Dimension,
    Direction,
    KnownNumber,
    Metric,
    MetricKind,
    Pull,
    Sibling,
    Source,
    SourceCheck,
    SourceFile,
)
from pilots.metrics.queries import period_name
from pilots.metrics.states import AmendmentStatus

LISTED = 50  # with their reasons; the others by name


def facts_of(source: Source) -> list[tuple[str, str]]:
    """How a source is reached, for those who keep it; its secret is never among it."""
    found = []
    for field in source.connector.source_fields:
        value = source.config.get(field.name)
        if field.secret or not value:
            continue
        if field.type == "choice":
            value = dict(field.choices).get(str(value), str(value))
        elif field.type == "headers":
            value = ", ".join(f"{name}: {text}" for name, text in value.items())
        elif field.type == "url":
            value = _without_login(str(value))
        elif field.type == "host_key":
            value = host_keys.fingerprint(str(value))
        elif field.type == "pem":
            value = _("kept")
        found.append((field.label, str(value)))
    return found


@dataclass(frozen=True)
class HostKeyShown:
    """A key that a server showed, beside the one that was confirmed before."""

    host: str
    kind: str
    fingerprint: str
    before: str  # the fingerprint of the other one; empty the first time


def host_key_shown(source: Source, offered: str) -> HostKeyShown | None:
    """What a person compares; None where no key waits to be confirmed."""
    if not offered:
        return None
    before = str(source.config.get("host_key") or "")
    return HostKeyShown(
        source.connector.host(source.config),
        offered.split()[0],
        host_keys.fingerprint(offered),
        host_keys.fingerprint(before) if before else "",
    )


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def place(source: Source) -> str:
    """The host that a source is at, or where its numbers come from otherwise."""
    if source.connector.uploaded:
        return _("an uploaded file")
    if source.connector.brought:
        return _("brought here")
    if source.connector.inside:
        return _("kept here")
    return source.connector.host(source.config)


@dataclass(frozen=True)
class DryRunShown:
    """A dry run, ready to be shown: what came, as it would be read."""

    dry_run: DryRun
    rows: list[tuple[str, str, str, str]]
    values: list[float]

    @property
    def count(self) -> int:
        return len(self.dry_run.measurements)


@dataclass(frozen=True)
class MappedFile:
    """A file as a mapping reads it, ready to be shown."""

    sample: MappingPreview
    rows: list[tuple[str, str, str, str]]
    named: bool

    @property
    def problem(self) -> str:
        return self.sample.problem

    @property
    def counts(self) -> RowCounts:
        return self.sample.counts

    @property
    def refused(self) -> list[tuple[str, Rejected]]:
        return self.sample.refused

    @property
    def entities(self) -> dict[str, int]:
        return self.sample.entities

    @property
    def unusable(self) -> list[tuple[str, int, Rejected]]:
        """Organisations of which nothing can be used: how many rows were refused, and the first of them."""
        found = self.sample.unusable.items() if self.named else ()
        return [(entity, one.count, one.rows[0]) for entity, one in found if entity]

    @property
    def unusable_listed(self) -> list[tuple[str, int, Rejected]]:
        return self.unusable[:LISTED]

    @property
    def unusable_besides(self) -> str:
        """The names of those that are not listed with their reason."""
        return ", ".join(entity for entity, _count, _first in self.unusable[LISTED:])

    @property
    def periods(self) -> int:
        return sum(self.sample.entities.values())

    @property
    def sentence(self) -> str:
        """What would come of the whole file."""
        if not self.named:
            return ngettext(
                "%(n)s number comes out of it.", "%(n)s numbers come out of it.", self.periods
            ) % {"n": number(self.periods)}
        numbers = ngettext(
            "%(n)s number comes out of it", "%(n)s numbers come out of it", self.periods
        ) % {"n": number(self.periods)}
        return ngettext(
            "%(numbers)s, for %(n)s organisation.",
            "%(numbers)s, for %(n)s organisations.",
            len(self.entities),
        ) % {"numbers": numbers, "n": number(len(self.entities))}


def mapped_file(sample: MappingPreview, *, kind: str, cadence: str, named: bool) -> MappedFile:
    rows = [
        (entity, _name(one.period, cadence), *_written(one, kind=kind))
        for entity, one in sample.read
    ]
    return MappedFile(sample, rows, named)


def _name(period: date, cadence: str) -> str:
    name = period_name(period, cadence)
    return name[:1].upper() + name[1:]


def _written(one: Measurement, *, kind: str) -> tuple[str, str]:
    """A number and the two counts it is made of, as they are read."""
    value = _value(one)
    written = Figures(share=kind == MetricKind.PROPORTION, unit="").write(value)
    if one.numerator is None or one.denominator is None:
        return written, ""
    return written, f"{number(one.numerator)} / {number(one.denominator)}"


def _value(one: Measurement) -> Decimal:
    if one.value is not None:
        return one.value
    if one.numerator is None or not one.denominator:
        return Decimal(0)
    return one.numerator / one.denominator


def dry_run_of(check: SourceCheck) -> DryRunShown:
    """What came of a dry run that is done."""
    dry_run, kind, cadence = found_by(check), check.question["kind"], check.question["cadence"]
    rows = [
        (
            _name(one.period, cadence),
            *_written(one, kind=kind),
            "" if one.n is None else number(one.n),
        )
        for one in dry_run.last
    ]
    values = [float(_value(one)) for one in dry_run.measurements]
    return DryRunShown(dry_run, rows, values)


def quarantine_file(pull: Pull) -> HttpResponse:
    """The refused rows of a pull as a CSV file to send to whoever can fix them."""
    return csv_file(
        f"refused-rows-{pull.pk}.csv",
        [_("line"), _("what it says"), _("why it was refused")],
        ((row.line, row.raw, row.reason) for row in pull.quarantine.all().iterator()),
    )


class SourceSerializer(serializers.ModelSerializer[Source]):
    """A source without its settings that could hold a secret, and never with its secret."""

    place = serializers.SerializerMethodField(
        help_text="The host, or that it is an upload or kept here."
    )
    metric_count = serializers.IntegerField(read_only=True)
    failing_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Source
        fields = (
            "id", "name", "kind", "unit", "steward", "place", "metric_count", "failing_count",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_place(self, source: Source) -> str:
        return place(source)


class MetricSerializer(serializers.ModelSerializer[Metric]):
    # Blank where the rules choose.
    design = serializers.ChoiceField(ComparisonDesign.choices, allow_blank=True, read_only=True)

    class Meta:
        model = Metric
        fields = (
            "id", "name", "definition", "pilot", "unit", "source", "role", "kind", "measure", "measure_unit",
            "direction", "dimension", "cadence", "target", "limit", "margin", "baseline_from",
            "baseline_until", "steady_from", "steady_because", "design", "design_because", "settling_weeks",
            "binding", "entity", "version", "pull_from", "next_pull_at",
            "failures", "data_version", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class MeasureOut(serializers.Serializer[list[ReadyMeasure]]):
    """A ready definition."""

    key = serializers.CharField()
    name = serializers.CharField()
    definition = serializers.CharField()
    kind = serializers.ChoiceField(MetricKind.choices)
    measure_unit = serializers.CharField()
    direction = serializers.ChoiceField(Direction.choices)
    dimension = serializers.ChoiceField(Dimension.choices)
    cadence = serializers.CharField()
    source = serializers.CharField(help_text="Who defined it.")  # type: ignore[assignment]
    traps = serializers.ListField(child=serializers.CharField())


class AmendmentChangeOut(serializers.Serializer[FieldChange]):
    what = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class AmendmentOut(serializers.ModelSerializer[Amendment]):
    pilot = serializers.IntegerField(source="metric.pilot_id")
    status = serializers.ChoiceField(AmendmentStatus.choices, read_only=True)
    changes = serializers.SerializerMethodField(help_text="Old and new values, in words.")
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Amendment
        fields = (
            "id", "metric", "pilot", "status", "changes", "reason", "proposed_by", "proposed_at",
            "decided_by", "decided_at", "answer", "page",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(AmendmentChangeOut(many=True))
    def get_changes(self, amendment: Amendment) -> list[dict[str, str]]:
        request = self.context.get("request")
        seen_by = person(request) if request is not None else None
        return [asdict(one) for one in amendments.shown(amendment, seen_by=seen_by)]


class SiblingOut(serializers.ModelSerializer[Sibling]):
    """A series that the reader may not see is neither numbered nor named."""

    series = serializers.SerializerMethodField(
        help_text="The metric; null where you may not see it."
    )
    name = serializers.SerializerMethodField()

    class Meta:
        model = Sibling
        fields = ("id", "metric", "series", "name", "kind", "label", "added_at", "added_by")
        read_only_fields = fields

    def get_series(self, sibling: Sibling) -> int | None:
        return sibling.series_id if self._sees(sibling) else None

    def get_name(self, sibling: Sibling) -> str:
        return siblings.named(sibling.series) if self._sees(sibling) else siblings.hidden_site()

    def to_representation(self, sibling: Sibling) -> dict[str, object]:
        found: dict[str, object] = super().to_representation(sibling)
        if not self._sees(sibling):
            found["label"] = ""
        return found

    def _sees(self, sibling: Sibling) -> bool:
        seen: set[int] = self.context["visible"]
        return sibling.series_id in seen


class ObservationSerializer(serializers.ModelSerializer[KnownNumber]):
    value = serializers.SerializerMethodField()
    by_hand = serializers.BooleanField(read_only=True, help_text="Whether somebody typed it in.")

    class Meta:
        model = KnownNumber
        fields = (
            "period", "value", "numerator", "denominator", "n", "expected", "version", "revision",
            "pull_id", "recorded_at", "by_hand",
        )  # fmt: skip
        read_only_fields = fields

    def get_value(self, one: KnownNumber) -> float | None:  # type: ignore[override]
        if one.value is not None:
            return float(one.value)
        if one.numerator is None or not one.denominator:
            return None
        return float(one.numerator / one.denominator)


class PullSerializer(serializers.ModelSerializer[Pull]):
    class Meta:
        model = Pull
        fields = (
            "id", "metric", "status", "requested_at", "started_at", "finished_at", "window_start",
            "window_end", "origin", "received", "added", "revised", "unchanged", "quarantined",
            "problem", "who_can_fix", "will_retry", "notes", "request_id",
        )  # fmt: skip
        read_only_fields = fields


@dataclass(frozen=True)
class FileTaken:
    """What became of a file that a program brought."""

    file: SourceFile
    is_new: bool
    pull_count: int
    pulls: list[Pull]

    @property
    def detail(self) -> str:
        if not self.is_new:
            return _("This file was here already; nothing was changed.")
        if not self.pull_count:
            return _(
                "The file is kept. Nothing is measured from this source yet: say what its columns"
                " mean on its page."
            )
        return ngettext(
            "The file is kept, and is read for %(n)s metric.",
            "The file is kept, and is read for %(n)s metrics.",
            self.pull_count,
        ) % {"n": number(self.pull_count)}


class FileTakenSerializer(serializers.Serializer[FileTaken]):
    detail = serializers.CharField(help_text="A sentence for people.")
    is_new = serializers.BooleanField(
        help_text="Whether anything changed: not where the source held this content already."
    )
    name = serializers.CharField(source="file.name")
    sha256 = serializers.CharField(source="file.sha256")
    uploaded_at = serializers.DateTimeField(source="file.uploaded_at")
    pull_count = serializers.IntegerField(help_text="How many metrics the file is read for.")
    pulls = PullSerializer(many=True, help_text="The pulls under way, 100 at most.")


class RowNotKeptSerializer(serializers.Serializer[RowNotKept]):
    row = serializers.IntegerField(help_text="Its place among what was sent, from 1.")
    metric = serializers.IntegerField()
    period = serializers.CharField()
    reason = serializers.CharField()


class BroughtSerializer(serializers.Serializer[Brought]):
    """What became of numbers that were sent: received = added + revised + unchanged + refused."""

    received = serializers.IntegerField()
    added = serializers.IntegerField()
    revised = serializers.IntegerField(help_text="Known before with another number, which is kept.")
    unchanged = serializers.IntegerField()
    refused = RowNotKeptSerializer(many=True)
    pulls = serializers.SerializerMethodField(
        help_text="One for each metric, where it is accounted for."
    )

    def get_pulls(self, found: Brought) -> list[int]:
        return [pull.pk for pull in found.pulls]
