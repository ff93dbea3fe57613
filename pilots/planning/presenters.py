"""Plans as pages show them: sentence, curve, table; a panel's candidates; and both as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from innovation.rules.dates import day_in_words
from innovation.rules.numbers import NOTHING, number, percent
from innovation.web import charts
from pilots.metrics.queries import length
from pilots.planning import wording
from pilots.planning.agreement import Agreed
from pilots.planning.forecast import SELDOM, USUAL, Forecast
from pilots.planning.models import MetricPanel, PanelCandidate, PowerForecast
from pilots.planning.queries import PlannedMetric, RatedCandidate

# How far past the planned end time is drawn.
DRAWN_ON = 1.6


@dataclass(frozen=True)
class PlanCurve:
    """One chart of a plan with its sentence and its table."""

    title: str
    sentence: str
    svg: SafeString
    table: dict[str, object]
    # What is on its axes.
    legend: list[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class PlanCard:
    """One metric's plan with everything that stands around it."""

    planned: PlannedMetric

    @property
    def metric_url(self) -> str:
        return reverse("pilots:metric-detail", args=[self.planned.metric.pk])

    @property
    def name(self) -> str:
        return self.planned.metric.name

    @property
    def role(self) -> str:
        return str(self.planned.metric.get_role_display())

    @property
    def sentence(self) -> str:
        return self.planned.sentence

    @property
    def trust(self) -> str:
        """What the trust chip shows."""
        if self.planned.found is None:
            return "none"
        return "stale" if self.planned.stale else "measured"

    @property
    def trust_text(self) -> str:
        """What it says: a forecast is simulated, never measured."""
        if self.planned.found is None:
            return _("Nothing foreseen yet")
        return _("Out of date") if self.planned.stale else _("Simulated")

    @property
    def state(self) -> str:
        """That it is being worked out, or is not of today's data and plan; empty where it is."""
        if self.planned.waits:
            return _("It is being worked out and takes some seconds.")
        if self.planned.behind:
            return _("Newer numbers have come since; it is worked out again by itself, in minutes.")
        if self.planned.stale:
            return _("The plan, or how it is worked out, changed since; have it worked out again.")
        return ""

    @property
    def made(self) -> str:
        """From which data it was made."""
        row = self.planned.row
        if row is None or "points" not in row.made_from:
            return ""
        facts = row.made_from
        return _("Made from %(points)s numbers up to %(last)s, version %(version)s of the definition.") % {
            "points": number(facts["points"], 0),
            "last": day_in_words(date.fromisoformat(facts["last"])) if facts["last"] else NOTHING,
            "version": facts["version"],
        }  # fmt: skip

    @property
    def made_at(self) -> datetime | None:
        return self.planned.made_at

    @cached_property
    def seen(self) -> str:
        found = self.planned.found
        return "" if found is None else wording.seen(found, self.planned.figures, self._cadence)

    @cached_property
    def remarks(self) -> list[str]:
        found = self.planned.found
        if found is None or self.planned.guardrail:
            return []
        return wording.remarks(found, self.planned.figures, self._cadence)

    @cached_property
    def curves(self) -> list[PlanCurve]:
        """The chance of an answer by time, by effect and by sites: only those that say something."""
        found = self.planned.found
        if found is None or self.planned.guardrail:
            return []
        return [
            curve
            for curve in (self._by_time(found), self._by_effect(found), self._by_sites(found))
            if curve is not None
        ]

    @cached_property
    def looks(self) -> list[tuple[str, str]]:
        """The chance by the planned end by how often it is looked at."""
        found = self.planned.found
        if found is None or not found.looked:
            return []
        rows = [
            (_("At every number"), found.looked.get("always")),
            (
                _("Every %(time)s") % {"time": length(SELDOM[self._cadence], self._cadence)},
                found.looked.get("seldom"),
            ),
            (_("Only at the end"), found.looked.get("last")),
            (
                _("A single test at the end, by the normal formula"),
                found.looked.get("single"),
            ),
        ]
        return [(name, wording.chance(share)) for name, share in rows if share is not None]

    @property
    def looks_sentence(self) -> str:
        found = self.planned.found
        return "" if found is None else wording.by_looks(found, self._cadence)

    @cached_property
    def schedules(self) -> list[tuple[str, str, str]]:
        """Looks planned beforehand beside the interval that may be read at every look: what each finds by the
        planned end, of the promised effect and where nothing changes."""
        found = self.planned.found
        if found is None or not found.schedules:
            return []
        rows = [
            (
                ngettext(
                    "%(looks)s planned look, at the end", "%(looks)s planned looks", int(looks)
                )
                % {"looks": number(int(looks), 0)},
                share,
                without,
            )
            for looks, share, without in found.schedules[:-1]
        ]
        _looks, share, without = found.schedules[-1]
        rows.append((_("Every number, all planned beforehand"), share, without))
        always = found.looked.get("always")
        if always is not None and found.without_effect is not None:
            rows.append((_("Whenever one likes, as here"), always, found.without_effect))
        return [
            (name, wording.chance(share), wording.chance(without)) for name, share, without in rows
        ]

    @property
    def schedule_sentence(self) -> str:
        found = self.planned.found
        return "" if found is None else wording.by_schedule(found, self._cadence)

    @property
    def _cadence(self) -> str:
        return self.planned.metric.cadence

    def _by_time(self, found: Forecast) -> PlanCurve | None:
        if not found.by_look:
            return None
        last = max((found.planned or 0) * DRAWN_ON, (found.usual_at or 0) * 1.2, 26)
        rows = [(int(look), share) for look, share in found.by_look if look <= last]
        name = [length(look, self._cadence) for look, _share in rows]
        rules = [] if found.planned is None else [(float(found.planned), _("Planned end"))]
        return self._curve(
            _("By how long it runs"),
            wording.by_time(found, self._cadence),
            x=[float(look) for look, _share in rows],
            shares=[share for _look, share in rows],
            names=name,
            first=_("Since go-live"),
            axis={
                "day": _("Chance of an answer, by days since go-live"),
                "week": _("Chance of an answer, by weeks since go-live"),
                "month": _("Chance of an answer, by months since go-live"),
            }[self._cadence],
            rules=[rule for rule in rules if rule[0] <= last],
            whole=True,
        )

    def _by_effect(self, found: Forecast) -> PlanCurve | None:
        if not found.by_effect or found.planned is None:
            return None
        figures = self.planned.figures
        scale = 100 if figures.share else 1
        rules = []
        if found.promised is not None:
            rules.append((abs(found.promised) * scale, _("Promised")))
        if found.least is not None:
            rules.append(
                (abs(found.least) * scale, _("Found with %(share)s") % {"share": percent(USUAL)})
            )
        largest = abs(found.by_effect[-1][0]) * scale
        return self._curve(
            _("By how large the effect is"),
            wording.by_effect(found, figures, self._cadence),
            x=[abs(change) * scale for change, _share in found.by_effect],
            shares=[share for _change, share in found.by_effect],
            names=[figures.difference(change) for change, _share in found.by_effect],
            first=_("Effect"),
            axis=_("Chance of an answer, by effect in %(unit)s") % {"unit": figures.difference_unit}
            if figures.difference_unit
            else _("Chance of an answer, by effect"),
            rules=[rule for rule in rules if rule[0] <= largest],
        )

    def _by_sites(self, found: Forecast) -> PlanCurve | None:
        sentence = wording.by_sites(found)
        if not sentence:
            return None
        return self._curve(
            _("By how many sites take part"),
            sentence,
            x=[sites for sites, _share in found.by_sites],
            shares=[share for _sites, share in found.by_sites],
            names=[number(sites, 0) for sites, _share in found.by_sites],
            first=_("Sites"),
            axis=_("Chance of an answer, by number of sites"),
            rules=[(float(max(found.sites, 1)), _("Planned"))],
            whole=True,
        )

    def _curve(
        self,
        title: str,
        sentence: str,
        *,
        x: Sequence[float],
        shares: Sequence[float],
        names: Sequence[str],
        first: str,
        axis: str,
        rules: Sequence[tuple[float, str]],
        whole: bool = False,
    ) -> PlanCurve:
        said = [wording.chance(share) for share in shares]
        caption = _("%(metric)s: chance of an answer") % {"metric": self.name}
        return PlanCurve(
            title,
            sentence,
            charts.curve_chart_pair(
                x=x,
                y=shares,
                says=[f"{name}: {share}" for name, share in zip(names, said, strict=True)],
                rules=rules,
                whole=whole,
                title=f"{self.name}. {title}",
                description=sentence,
            ),
            {
                "caption": f"{caption}. {title}",
                "columns": [first, _("Chance of an answer")],
                "rows": [list(row) for row in zip(names, said, strict=True)],
            },
            [("common", axis)],
        )


