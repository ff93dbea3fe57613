"""What is known about metrics now: for one, or for many in a constant number of queries.

The statistics of a metric change only with its data, its plan or its pilot's go-live, so they are
kept in the process by those; words and freshness are made anew each time. The workers keep the word
that was last given (`KeptVerdict`), to know what is to be worked out anew.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from innovation.people.models import User
from innovation.rules import dates
from pilots.evidence import guardrail_wording, wording
from pilots.evidence.compared import ComparedSites, sites_of
from pilots.evidence.kept_answers import KeptAnswers, rests_on
from pilots.evidence.models import Alarm, AlarmQuerySet, KeptVerdict
from pilots.evidence.numbers import Numbers, SeriesPlan, answers, level_of
from pilots.evidence.sites import ComparisonSite, SiteSeries
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import plans_opened_at
from pilots.metrics.figures import Figures, figures, is_share
from pilots.metrics.models import (
    ComparisonDesign,
    Dimension,
    Direction,
    Metric,
    MetricRole,
    MetricVersion,
)
from pilots.metrics.queries import Freshness, freshness_of, series_of
from pilots.metrics.series import Series
from pilots.statistics import verdicts as words
from pilots.statistics.effects import Effect, Level
from pilots.statistics.guardrails import GuardrailState
from pilots.statistics.rules import Assurance, Variation

# The words of the components (innovation.web) for the words of the statistics.
WORD = {
    words.Verdict.BETTER: "better",
    words.Verdict.TARGET_REACHED: "reached",
    words.Verdict.NO_HARM_SHOWN: "no_harm",
    words.Verdict.INCONCLUSIVE: "inconclusive",
    words.Verdict.HARM_SIGNAL: "harm",
    words.Verdict.NO_DATA: "no_data",
}
VARIATION = {Variation.NEUTRAL_HIGH: "neither_high", Variation.NEUTRAL_LOW: "neither_low"}
# States of a guardrail of which somebody may have to be told.
SPEAKING = (GuardrailState.BREACHED, GuardrailState.LOOK)
ASSURANCE = {Assurance.PASSES: "pass", Assurance.FAILS: "fail"}
# As a reader asks: did it work, did it harm, what else.
ROLES_IN_ORDER = [
    MetricRole.PRIMARY,
    MetricRole.GUARDRAIL,
    MetricRole.SECONDARY,
    MetricRole.BALANCING,
]


@dataclass(frozen=True, eq=False)
class Reading:
    """One metric as it reads now: sentence, chart, effect, icons, trust."""

    metric: Metric
    numbers: Numbers
    freshness: Freshness
    live_on: date | None
    # Changes of its plan after it was locked, the last one first.
    amended: tuple[MetricVersion, ...] = ()

    @property
    def series(self) -> Series:
        return self.numbers.series

    @cached_property
    def figures(self) -> Figures:
        """How its numbers are written, in the size of those that are known."""
        analysis = self.numbers.analysis
        typical = None if analysis is None else float(np.nanmedian(self.series.values))
        return figures(self.metric, typical)

    @cached_property
    def sentence(self) -> str:
        """What a colleague would say aloud."""
        if self.numbers.analysis is None:
            return self.freshness.sentence
        told = wording.sentence(self.numbers, self.figures, live_on=self.live_on)
        return f"{told} {self.amended_sentence}".strip()

    @property
    def effect(self) -> Effect | None:
        return self.numbers.effect

    @property
    def level(self) -> Level | None:
        """Where it stands since go-live, or altogether, with its interval."""
        return self.numbers.level

    @property
    def level_now(self) -> float | None:
        """The level as one number, the last point where there is no level; None without data."""
        if self.level is not None and self.level.estimate is not None:
            return self.level.estimate
        return self.numbers.last

    @property
    def cases_since(self) -> int:
        """How many cases the level rests on: since go-live, or altogether; 0 where nobody says."""
        n = self.series.n[self.numbers.go_live or 0 :]
        if self.series.rate and self.series.numerators is not None:  # the events of it
            n = self.series.numerators[self.numbers.go_live or 0 :]
        return int(np.nansum(n))

    @property
    def written_level(self) -> str:
        return self.figures.write(self.level_now)

    @property
    def interval(self) -> str:
        """The effect with its interval, in words and figures."""
        return wording.interval(self.effect, self.figures)

    @property
    def method(self) -> str:
        """The kind of the interval, for the trust line; empty where there is none."""
        effect = self.effect
        return effect.method if effect is not None and effect.lower is not None else ""

    @property
    def verdict(self) -> str:
        return WORD[self.numbers.verdict]

    @cached_property
    def verdict_sentence(self) -> str:
        said = wording.verdict(self.numbers, self.figures, margin=self.metric.margin)
        return " ".join(filter(None, (said, self.assumed_sentence, self.amended_sentence)))

    @property
    def assumed_sentence(self) -> str:
        """What its verdict takes for granted; empty where it gives none."""
        return wording.assumed(
            self.numbers,
            basis=str(self.metric.get_steady_from_display()),
            because=self.metric.steady_because,
        )

    @property
    def design_sentence(self) -> str:
        """How it is compared, and why so; empty where nothing is known or nothing is to be compared."""
        if self.metric.pilot_id is None or self.numbers.analysis is None:
            return ""
        return wording.design(self.numbers, chosen_because=self.metric.design_because)

    @property
    def amended_sentence(self) -> str:
        """That what it means was changed since it was agreed on; empty where it was not."""
        return " ".join(
            wording.amended(
                by=one.by.name,
                on=dates.day_of(one.at),
                reason=one.reason,
                approved_by=one.approver or "",  # type: ignore[attr-defined]  # with_approver
            )
            for one in self.amended
        )

    @cached_property
    def guardrail_sentence(self) -> str:
        return guardrail_wording.guardrail(self.numbers, self.figures)

    @property
    def variation(self) -> str:
        """The variation icon's name, for the component."""
        analysis = self.numbers.analysis
        if analysis is None or not self.numbers.has_limits:
            return "unknown"
        return VARIATION.get(analysis.variation, str(analysis.variation.value))

    @property
    def assurance(self) -> str:
        analysis = self.numbers.analysis
        if analysis is None or not self.numbers.has_limits:
            return "none"
        return ASSURANCE.get(analysis.assurance, str(analysis.assurance.value))

    @property
    def step(self) -> date | None:
        """Where the drawn limits step."""
        analysis = self.numbers.analysis
        return (
            None
            if analysis is None or analysis.step is None
            else self.series.periods[analysis.step]
        )

    @property
    def remarks(self) -> list[str]:
        """What a reader must know about the limits and the interval."""
        analysis = self.numbers.analysis
        if analysis is None:
            return []
        remarks = list(analysis.remarks) if self.numbers.has_limits else []
        if self.effect is not None:
            remarks += [*self.effect.assumptions, *self.effect.warnings]
        if self.series.rate:
            remarks = [one for one in remarks if one.code != "units"]
        said = [
            wording.events(self.numbers),
            *(wording.remark(one) for one in remarks),
            wording.wild(self.numbers, self.figures),
            guardrail_wording.watch(self.numbers),
            wording.risks(self.numbers, self.figures),
        ]
        return list(dict.fromkeys(one for one in said if one))

    @property
    def tone(self) -> str:
        """The tone of the small line: better, concern or common."""
        name = self.variation
        return (
            "better"
            if name.startswith("improvement")
            else "concern"
            if name.startswith("concern")
            else "common"
        )

    @property
    def spark(self) -> list[float | None]:
        """The last two years of values for a small line, gaps as None."""
        return [None if np.isnan(v) else float(v) for v in self.series.values[-104:]]

    @property
    def spark_bands(self) -> list[tuple[int, int, float, float, float]]:
        from innovation.web import charts

        analysis = self.numbers.analysis
        if analysis is None or not self.numbers.has_limits:
            return []
        tail = slice(-104, None)
        limits = (analysis.drawn.lower, analysis.drawn.centre, analysis.drawn.upper)
        return charts.bands(*(line[tail].tolist() for line in limits))


