"""What leaves the room: facts of a source without its secrets, samples, files, JSON."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers

from pilots.connectors import kinds
from pilots.metrics.actions.trying import Tried
from pilots.metrics.models import (
    Metric,
    MetricKind,
    Observation,
    Pull,
    Source,
    SourceKind,
)
from pilots.metrics.queries import period_name

# What a spreadsheet would take for the start of a formula.
LIVE = ("=", "+", "-", "@", "\t", "\r")


def facts_of(source: Source) -> list[tuple[str, str]]:
    """How a source is reached, for those who keep it; its secret is never among it."""
    found = []
    for field in kinds.get(source.kind).source_fields:
        value = source.config.get(field.name)
        if field.secret or not value:
            continue
        if field.type == "choice":
            value = _(dict(field.choices).get(str(value), str(value)))
        elif field.type == "headers":
            value = ", ".join(f"{name}: {text}" for name, text in value.items())
        elif field.type == "url":
            value = _without_login(str(value))
        found.append((_(field.label), str(value)))
    return found


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def place(source: Source) -> str:
    """The host that a source is at, or where its file comes from."""
    if source.kind == SourceKind.CSV_UPLOAD:
        return _("an uploaded file")
    address = str(source.config.get("url") or source.config.get("base_url") or "")
    return urlsplit(address).netloc.rpartition("@")[2]


@dataclass(frozen=True)
class Sampled:
    """A trial, ready to be shown: what came, as it would be read."""

    tried: Tried
    rows: list[tuple[str, str, str, str]]
    values: list[float]
    proportion: bool

    @property
    def count(self) -> int:
        return len(self.tried.observations)


def sampled(tried: Tried, *, kind: str, cadence: str) -> Sampled:
    proportion = kind == MetricKind.PROPORTION
    rows = []
    for one in tried.last:
        share = one.value if one.value is not None else 0
        written = f"{100 * share:.1f}%" if proportion else f"{one.value:f}".rstrip("0").rstrip(".")
        parts = (
            f"{one.numerator:f} / {one.denominator:f}"
            if one.numerator is not None and one.denominator is not None
            else ""
        )
        rows.append(
            (
                period_name(one.period, cadence),
                written,
                parts,
                "" if one.n is None else f"{one.n:,}",
            )
        )
    values = [float(one.value) for one in tried.observations if one.value is not None]
    return Sampled(tried, rows, values, proportion)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if text.startswith(LIVE) else text


def quarantine_file(pull: Pull) -> HttpResponse:
    """The refused rows of a pull as a CSV file to send to whoever can fix them."""
    answer = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="refused-rows-{pull.pk}.csv"'},
    )
    writer = csv.writer(answer)
    writer.writerow([_("line"), _("what it says"), _("why it was refused")])
    for row in pull.quarantine.all().iterator():
        writer.writerow([safe_cell(row.line), safe_cell(row.raw), safe_cell(row.reason)])
    return answer


class SourceSerializer(serializers.ModelSerializer[Source]):
    """A source without its settings that could hold a secret, and never with its secret."""

    place = serializers.SerializerMethodField(help_text="The host, or that it is an upload.")
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
    class Meta:
        model = Metric
        fields = (
            "id", "name", "definition", "pilot", "unit", "source", "role", "kind", "measure_unit",
            "direction", "dimension", "cadence", "target", "limit", "margin", "baseline_from",
            "baseline_until", "binding", "entity", "version", "pull_from", "next_pull_at",
            "failures", "data_version", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class ObservationSerializer(serializers.ModelSerializer[Observation]):
    value = serializers.SerializerMethodField()

    class Meta:
        model = Observation
        fields = (
            "period", "value", "numerator", "denominator", "n", "version", "revision", "pull_id",
            "recorded_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_value(self, one: Observation) -> float | None:
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
            "problem", "who_can_fix", "will_retry", "notes",
        )  # fmt: skip
        read_only_fields = fields
