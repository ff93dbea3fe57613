"""Readings as pages show them: the chart, its table, its legend, its trust line; and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.web import charts
from innovation.web.free_text import NamesNoPatientSerializer
from pilots.evidence.marks import Mark, among, beside_rows, go_live_label, in_words
from pilots.evidence.models import Alarm, AlarmAnswer, Happening
from pilots.evidence.queries import ROLES_IN_ORDER, Reading
from pilots.metrics.figures import exposure_of
from pilots.metrics.models import Metric, MetricKind, MetricRole
from pilots.metrics.queries import period_name

# What is drawn and tabled at most; the rest is in the API.
SHOWN = 156
# What is noted later than this after the day was noted with the numbers known.
SOON_AFTER = timedelta(weeks=2)


@dataclass(frozen=True, eq=False)
class MetricCard:
    """One metric with everything that stands around its chart; `marks` are drawn in it and tabled
    (`marks_of`), `rows` of its numbers are tabled."""

    reading: Reading
    marks: tuple[Mark, ...] = ()
    rows: int = SHOWN

    @property
    def metric(self) -> Metric:
        return self.reading.metric

    @property
    def anchor(self) -> str:
        return f"metric-{self.metric.pk}"

    @cached_property
    def sentence(self) -> str:
        """The metric's sentence, and where it stands against its limit, if it is a guardrail."""
        told, rail = self.reading.sentence, self.reading.guardrail_sentence
        return told if rail in told else f"{told} {rail}"

    @cached_property
    def svg(self) -> SafeString:
        """The chart, wide and narrow; empty where there is no number."""
        return drawn(self.reading, self.marks)

    @property
    def table(self) -> dict[str, object]:
        return tabled(self.reading, self.rows, self.marks)

    @property
    def legend(self) -> list[tuple[str, str]]:
        return explained(self.reading)

    @property
    def pulled_at(self) -> datetime | None:
        return self.reading.freshness.pulled_at

    @property
    def source(self) -> str:
        return self.metric.source.said

    @property
    def n(self) -> int | None:
        """Cases where the source counts them, otherwise points."""
        return self.reading.series.cases or self.reading.series.known or None

    @property
    def n_unit(self) -> str:
        if self.reading.series.cases:
            return _counted(self.metric)
        known, cadence = self.reading.series.known, self.metric.cadence
        if cadence == "day":
            return ngettext("day", "days", known)
        if cadence == "week":
            return ngettext("week", "weeks", known)
        return ngettext("month", "months", known)

    @property
    def definition(self) -> str:
        return _("v%(number)s, %(definition)s") % {
            "number": self.metric.version,
            "definition": self.metric.definition,
        }

    @property
    def planned(self) -> list[tuple[str, str]]:
        """What was planned that it must show."""
        figures, metric = self.reading.figures, self.metric
        found = []
        if metric.target is not None:
            found.append((_("Target"), figures.planned(metric.target)))
        if metric.limit is not None:
            found.append((_("Limit"), figures.planned(metric.limit)))
        if metric.margin is not None:
            found.append((_("Smallest difference that matters"), figures.margin(metric.margin)))
        return found


def _counted(metric: Metric) -> str:
    """What is counted, where the source's own word for it can be read: visits, responses."""
    if metric.is_rate:
        return _("events")
    field = "n" if metric.kind == MetricKind.VALUE else "denominator"
    word = str({**metric.source.config, **metric.binding}.get(field) or "")
    return word.replace("_", " ") if word.replace("_", "").isalpha() and word.islower() else ""


def drawn(reading: Reading, marks: Sequence[Mark] = ()) -> SafeString:
    given = _chart(reading, marks)
    return charts.control_chart_pair(**given) if given else SafeString("")


def drawn_alone(reading: Reading, marks: Sequence[Mark], *, font: str) -> str:
    """The same chart as a picture for a document, in its light colours; empty without a number."""
    given = _chart(reading, marks)
    if not given:
        return ""
    return charts.standalone(charts.control_chart(**given, width=640, height=244), font=font)