@dataclass(frozen=True)
class DimensionVerdict:
    """What may be remarks of a pilot in one dimension."""

    dimension: str
    verdict: str  # better | reached | no_harm | inconclusive | harm | no_data
    sentence: str
    metric: Metric | None = None

    @property
    def label(self) -> str:
        return str(Dimension(self.dimension).label)


def reading(metric: Metric, at: datetime) -> Reading:
    return readings([metric], at)[metric.pk]


def readings(metrics: Iterable[Metric], at: datetime) -> dict[int, Reading]:
    """The readings of many metrics, by number. Pass metrics with their `pilot` and `source`."""
    given = list(metrics)
    asked = questions(given)
    known: dict[int, Numbers] = {}
    for metric in given:
        numbers = _known.get(metric, asked[metric.pk])
        if numbers is not None:
            known[metric.pk] = numbers
    missing = [metric for metric in given if metric.pk not in known]
    for metric, numbers in zip(missing, worked_out(missing, asked), strict=True):
        _known.put(metric, asked[metric.pk], numbers)
        known[metric.pk] = numbers
    return readings_from(given, known, at)


def readings_from(
    metrics: Collection[Metric], numbers: Mapping[int, Numbers], at: datetime
) -> dict[int, Reading]:
    """The readings of metrics of which the numbers are worked out already."""
    fresh, amended = freshness_of(metrics, at), _amended(metrics)
    return {
        metric.pk: Reading(
            metric,
            numbers[metric.pk],
            fresh[metric.pk],
            numbers[metric.pk].question.live_on,
            tuple(amended.get(metric.pk, ())),
        )
        for metric in metrics
    }