def headline(cards: Sequence[PlanCard], *, planned: bool) -> str:
    """What a colleague would say of the whole plan."""
    judged = [card for card in cards if not card.planned.guardrail]
    if not judged and not planned:
        return _("Nothing was foreseen before its first day.")
    if not judged:
        return _("Plan a metric first; then it is said how long it takes to an answer.")
    first = judged[0]
    return f"{first.name}: {first.sentence}"


@dataclass(frozen=True, eq=False)
class CandidateRow:
    """One candidate as the panel's page shows it."""

    rated: RatedCandidate

    @property
    def candidate(self) -> PanelCandidate:
        return self.rated.candidate

    @property
    def agreed(self) -> str:
        return agreed_in_words(self.rated.agreement.agreed)

    @property
    def median(self) -> str:
        median = self.rated.agreement.median
        return NOTHING if median is None else number(median, 0 if median % 1 == 0 else 1)

    @property
    def spread(self) -> str:
        """From which to which rating the middle two fifths lie."""
        low, high = self.rated.agreement.low, self.rated.agreement.high
        if low is None or high is None:
            return NOTHING
        return _("%(low)s to %(high)s") % {"low": number(low, 1), "high": number(high, 1)}

    @property
    def count(self) -> int:
        return self.rated.agreement.count