def _chart(reading: Reading, marks: Sequence[Mark]) -> dict[str, Any]:
    """What its chart shows; nothing where there is no number."""
    analysis, series = reading.numbers.analysis, reading.series
    if analysis is None:
        return {}
    tail = slice(-SHOWN, None)
    enough = reading.numbers.has_limits
    metric = reading.metric
    target = None if metric.target is None else float(metric.target)
    limit = None if metric.limit is None else float(metric.limit)
    shown = marked(reading, marks)
    return {
        "dates": series.periods[tail],
        "values": analysis.drawn.values[tail],
        "centre": analysis.drawn.centre[tail] if enough else None,
        "lower": analysis.drawn.lower[tail] if enough else None,
        "upper": analysis.drawn.upper[tail] if enough else None,
        "classes": list(analysis.classes[tail]) if enough else None,
        "markers": shown,
        "alone": (go_live_label(),),
        "expected": None if (line := reading.numbers.expected) is None else line[tail].tolist(),
        "target": target,
        "limit": limit,
        "unit": metric.measure_unit,
        "title": metric.name,
        "description": f"{reading.sentence} {in_words(shown)}".strip(),
        "percent": reading.figures.share,
    }


def marked(reading: Reading, marks: Sequence[Mark]) -> list[Mark]:
    """Those of the marks that lie where its chart has numbers, or is about to have one."""
    return among(marks, reading.series.periods[-SHOWN:], reading.metric.cadence, ahead=True)


def tabled(reading: Reading, shown: int = SHOWN, marks: Sequence[Mark] = ()) -> dict[str, object]:
    """The last numbers of the chart as a table, newest first, with what is marked in it."""
    metric, series = reading.metric, reading.series
    columns = [_("Period"), metric.name]
    columns += _parts_named(reading)
    columns += [_("By their risks")] if series.expected is not None else []
    columns += [_("Usual from"), _("to")]
    columns += [_("Expected")] if reading.numbers.expected is not None else []
    columns += [_("Seen as"), _("Version")]
    first = max(0, len(series) - shown)
    rows = [_row(reading, i, len(columns)) for i in range(len(series) - 1, first - 1, -1)]
    beside_rows(columns, rows, marks, periods=series.periods, cadence=metric.cadence)
    caption = _("Numbers of %(metric)s") % {"metric": metric.name}
    return {"caption": caption, "columns": columns, "rows": rows}


def _parts_named(reading: Reading) -> list[str]:
    """What stands beside each number: that it is made of, or rests on."""
    if reading.metric.kind == MetricKind.COUNT:
        return []  # it is its own number
    if reading.metric.kind == MetricKind.RATE:
        exposure = exposure_of(reading.metric.measure_unit)
        of = _("Exposure") if exposure is None else exposure.of[:1].upper() + exposure.of[1:]
        return [_("Events"), of]
    if reading.series.numerators is not None:
        return [_("Numerator"), _("Denominator")]
    return [_("Cases")]


def _row(reading: Reading, i: int, width: int) -> list[str]:
    series, analysis, figures = reading.series, reading.numbers.analysis, reading.figures
    name, value = _name(series.periods[i], reading.metric.cadence), series.values[i]
    if analysis is None or np.isnan(value):
        return [name, _("no number"), *[""] * (width - 2)]
    if reading.metric.kind == MetricKind.COUNT:
        parts = []
    elif series.numerators is not None and series.denominators is not None:
        parts = [_count(series.numerators[i]), _count(series.denominators[i] * series.per)]
    else:
        parts = [_count(series.n[i])]
    if series.expected is not None:
        parts.append("" if np.isnan(series.expected[i]) else number(float(series.expected[i]), 1))
    limits, seen = ["", ""], ""
    if reading.numbers.has_limits:
        drawn = (analysis.drawn.lower[i], analysis.drawn.upper[i])
        limits = ["" if np.isnan(limit) else figures.bare(float(limit)) for limit in drawn]
        seen = _seen(str(analysis.classes[i]))
    expected = []
    if (line := reading.numbers.expected) is not None:
        expected = ["" if np.isnan(line[i]) else figures.bare(float(line[i]))]
    if (
        reading.metric.kind == MetricKind.COUNT
    ):  # of its level there are parts, of it there are none
        figures = replace(figures, places=0)
    measured = [name, figures.write(float(value)), *parts, *limits]
    return [*measured, *expected, seen, f"v{series.versions[i]}"]


