"""Standings in words and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from rest_framework import serializers

from okrs.goals.models import KeyResult, Objective
from okrs.progress.queries import Movement, ObjectiveStanding, Standing
from pilots.lifecycle.models import Pilot


def amount(value: Decimal | float | None, unit: str) -> str:
    """A level with its unit, with as many decimals as it needs and never more than two."""
    if value is None:
        return ""
    number = round(Decimal(str(value)), 1 if abs(Decimal(str(value))) >= 5 else 2)
    text = number_format(number.normalize() if number % 1 else int(number), use_l10n=True)
    return f"{text}%" if unit == "%" else f"{text} {unit}".strip()


def way(key_result: KeyResult) -> str:
    """From where to where."""
    unit = key_result.measure_unit
    return _("from %(start)s to %(target)s") % {
        "start": amount(key_result.start, unit if unit == "%" else ""),
        "target": amount(key_result.target, unit),
    }


@dataclass(frozen=True)
class Row:
    """One key result as the pages draw it."""

    standing: Standing
    way: str
    note: str
    points: list[float | None]
    bands: list[tuple[int, int, float, float, float]]
    tone: str
    label: str
    low: float | None
    high: float | None
    places: int


def row(standing: Standing) -> Row:
    """The key result with its note, its small line and the tone of the latest points."""
    reading = standing.reading
    return Row(
        standing=standing,
        way=way(standing.key_result),
        note=note(standing),
        points=reading.spark if reading is not None else [],
        bands=reading.spark_bands if reading is not None else [],
        tone=reading.tone if reading is not None else "common",
        label=str(reading.sentence) if reading is not None else "",
        low=standing.interval[0] if standing.interval else None,
        high=standing.interval[1] if standing.interval else None,
        places=1 if abs(standing.key_result.start) >= 5 else 2,
    )


@dataclass(frozen=True)
class Card:
    """One objective as the pages draw it."""

    objective: Objective
    rows: list[Row]
    pilots: tuple[Pilot, ...]
    awarded: Decimal | None


def card(found: ObjectiveStanding) -> Card:
    return Card(found.objective, [row(s) for s in found.standings], found.pilots, found.awarded)


def note(standing: Standing) -> str:
    """Under the title: said against measured, from where, how many and how fresh."""
    reading = standing.reading
    if reading is not None and standing.measured is not None:
        said = []
        if standing.said is not None and standing.moved is not None:
            said.append(
                _("Said %(said)s, measured %(moved)s")
                % {"said": change(standing.said), "moved": change(standing.moved)}
            )
        elif standing.moved is not None:
            said.append(_("Measured %s") % change(standing.moved))
        if standing.movement is Movement.UNSURE:
            said.append(_("within what chance does"))
        said.append(str(reading.metric.source))
        if n := reading.cases_since:
            said.append(_("n %s") % number_format(n, use_l10n=True, force_grouping=True))
        if pulled_at := reading.freshness.pulled_at:
            said.append(_("pulled %s") % date_format(localtime(pulled_at), "j F"))
        return " · ".join(said)
    claims = ", ".join(claim.pilot.title for claim in standing.claims)
    if reading is not None:
        return _("%(metric)s has no number yet") % {"metric": reading.metric.name} + (
            " · " + _("claimed by %s") % claims if claims else ""
        )
    if claims:
        return _("Claimed by %s, not measured yet") % claims
    return _("No metric measures this yet, and no pilot serves it")


def change(value: Decimal) -> str:
    """A difference with its sign."""
    text = amount(abs(value), "")
    if not value or text == "0":
        return "0"
    return f"+{text}" if value > 0 else f"−{text}"


class ClaimSerializer(serializers.Serializer[Any]):
    pilot = serializers.IntegerField(source="pilot.pk")
    title = serializers.CharField(source="pilot.title")
    status = serializers.CharField(source="pilot.status")
    claimed = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)


class StandingSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="key_result.pk")
    title = serializers.CharField(source="key_result.title")
    start = serializers.DecimalField(source="key_result.start", max_digits=20, decimal_places=6)
    target = serializers.DecimalField(source="key_result.target", max_digits=20, decimal_places=6)
    measure_unit = serializers.CharField(source="key_result.measure_unit")
    measured = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    score = serializers.DecimalField(max_digits=7, decimal_places=6, allow_null=True)
    claimed = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)
    claims = ClaimSerializer(many=True)
    metric = serializers.SerializerMethodField()

    def get_metric(self, standing: Standing) -> int | None:
        return standing.reading.metric.pk if standing.reading is not None else None

    def to_representation(self, instance: Standing) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if instance.score is not None:
            shown["score"] = f"{instance.score:.6f}"
        return shown


class ObjectiveStandingSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="objective.pk")
    title = serializers.CharField(source="objective.title")
    why = serializers.CharField(source="objective.why")
    cycle = serializers.CharField(source="objective.cycle.name")
    unit = serializers.IntegerField(source="objective.unit_id")
    sponsor = serializers.CharField(source="objective.sponsor.name")
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="objective.parent_id", allow_null=True
    )
    awarded = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    key_results = StandingSerializer(source="standings", many=True)
