"""A silent run as pages show it: verdicts, tables, charts with their words; and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from innovation.rules import dates
from innovation.rules.numbers import NOTHING, exact, number, percent
from innovation.web import charts
from pilots.accuracy import actions, judgement, sheet, wording
from pilots.accuracy.judgement import (
    LEAST_COMPARED,
    JudgedPromise,
    PromiseMeasure,
    PromiseState,
    ScoreJudgement,
    TwoByTwo,
)
from pilots.accuracy.models import (
    AccuracyPromise,
    AlertExposure,
    ScoreBin,
    ScoreScale,
    SilentRunResult,
)
from pilots.accuracy.queries import AccuracyGroup, SilentRunAccuracy, given_of
from pilots.accuracy.sheet import GivenResult
from pilots.lifecycle.models import Pilot
from pilots.statistics.intervals import Interval
from pilots.statistics.series import Remark

TONES = {
    PromiseState.MET: "done",
    PromiseState.SHORT: "concern",
    PromiseState.OPEN: "open",
    PromiseState.NO_DATA: "draft",
}


@dataclass(frozen=True)
class PromiseRow:
    """One promise with its verdict."""

    name: str
    promised: str
    found: str
    interval: str
    word: str
    tone: str
    sentence: str


@dataclass(frozen=True)
class MeasureRow:
    name: str
    of: str
    estimate: str
    interval: str


@dataclass(frozen=True)
class AccuracyCurve:
    """One chart with its sentence, its table and what its lines are."""

    title: str
    sentence: str
    svg: SafeString
    table: dict[str, object]
    legend: list[tuple[str, str]]


@dataclass(frozen=True)
class SubgroupRow:
    name: str
    with_condition: str
    sensitivity: str
    sensitivity_interval: str
    flagged: str
    ppv: str
    ppv_interval: str
    few: bool


@dataclass(frozen=True)
class GroupingCard:
    name: str
    sentences: list[str]
    rows: list[SubgroupRow]


@dataclass(frozen=True, eq=False)
class ResultRow:
    """One recorded result in a list."""

    result: SilentRunResult

    @cached_property
    def given(self) -> GivenResult:
        return given_of(self.result)

    @property
    def days(self) -> str:
        return _("%(start)s to %(end)s") % {
            "start": dates.day_in_words(self.result.period_from),
            "end": dates.day_in_words(self.result.period_until),
        }

    @property
    def whom(self) -> str:
        return sheet.whom(self.given)

    @property
    def counted(self) -> str:
        return actions.counted(self.given)

    @property
    def threshold(self) -> str:
        value = self.given.threshold
        return NOTHING if value is None else exact(value)

    @property
    def bins(self) -> list[list[str]]:
        return [
            [
                exact(one.lower),
                exact(one.upper),
                number(one.cases),
                number(one.events),
                NOTHING if one.mean_score is None else exact(one.mean_score),
            ]
            for one in self.given.bins
        ]

    @property
    def door(self) -> str:
        return str(self.result.get_entered_by_display())


@dataclass(frozen=True, eq=False)
class AccuracyPage:
    """Everything that the page of a silent run says."""

    run: SilentRunAccuracy

    @property
    def pilot(self) -> Pilot:
        return self.run.pilot

    @property
    def per(self) -> str:
        promise = self.run.promise
        return "" if promise is None else str(promise.get_alerts_per_display())

    @property
    def has_results(self) -> bool:
        return bool(self.run.everybody.results)

    @cached_property
    def headline(self) -> str:
        if not self.has_results and self.run.results:
            return _("Only subgroups were recorded; what was promised is judged on everybody.")
        return wording.headline(
            self.run.judged, promised=self.run.promise is not None, counted=self.has_results
        )

    @property
    def how_long(self) -> str:
        """Whether this is a running count or that of a run that is over."""
        if not self.has_results:
            return ""
        first, last = self.run.first_day, self.run.last_day
        assert first is not None and last is not None
        days = {"start": dates.day_in_words(first), "end": dates.day_in_words(last)}
        if self.run.is_running:
            return _("A running count, from %(start)s to %(end)s so far.") % days
        return _("Counted from %(start)s to %(end)s; the silent run is over.") % days

    @cached_property
    def sentences(self) -> list[str]:
        return [wording.judged(one, per=self.per) for one in self.run.judged]

    @cached_property
    def promises(self) -> list[PromiseRow]:
        return [_promise_row(one, self.per) for one in self.run.judged]

    @cached_property
    def promised(self) -> str:
        return "" if self.run.promise is None else actions.said(self.run.promise)

    @cached_property
    def amendments(self) -> list[tuple[AccuracyPromise, str]]:
        return [(one, actions.said(one)) for one in self.run.amendments]

    @cached_property
    def agreed(self) -> str:
        """What was approved, where it was changed since."""
        return "" if self.run.agreed is None else actions.said(self.run.agreed)

    @cached_property
    def by_agreed(self) -> list[str]:
        """What the counts say of what was approved, where it was changed since."""
        agreed = self.run.agreed
        if agreed is None or not self.has_results:
            return []
        per = str(agreed.get_alerts_per_display())
        return [wording.judged(one, per=per) for one in self.run.judged_by(agreed)]

    @property
    def table(self) -> TwoByTwo | None:
        return self.run.everybody.table

    @property
    def table_from(self) -> str:
        """Where the table comes from, if not from counts alone."""
        group = self.run.everybody
        parts = []
        if group.tables_from_bins:
            parts.append(
                ngettext(
                    "%(n)s result gave score bins alone: its table is that at the threshold.",
                    "%(n)s results gave score bins alone: their tables are those at the threshold.",
                    group.tables_from_bins,
                )
                % {"n": group.tables_from_bins}
            )
        if group.without_table:
            parts.append(
                ngettext(
                    "%(n)s result has bins with no border at the threshold, and is not in the table.",
                    "%(n)s results have bins with no border at the threshold, and are not in the table.",
                    group.without_table,
                )
                % {"n": group.without_table}
            )
        return " ".join(parts)

    @cached_property
    def measures(self) -> list[MeasureRow]:
        return [] if self.table is None else _measures(self.table)

    @property
    def prevalence(self) -> str:
        if self.table is None:
            return ""
        return _(
            "%(share)s of those who were judged had the condition. Predictive values are those at that"
            " share: where the condition is rarer, fewer of the flagged have it."
        ) % {"share": wording.measure_interval(self.table.accuracy.prevalence)[0]}

    @property
    def score(self) -> ScoreJudgement | None:
        return self.run.everybody.score

    @property
    def auroc_sentence(self) -> str:
        return "" if self.score is None else wording.auroc(self.score.auroc)

    @property
    def auroc_method(self) -> str:
        found = None if self.score is None else self.score.auroc
        if found is None or isinstance(found, Remark):
            return ""
        method = {"delong": "DeLong", "newcombe": "Newcombe"}.get(found.method, found.method)
        return _("Interval by %(method)s; people in the same bin count as a tie.") % {
            "method": method
        }

    @cached_property
    def calibration(self) -> AccuracyCurve | None:
        score = self.score
        if score is None or not score.is_risk or len(score.filled) < 2:
            return None
        return _calibration_curve(score)

    @cached_property
    def by_score(self) -> list[list[str]]:
        """The bins of a score that is no risk: how many of each had the condition."""
        score = self.score
        if score is None or score.is_risk:
            return []
        return _bin_rows(score, predicted=False)

    @cached_property
    def net_benefit(self) -> AccuracyCurve | None:
        score = self.score
        found = None if score is None else score.net_benefit
        if found is None or isinstance(found, Remark) or len(found.thresholds) < 2:
            return None
        worth = [
            percent(float(t))
            for t, gain in zip(found.thresholds, found.over_default, strict=True)
            if gain > 0
        ]
        if worth:
            sentence = _(
                "At thresholds from %(first)s to %(last)s acting on the score does more good than acting on"
                " everybody or on nobody."
            ) % {"first": worth[0], "last": worth[-1]}  # fmt: skip
            if len(worth) < len(found.thresholds):
                sentence = _(
                    "At thresholds of %(which)s acting on the score does more good than acting on everybody or"
                    " on nobody; at the others it does not."
                ) % {"which": ", ".join(worth)}  # fmt: skip
        else:
            sentence = _(
                "At no threshold does acting on the score do more good than acting on everybody or on nobody."
            )
        title = _("Is it worth acting on?")
        rows = [
            [
                percent(float(t), 1), number(benefit, 4),
                _("%(low)s to %(high)s") % {"low": number(low, 4), "high": number(high, 4)},
                number(everybody, 4),
            ]
            for t, benefit, low, high, everybody in zip(
                found.thresholds, found.net_benefit, found.lower, found.upper, found.treat_all,
                strict=True,
            )
        ]  # fmt: skip
        return AccuracyCurve(
            title,
            sentence,
            charts.net_benefit_chart_pair(
                thresholds=[float(t) for t in found.thresholds],
                benefit=[float(value) for value in found.net_benefit],
                treat_all=[float(value) for value in found.treat_all],
                says=[_("at %(threshold)s: %(benefit)s") % {"threshold": row[0], "benefit": row[1]} for row in rows],
                title=title,
                description=sentence,
            ),
            {
                "caption": _("Net benefit by threshold"),
                "columns": [
                    _("Threshold"), _("Net benefit"), _("95% interval"), _("Acting on everybody"),
                ],
                "rows": rows,
            },
            [
                ("common", _("Net benefit: true positives per person, less false ones at the odds of the threshold; along: threshold in %")),
                ("expected", _("Acting on everybody, where that is not far worse; acting on nobody is 0")),
            ],
        )  # fmt: skip

    @cached_property
    def burden(self) -> list[MeasureRow]:
        found, rows = self.run.burden, []
        if found is not None:
            each: tuple[tuple[str, Interval | None], ...] = (
                (_("Alerts a day"), found.per_day),
                (_("Alerts per 100 patient-days"), found.per_100_patients),
                (_("Alerts per clinician's shift"), found.per_shift),
            )
            of = _("%(alerts)s alerts") % {"alerts": number(found.alerts)}
            for name, interval in each:
                if interval is not None:
                    rows.append(
                        MeasureRow(name, of, *wording.measure_interval(interval, share_of=False))
                    )
        if self.table is not None:
            needed = judgement.number_needed(self.table)
            if needed is not None:
                rows.append(
                    MeasureRow(
                        _("Number needed to evaluate"),
                        _("%(flagged)s flagged") % {"flagged": number(self.table.flagged)},
                        *wording.measure_interval(needed, share_of=False),
                    )
                )
        return rows

    @property
    def burden_sentence(self) -> str:
        table = self.table
        if table is None or not table.flagged:
            return ""
        needed = judgement.number_needed(table)
        if needed is None or float(needed.estimate) == float("inf"):
            return _("Nobody who was flagged had the condition.")
        return _("%(needed)s who are flagged are looked at for one who has the condition.") % {
            "needed": number(float(needed.estimate), 1)
        }

    @cached_property
    def groupings(self) -> list[GroupingCard]:
        cards = []
        for name, groups in self.run.groupings.items():
            gaps = self.run.gaps[name]
            sentences = [wording.gap(gap) for gap in gaps] or [wording.too_small(name)]
            if gaps and gaps[0].pairs > 1:
                sentences.append(
                    _(
                        "The intervals are widened, because of %(pairs)s pairs the widest was chosen."
                    )
                    % {"pairs": gaps[0].pairs}
                )
            cards.append(GroupingCard(name, sentences, [_subgroup_row(one) for one in groups]))
        return cards

    @cached_property
    def results(self) -> list[ResultRow]:
        return [ResultRow(one) for one in self.run.results]

    @cached_property
    def superseded(self) -> list[ResultRow]:
        return [ResultRow(one) for one in self.run.superseded]

    @cached_property
    def earlier(self) -> list[ResultRow]:
        return [ResultRow(one) for one in self.run.earlier]

    @property
    def references(self) -> list[str]:
        """What counted as truth, each wording once."""
        return list(dict.fromkeys(one.reference for one in self.run.everybody.results))

    @property
    def threshold(self) -> str:
        results = self.run.everybody.results
        value: Decimal | None = results[0].threshold if results else None
        return NOTHING if value is None else exact(value)

    @property
    def n(self) -> int | None:
        table, score = self.table, self.score
        return table.n if table is not None else score.cases if score is not None else None


def _promise_row(one: JudgedPromise, per: str) -> PromiseRow:
    alerts = one.measure is PromiseMeasure.ALERTS
    write = wording.amount if alerts else wording.share
    name = _("Alerts per %(per)s") % {"per": per} if alerts else wording.measure_name(one.measure)
    promised = (_("at most %(value)s") if alerts else _("at least %(value)s")) % {
        "value": number(one.promised) if alerts else wording.share(one.promised)
    }
    interval = (
        NOTHING
        if one.lower is None
        else _("%(low)s to %(high)s") % {"low": write(one.lower), "high": write(one.upper)}
    )
    return PromiseRow(
        name,
        promised,
        write(one.estimate),
        interval,
        wording.state_word(one.state),
        TONES[one.state],
        wording.judged(one, per=per),
    )


def _measures(table: TwoByTwo) -> list[MeasureRow]:
    found = table.accuracy

    def over(part: int, whole: int) -> str:
        return _("%(part)s of %(whole)s") % {"part": number(part), "whole": number(whole)}

    tp, tn = table.true_positive, table.true_negative
    shares = (
        (_("Sensitivity"), over(tp, table.with_condition), found.sensitivity),
        (_("Specificity"), over(tn, table.without_condition), found.specificity),
        (_("Positive predictive value"), over(tp, table.flagged), found.ppv),
        (_("Negative predictive value"), over(tn, table.not_flagged), found.npv),
        (_("How many have the condition"), over(table.with_condition, table.n), found.prevalence),
    )
    ratios = (
        (_("Likelihood ratio, flagged"), found.lr_positive),
        (_("Likelihood ratio, not flagged"), found.lr_negative),
    )
    return [
        *(MeasureRow(name, of, *wording.measure_interval(value)) for name, of, value in shares),
        *(
            MeasureRow(name, "", *wording.measure_interval(value, share_of=False))
            for name, value in ratios
        ),
    ]


def _bin_rows(score: ScoreJudgement, *, predicted: bool) -> list[list[str]]:
    observed = score.observed
    return [
        [
            _("%(low)s to %(high)s") % {"low": _border(one.lower), "high": _border(one.upper)},
            *([wording.share(round(one.at, 3))] if predicted else []),
            wording.share(round(float(share), 3)),
            _("%(low)s to %(high)s")
            % {"low": percent(float(low), 1), "high": percent(float(high), 1)},
            number(one.events),
            number(one.cases),
        ]
        for one, share, low, high in zip(
            score.filled, observed.estimate, observed.lower, observed.upper, strict=True
        )
    ]


def _border(value: float) -> str:
    """A border as it was given, which no rounding may move."""
    return exact(Decimal(str(value)))


def _calibration_curve(score: ScoreJudgement) -> AccuracyCurve:
    sentence, title = wording.calibration(score), _("Do its risks come true?")
    if not score.all_means_known:
        sentence = "{} {}".format(
            sentence, _("The mean score of a bin is not known everywhere; its middle is taken.")
        )
    rows, observed = _bin_rows(score, predicted=True), score.observed
    return AccuracyCurve(
        title,
        sentence,
        charts.calibration_chart_pair(
            predicted=[one.at for one in score.filled],
            observed=[float(value) for value in observed.estimate],
            lower=[float(value) for value in observed.lower],
            upper=[float(value) for value in observed.upper],
            says=[
                _("foretold %(predicted)s, had it %(observed)s (%(events)s of %(cases)s)")
                % {"predicted": row[1], "observed": row[2], "events": row[4], "cases": row[5]}
                for row in rows
            ],
            title=title,
            description=sentence,
        ),
        {
            "caption": _("Foretold and observed, by score bin"),
            "columns": [
                _("Score"), _("Foretold"), _("Had it"), _("95% interval"), _("With the condition"),
                _("People"),
            ],
            "rows": rows,
        },
        [
            ("common", _("Share that had the condition, with its interval; along: foretold risk in %")),
            ("expected", _("Where risks come true exactly")),
        ],
    )  # fmt: skip


def _subgroup_row(group: AccuracyGroup) -> SubgroupRow:
    table = group.table
    if table is None:
        return SubgroupRow(
            group.name, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, few=True
        )
    sensitivity = wording.measure_interval(table.accuracy.sensitivity)
    ppv = wording.measure_interval(table.accuracy.ppv)
    return SubgroupRow(
        group.name,
        number(table.with_condition),
        *sensitivity,
        number(table.flagged),
        *ppv,
        table.with_condition < LEAST_COMPARED or table.flagged < LEAST_COMPARED,
    )


# JSON


class ScoreBinOut(serializers.ModelSerializer[ScoreBin]):
    class Meta:
        model = ScoreBin
        fields = ("lower", "upper", "cases", "events", "mean_score")
        read_only_fields = fields


class SilentRunResultOut(serializers.ModelSerializer[SilentRunResult]):
    """One result as it was recorded. `superseded_at` is set where it was corrected or taken back; `replaces`
    is the one that it corrects."""

    pilot = serializers.IntegerField(source="pilot_id")
    score_scale = serializers.ChoiceField(ScoreScale.choices, allow_blank=True)
    bins = ScoreBinOut(many=True)
    recorded_by = serializers.CharField(source="recorded_by.name")
    superseded_by = serializers.CharField(
        source="superseded_by.name", default=None, allow_null=True
    )
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = SilentRunResult
        fields = (
            "id", "pilot", "period_from", "period_until", "grouping", "subgroup", "reference",
            "threshold", "true_positive", "false_positive", "false_negative", "true_negative",
            "score_scale", "bins", "alerts", "patient_days", "shifts", "entered_by", "recorded_at",
            "recorded_by", "version", "replaces", "superseded_at", "superseded_by",
            "superseded_because", "page",
        )  # fmt: skip
        read_only_fields = fields


class AccuracyPromiseOut(serializers.ModelSerializer[AccuracyPromise]):
    alerts_per = serializers.ChoiceField(AlertExposure.choices, allow_blank=True)
    by = serializers.CharField(source="by.name")

    class Meta:
        model = AccuracyPromise
        fields = (
            "version", "least_sensitivity", "least_ppv", "planned_cases", "most_alerts",
            "alerts_per", "amended", "reason", "at", "by",
        )  # fmt: skip
        read_only_fields = fields


class JudgedPromiseOut(serializers.Serializer[JudgedPromise]):
    """`lower` and `upper` hold at every look; `more` units would tell, where it cannot be told yet."""

    measure = serializers.ChoiceField([one.value for one in PromiseMeasure], source="measure.value")
    promised = serializers.FloatField()
    state = serializers.ChoiceField([one.value for one in PromiseState], source="state.value")
    n = serializers.IntegerField()
    estimate = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    more = serializers.IntegerField(allow_null=True)


class AccuracyOut(serializers.Serializer[AccuracyPage]):
    """What a silent run says, as its page says it."""

    headline = serializers.CharField()
    running = serializers.BooleanField(source="run.is_running")
    promises = AccuracyPromiseOut(source="run.promises", many=True)
    judged = JudgedPromiseOut(source="run.judged", many=True)
    first_day = serializers.DateField(source="run.first_day", allow_null=True)
    last_day = serializers.DateField(source="run.last_day", allow_null=True)
    table = serializers.SerializerMethodField()
    auroc = serializers.SerializerMethodField()
    gaps = serializers.SerializerMethodField()

    def get_table(self, page: AccuracyPage) -> dict[str, int] | None:
        table = page.table
        return None if table is None else {name: getattr(table, name) for name in sheet.TABLE}

    def get_auroc(self, page: AccuracyPage) -> dict[str, float] | None:
        found = None if page.score is None else page.score.auroc
        if found is None or isinstance(found, Remark):
            return None
        return {
            "estimate": float(found.estimate),
            "lower": float(found.lower),
            "upper": float(found.upper),
        }

    def get_gaps(self, page: AccuracyPage) -> dict[str, list[str]]:
        return {card.name: card.sentences for card in page.groupings}