def _seen(name: str) -> str:
    return {
        "improvement": _("improvement"),
        "concern": _("concern"),
        "special": _("unusual"),
        "common": _("usual"),
    }.get(name, "")


def _name(period: date, cadence: str) -> str:
    name = period_name(period, cadence)
    return name[:1].upper() + name[1:]


def _count(value: float) -> str:
    return "" if np.isnan(value) else f"{value:,.12g}"


def explained(reading: Reading) -> list[tuple[str, str]]:
    """The legend: only what this chart shows."""
    analysis = reading.numbers.analysis
    if analysis is None or not reading.numbers.has_limits:
        return []
    seen = {str(name) for name in analysis.classes[-SHOWN:]}
    found = []
    if "improvement" in seen:
        found.append(("better", _("Better than usual variation")))
    if "concern" in seen:
        found.append(("concern", _("Worse than usual variation")))
    if "common" in seen:
        found.append(("common", _("Usual variation")))
    found.append(("band", _("Where usual variation lies")))
    if reading.numbers.expected is not None:
        found.append(("expected", _expected_by(reading)))
    if reading.metric.target is not None:
        found.append(("target", _("Target")))
    if reading.metric.limit is not None:
        found.append(("target", _("Limit")))
    return found


def _expected_by(reading: Reading) -> str:
    if reading.numbers.by_sites:
        return _("What other sites lead to expect")
    if reading.numbers.by_history:
        return _("What its own history leads to expect")
    return _("What the patients' risks lead to expect")


def in_order(cards: list[MetricCard]) -> list[MetricCard]:
    """As a reader asks: did it work, did it harm, what else."""
    return sorted(
        cards, key=lambda card: (ROLES_IN_ORDER.index(MetricRole(card.metric.role)), card.metric.pk)
    )


@dataclass(frozen=True)
class Noted:
    """What happened, as its list says it."""

    happening: Happening
    days: str
    late: str  # that it was noted long after the day; empty where it was not


def noted(one: Happening) -> Noted:
    first, last = one.happened_on, one.last_on
    days = dates.day_in_words(first)
    if last is not None:
        days = _("%(first)s to %(last)s") % {"first": days, "last": dates.day_in_words(last)}
    after = dates.day_of(one.added_at) - (last or first)
    late = _("added later, after %(time)s") % {"time": dates.duration(after)}
    return Noted(one, days, late if after > SOON_AFTER else "")


class AlarmSerializer(serializers.ModelSerializer[Alarm]):
    # Blank until somebody has answered.
    answer = serializers.ChoiceField(AlarmAnswer.choices, allow_blank=True, read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Alarm
        fields = (
            "id", "metric", "pilot", "raised_at", "period", "level", "limit", "sentence",
            "answered_at", "answered_by", "answer", "reason", "url",
        )  # fmt: skip
        read_only_fields = fields

    def get_url(self, alarm: Alarm) -> str:
        return reverse("pilots:alarm-answer", args=[alarm.pk])


class AnswerSerializer(NamesNoPatientSerializer):
    """What an answer says."""

    answer = serializers.CharField(max_length=10)
    reason = serializers.CharField(max_length=2000, allow_blank=True)


class HappeningOut(serializers.ModelSerializer[Happening]):
    metric = serializers.IntegerField(
        source="metric_id", allow_null=True, help_text="Empty: all that the pilot measures."
    )
    added_by = serializers.CharField(source="added_by.name")
    added_later = serializers.SerializerMethodField(
        help_text="Whether it was noted more than two weeks after its day."
    )
    taken_back_by = serializers.CharField(
        source="taken_back_by.name", default=None, allow_null=True
    )

    class Meta:
        model = Happening
        fields = (
            "id", "pilot", "metric", "kind", "text", "happened_on", "last_on", "added_at",
            "added_by", "added_later", "taken_back_at", "taken_back_by",
        )  # fmt: skip
        read_only_fields = fields

    def get_added_later(self, one: Happening) -> bool:
        return bool(noted(one).late)
