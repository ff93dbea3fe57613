"""Rounds and readings in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.rules.small_cells import MINIMUM
from pilots.surveys import queries
from pilots.surveys.models import Instrument, InstrumentItem, Scoring, SurveyRound
from pilots.surveys.queries import RoundReading


def told(survey: SurveyRound) -> dict[str, object]:
    """What a page says of a round: its sentence, and the reading where there is one."""
    reading = queries.reading(survey)
    return {"sentence": sentence(survey, reading), "reading": reading, "rows": rows(reading)}


def sentence(survey: SurveyRound, reading: RoundReading | None) -> str:
    """What a colleague would say aloud."""
    if survey.closed_at is None:
        return _("Open until %(day)s. Nothing is shown of it before it is closed.") % {
            "day": dates.day_in_words(dates.day_of(survey.closes_at))
        }
    if reading is None:
        return _(
            "Closed on %(day)s. Fewer than %(n)s answered, so nothing is shown, or they could be told."
        ) % {"day": dates.day_in_words(dates.day_of(survey.closed_at)), "n": MINIMUM}
    said = ngettext(
        "%(n)s of %(asked)s person answered.", "%(n)s of %(asked)s people answered.", reading.asked
    ) % {"n": number(reading.n), "asked": number(reading.asked)}
    lowest = lowest_of(reading)
    if lowest is None:
        return said
    item, mean = lowest
    return _("%(said)s The lowest is “%(item)s”, with %(mean)s.") % {
        "said": said,
        "item": item.heading,
        "mean": number(mean, 1),
    }


def lowest_of(reading: RoundReading) -> tuple[InstrumentItem, float] | None:
    """The question that was answered worst."""
    shown = [(one.item, one.mean) for one in reading.items if one.mean is not None]
    return min(shown, key=lambda one: one[1], default=None) if len(shown) > 1 else None


def rows(reading: RoundReading | None) -> list[dict[str, object]]:
    """A line for each question: its words, its mean, and how far along the scale that is."""
    return [
        {
            "text": one.item.asks,
            "short": one.item.heading,
            "mean": one.mean,
            "turned": one.item.reversed,
            "kinds": one.item.counts_kinds,
            "counts": [(one.item.answers[n - 1], times) for n, times in sorted(one.counts.items())],
        }
        for one in (reading.items if reading else ())
    ]


class ItemReadingOut(serializers.Serializer[queries.ItemReading]):
    position = serializers.IntegerField(source="item.position")
    question = serializers.CharField(source="item.asks")
    mean = serializers.FloatField(allow_null=True)
    counts = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="Where the answers are kinds of things: how often each was given, from five up.",
    )


class RoundReadingOut(serializers.Serializer[RoundReading]):
    n = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    sd = serializers.FloatField(allow_null=True)
    items = ItemReadingOut(many=True)


class SurveyRoundOut(serializers.ModelSerializer[SurveyRound]):
    instrument = serializers.CharField(source="instrument.key")
    page = serializers.CharField(source="get_absolute_url")
    reading = serializers.SerializerMethodField()

    class Meta:
        model = SurveyRound
        fields = (
            "id", "pilot", "instrument", "label", "wave", "asked", "by_name", "opened_at",
            "closes_at", "closed_at", "page", "reading",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(RoundReadingOut(allow_null=True))
    def get_reading(self, survey: SurveyRound) -> Mapping[str, object] | None:
        """Null while it is open, and where fewer than five answered."""
        known: dict[int, RoundReading] | None = self.context.get("readings")
        found = queries.reading(survey) if known is None else known.get(survey.pk)
        return None if found is None else RoundReadingOut(found).data


class InstrumentItemOut(serializers.ModelSerializer[InstrumentItem]):
    class Meta:
        model = InstrumentItem
        fields = ("position", "text", "short", "reversed")
        read_only_fields = fields


class InstrumentOut(serializers.ModelSerializer[Instrument]):
    scoring = serializers.ChoiceField(Scoring.choices, read_only=True)
    items = InstrumentItemOut(many=True, read_only=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Instrument
        fields = (
            "id", "key", "name", "about", "licence", "built_in", "lowest", "low_label", "highest",
            "high_label", "scoring", "missing_allowed", "items", "page",
        )  # fmt: skip
        read_only_fields = fields
