"""Standings in words and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from rest_framework import serializers

from innovation.people.models import User
from innovation.rules import dates
from okrs.alignment.units import figures_of
from okrs.goals.models import Objective, TargetMove
from okrs.progress.queries import Claim, Exchange, Movement, ObjectiveStanding, Standing
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric


@dataclass(frozen=True)
class KeyResultRow:
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
    words: dict[str, str]  # the bar's numbers, written
    claims: list[tuple[Claim, str]]  # each with the change it says it brings, written
    moved: str  # the change that was measured; empty: nothing was


def row(standing: Standing) -> KeyResultRow:
    """The key result with its note, its small line and the tone of the latest points."""
    reading, figures = standing.reading, figures_of(standing.key_result)
    return KeyResultRow(
        standing=standing,
        way=figures.way,
        note=" · ".join([note(standing), *moves_in_words(standing)]),
        points=reading.spark if reading is not None else [],
        bands=reading.spark_bands if reading is not None else [],
        tone=reading.tone if reading is not None else "common",
        label=str(reading.sentence) if reading is not None else "",
        low=standing.interval[0] if standing.interval else None,
        high=standing.interval[1] if standing.interval else None,
        words=_words(standing),
        claims=[
            (claim, "" if claim.claimed is None else figures.claimed(claim.claimed))
            for claim in standing.claims
        ],
        moved="" if standing.moved is None else figures.moved(standing.moved),
    )


def _words(standing: Standing) -> dict[str, str]:
    figures, key_result = figures_of(standing.key_result), standing.key_result
    words = {"start": figures.typed(key_result.start), "target": figures.typed(key_result.target)}
    if standing.measured is not None:
        words["value"] = figures.write(standing.measured)
    if standing.claimed is not None:
        words["claimed"] = figures.typed(standing.claimed)
    return words


@dataclass(frozen=True)
class ObjectiveCard:
    """One objective as the pages draw it."""

    objective: Objective
    rows: list[KeyResultRow]
    pilots: tuple[Pilot, ...]
    awarded: Decimal | None


def card(found: ObjectiveStanding) -> ObjectiveCard:
    return ObjectiveCard(
        found.objective, [row(s) for s in found.standings], found.pilots, found.awarded
    )


def note(standing: Standing) -> str:
    """Under the title: said against measured, from where, how many and how fresh."""
    reading = standing.reading
    figures = figures_of(standing.key_result)
    if reading is not None and standing.measured is not None:
        said = []
        if standing.claimed_change is not None and standing.moved is not None:
            said.append(
                _("Said %(said)s, measured %(moved)s")
                % {
                    "said": figures.claimed(standing.claimed_change),
                    "moved": figures.moved(standing.moved),
                }
            )
        elif standing.moved is not None:
            said.append(_("Measured %s") % figures.moved(standing.moved))
        late = [claim.is_late for claim in standing.claims if claim.claimed is not None]
        if any(late):
            said.append(_("said late") if all(late) else _("in part said late"))
        if reading.verdict == "harm":
            said.append(_("harm signal"))
        elif standing.movement is Movement.UNSURE:
            said.append(_("within what chance does"))
        if reading.amended:
            said.append(
                _("its plan was changed on %s")
                % dates.day_of_year_in_words(localtime(reading.amended[0].at))
            )
        said.append(reading.metric.source.said)
        if n := reading.cases_since:
            said.append(_("n %s") % number_format(n, use_l10n=True, force_grouping=True))
        if pulled_at := reading.freshness.pulled_at:
            when = _("last on %s") if reading.metric.source.by_hand else _("pulled %s")
            said.append(when % dates.day_of_year_in_words(localtime(pulled_at)))
        return " · ".join(said)
    claims = ", ".join(claim.pilot.title for claim in standing.claims)
    if standing.mismatch:
        return standing.mismatch
    if reading is not None:
        return _("%(metric)s has no number yet") % {"metric": reading.metric.name} + (
            " · " + _("claimed by %s") % claims if claims else ""
        )
    if claims:
        return _("Claimed by %s, not measured yet") % claims
    return _("No metric measures this yet, and no pilot serves it")


def moves_in_words(standing: Standing) -> list[str]:
    """Where it was to go from and to before it was moved: target moved 11 → 12.5 on 3 November; and
    by which metric it was measured before."""
    figures, said = figures_of(standing.key_result), []
    for move in standing.moves:
        day = dates.day_of_year_in_words(localtime(move.at))
        for label, before, after in (
            (_("start"), move.start_before, move.start),
            (_("target"), move.target_before, move.target),
        ):
            if before != after:
                said.append(
                    _("%(what)s moved %(before)s → %(after)s on %(day)s by %(who)s")
                    % {
                        "what": label,
                        "before": figures.typed(before),
                        "after": figures.typed(after),
                        "day": day,
                        "who": _by(move.by),
                    }
                )
    for exchange in standing.exchanges:
        said.append(
            _("measured by %(after)s instead of %(before)s since %(day)s, by %(who)s")
            % {
                "before": _named(exchange.before),
                "after": _named(exchange.after),
                "day": dates.day_of_year_in_words(localtime(exchange.at)),
                "who": _by(exchange.by),
            }
        )
    return said


def _named(metric: Metric | None) -> str:
    return metric.name if metric is not None else _("another metric")


def _by(person: User | None) -> str:
    return person.name if person is not None else _("somebody in the database")


class TargetMoveSerializer(serializers.Serializer[TargetMove]):
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.name", default=None, allow_null=True)
    start_before = serializers.DecimalField(max_digits=20, decimal_places=6)
    target_before = serializers.DecimalField(max_digits=20, decimal_places=6)
    start = serializers.DecimalField(max_digits=20, decimal_places=6)
    target = serializers.DecimalField(max_digits=20, decimal_places=6)


class MeasureExchangeSerializer(serializers.Serializer[Exchange]):
    at = serializers.DateTimeField()
    by = serializers.CharField(source="by.name", default=None, allow_null=True)
    metric_before = serializers.IntegerField(source="before.pk", default=None, allow_null=True)
    metric = serializers.IntegerField(source="after.pk", default=None, allow_null=True)


class ClaimSerializer(serializers.Serializer[Claim]):
    pilot = serializers.IntegerField(source="pilot.pk")
    title = serializers.CharField(source="pilot.title")
    status = serializers.CharField(source="pilot.status")
    claimed = serializers.DecimalField(max_digits=20, decimal_places=6, allow_null=True)
    said_at = serializers.DateTimeField()
    is_late = serializers.BooleanField(
        help_text="Whether it was said after the pilot's charter was fixed."
    )


class StandingSerializer(serializers.Serializer[Standing]):
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
    moves = TargetMoveSerializer(
        many=True, help_text="Of its start or its target, since the cycle began."
    )
    exchanges = MeasureExchangeSerializer(
        many=True, help_text="Of the metric that measures it, since the cycle began."
    )
    metric = serializers.SerializerMethodField()

    def get_metric(self, standing: Standing) -> int | None:
        return standing.reading.metric.pk if standing.reading is not None else None

    def to_representation(self, instance: Standing) -> dict[str, object]:
        shown = super().to_representation(instance)
        if instance.score is not None:
            shown["score"] = f"{instance.score:.6f}"
        return shown


class ObjectiveStandingSerializer(
    serializers.Serializer[ObjectiveStanding | tuple[ObjectiveStanding, ...]]
):
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