def questions(metrics: Iterable[Metric]) -> dict[int, SeriesPlan]:
    """What is asked of each metric, by number."""
    given = list(metrics)
    roles, sites = _roles_of(given), sites_of(given)
    return {
        metric.pk: question(metric, roles.get(metric.pilot_id, ()), sites.get(metric.pk))
        for metric in given
    }


def worked_out(
    metrics: Sequence[Metric],
    asked: Mapping[int, SeriesPlan],
    *,
    known_at: datetime | None = None,
) -> list[Numbers]:
    """The numbers of these metrics, from the database and nothing that was kept: as known now, or as
    known just before a moment."""
    beside = {site.metric for metric in metrics for site in asked[metric.pk].sites}
    beside -= {metric.pk for metric in metrics}
    others = list(Metric.objects.filter(pk__in=beside)) if beside else []
    lines = series_of([*metrics, *others], known_at=known_at)
    meanings = _meanings(lines)
    return answers(
        [lines[metric.pk] for metric in metrics],
        [asked[metric.pk] for metric in metrics],
        [meanings.get(metric.pk) for metric in metrics],
        [
            [
                SiteSeries(site, lines[site.metric], meanings.get(site.metric))
                for site in asked[metric.pk].sites
            ]
            for metric in metrics
        ],
    )


def site_series(sites: Sequence[ComparisonSite]) -> list[SiteSeries]:
    """The numbers of these sites."""
    metrics = list(Metric.objects.filter(pk__in=[site.metric for site in sites])) if sites else []
    lines = series_of(metrics)
    meanings = _meanings(lines)
    return [SiteSeries(site, lines[site.metric], meanings.get(site.metric)) for site in sites]


def fingerprint(metric: Metric, asked: SeriesPlan) -> str:
    """Of all that the answer rests on: as long as it stays, so does the answer."""
    return hashlib.sha256(repr(rests_on(metric, asked)).encode()).hexdigest()


def due() -> list[int]:
    """The metrics of pilots of which the kept verdict rests on something else than what is there now,
    and the guardrails that raise an alarm or a look."""
    roles: dict[int | None, list[str]] = defaultdict(list)
    signed = Metric.objects.exclude(pilot=None).exclude(direction=Direction.NEUTRAL)
    for pilot, role in signed.values_list("pilot_id", "role"):
        roles[pilot].append(role)
    kept = {
        pk: (rests_on, guardrail)
        for pk, rests_on, guardrail in KeptVerdict.objects.values_list(
            "pk", "rests_on", "guardrail"
        )
    }
    found, sites = [], sites_of()
    for metric in to_be_asked().exclude(pilot=None).iterator(chunk_size=1000):
        rests_on, guardrail = kept.get(metric.pk, ("", ""))
        if guardrail in SPEAKING or rests_on != fingerprint(
            metric, question(metric, roles[metric.pilot_id], sites.get(metric.pk))
        ):
            found.append(metric.pk)
    return found


def to_be_asked() -> QuerySet[Metric]:
    """Metrics with what a question and what it rests on are made of, and nothing else."""
    metrics: QuerySet[Metric] = Metric.objects.select_related("pilot").order_by("pk")
    return metrics.only(*ASKED_OF, "pilot__went_live_on")


ASKED_OF = (
    "kind", "measure_unit", "cadence", "direction", "target", "limit", "margin", "baseline_from",
    "baseline_until", "steady_from", "design", "settling_weeks", "role", "version", "data_version", "pull_from", "created_at",
)  # fmt: skip


def _amended(metrics: Iterable[Metric]) -> dict[int, list[MetricVersion]]:
    """The amendments of each since its plan was last open, the last one first; nothing is asked where
    none has a second version."""
    pilots = {metric.pk: metric.pilot_id for metric in metrics if metric.version > 1}
    changed = [pk for pk, pilot in pilots.items() if pilot is not None]
    found: dict[int, list[MetricVersion]] = defaultdict(list)
    if not changed:
        return found
    rows = list(MetricVersion.objects.filter(metric__in=changed).of_a_locked_plan().with_approver())
    opened = plans_opened_at(pk for one in rows if (pk := pilots[one.metric_id]) is not None)
    for one in rows:
        last = opened.get(pilots[one.metric_id] or 0)
        if last is None or one.at > last:
            found[one.metric_id].append(one)
    return found