def agreed_in_words(agreed: Agreed | str) -> str:
    return {
        Agreed.IMPORTANT: _("Agreed: important"),
        Agreed.UNCERTAIN: _("Uncertain"),
        Agreed.UNIMPORTANT: _("Agreed: not important"),
        Agreed.DISAGREE: _("They disagree"),
        Agreed.TOO_FEW: _("Too few ratings"),
    }[Agreed(agreed)]


class ForecastOut(serializers.ModelSerializer[PowerForecast]):
    """What was foreseen, as it was found; levels and changes in the unit in which the metric is kept."""

    metric = serializers.IntegerField(source="metric_id")
    found = serializers.DictField()
    refused = serializers.DictField()
    made_from = serializers.DictField()

    class Meta:
        model = PowerForecast
        fields = ("metric", "asked_at", "made_at", "made_from", "found", "refused")
        read_only_fields = fields


class CandidateOut(serializers.Serializer[RatedCandidate]):
    id = serializers.IntegerField(source="candidate.pk")
    metric = serializers.IntegerField(source="candidate.metric_id", allow_null=True)
    name = serializers.CharField(source="candidate.name")
    definition = serializers.CharField(source="candidate.definition")
    chosen = serializers.BooleanField(source="candidate.chosen", allow_null=True)
    ratings = serializers.IntegerField(source="agreement.count")
    median = serializers.FloatField(source="agreement.median", allow_null=True)
    low = serializers.FloatField(source="agreement.low", allow_null=True)
    high = serializers.FloatField(source="agreement.high", allow_null=True)
    agreed = serializers.ChoiceField([one.value for one in Agreed], source="agreement.agreed.value")


class PanelOut(serializers.ModelSerializer[MetricPanel]):
    pilot = serializers.IntegerField(source="pilot_id")
    opened_by = serializers.CharField(source="opened_by.name")
    closed_by = serializers.CharField(source="closed_by.name", default=None, allow_null=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = MetricPanel
        fields = (
            "id",
            "pilot",
            "opened_at",
            "opened_by",
            "closed_at",
            "closed_by",
            "reason",
            "page",
        )
        read_only_fields = fields