def readings_of(pilot: Pilot, at: datetime) -> list[Reading]:
    """The readings of one pilot's metrics, worked out once however many parts of a page ask."""
    known: list[Reading] | None = getattr(pilot, "_readings", None)
    if known is None:
        metrics = list(
            Metric.objects.filter(pilot=pilot).select_related("unit", "source").order_by("pk")
        )
        for metric in metrics:
            metric.pilot = pilot
        known = list(readings(metrics, at).values())
        pilot._readings = known  # type: ignore[attr-defined]
    return known


def verdicts(pilot: Pilot, at: datetime) -> list[DimensionVerdict]:
    """One verdict for each dimension in which the pilot measures something."""
    return verdicts_from(readings_of(pilot, at))


def verdicts_of(pilots: Sequence[Pilot], at: datetime) -> dict[int, list[DimensionVerdict]]:
    """The verdicts of many pilots, in a constant number of queries."""
    metrics = list(
        Metric.objects.filter(pilot__in=pilots).select_related("pilot", "source").order_by("pk")
    )
    by_metric = readings(metrics, at)
    own: dict[int | None, list[Reading]] = defaultdict(list)
    for metric in metrics:
        own[metric.pilot_id].append(by_metric[metric.pk])
    return {pilot.pk: verdicts_from(own[pilot.pk]) for pilot in pilots}


def verdicts_from(readings: Sequence[Reading]) -> list[DimensionVerdict]:
    """A harm signal speaks for its dimension, else its most important metric that has data."""
    found = []
    for dimension in Dimension.values:
        of_it = [one for one in readings if one.metric.dimension == dimension]
        if of_it:
            speaks = min(of_it, key=_says_first)
            found.append(
                DimensionVerdict(dimension, speaks.verdict, speaks.verdict_sentence, speaks.metric)
            )
    return found


def _says_first(reading: Reading) -> tuple[bool, bool, int, int]:
    return (
        reading.verdict != "harm",
        reading.verdict == "no_data",
        ROLES_IN_ORDER.index(MetricRole(reading.metric.role)),
        reading.metric.pk,
    )


def open_alarms(user: User) -> AlarmQuerySet:
    return Alarm.objects.visible_to(user).open().select_related("metric", "pilot")


def _meanings(lines: Mapping[int, Series]) -> dict[int, NDArray[np.int64]]:
    """For each series of which points carry unlike versions, which of them count the same; nothing
    is asked where none does."""
    mixed = {
        pk: line
        for pk, line in lines.items()
        if len(np.unique(line.versions[np.isfinite(line.values)])) > 1
    }
    if not mixed:
        return {}
    alike: dict[int, dict[int, int]] = defaultdict(dict)
    first: dict[Hashable, int] = {}
    rows = list(
        MetricVersion.objects.filter(metric__in=mixed)
        .order_by("number")
        .values_list("metric_id", "number", "definition", "binding", "meaning")
    )
    unkept = {pk for pk, _number, _definition, _binding, meaning in rows if not meaning}
    for pk, number, definition, binding, meaning in rows:
        counted: Hashable = (pk, meaning)
        if pk in unkept:
            counted = (pk, definition, json.dumps(binding, sort_keys=True))
        alike[pk][number] = first.setdefault(counted, number)
    return {
        pk: np.array([alike[pk].get(int(version), -1) for version in line.versions])
        for pk, line in mixed.items()
    }


def _roles_of(metrics: Iterable[Metric]) -> dict[int | None, list[str]]:
    """The roles of all metrics with a direction that is good, of the pilots of these."""
    pilots = {metric.pilot_id for metric in metrics if metric.pilot_id is not None}
    found: dict[int | None, list[str]] = defaultdict(list)
    if pilots:
        rows = Metric.objects.filter(pilot__in=pilots).exclude(direction=Direction.NEUTRAL)
        for pilot, role in rows.values_list("pilot_id", "role"):
            found[pilot].append(role)
    return found


def question(
    metric: Metric, roles: Sequence[str] = (), compared: ComparedSites | None = None
) -> SeriesPlan:
    """What is asked of a metric; `roles` are those of its pilot's metrics, itself included."""
    if metric.design not in ("", ComparisonDesign.SITES):
        compared = None
    return SeriesPlan(
        proportion=is_share(metric),
        rate=metric.is_rate,
        cadence=metric.cadence,
        direction=metric.direction,
        target=_float(metric.target),
        limit=_float(metric.limit),
        margin=_float(metric.margin),
        baseline_from=metric.baseline_from,
        baseline_until=metric.baseline_until,
        live_on=metric.pilot.went_live_on if metric.pilot is not None else None,
        steady=bool(metric.steady_from),
        design=metric.design,
        settling_weeks=metric.settling_weeks,
        sites=() if compared is None else compared.sites,
        parts=compared is not None and compared.parts,
        level=level_of(metric.role, roles or (metric.role,), primary=MetricRole.PRIMARY),
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


_known = KeptAnswers(4000)
