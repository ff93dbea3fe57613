"""What is measured: a metric, where its numbers are, and what it must show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, Sent, Words
from pilots.connectors.measurement import Cadence
from pilots.metrics import inside, library, steadiness
from pilots.metrics.figures import Figures, exposure_of, figures
from pilots.metrics.forms.settings import NO_OPTIONS, Settings, add_problems, fields_of, typed
from pilots.metrics.models import (
    CADENCES,
    SETTLING_WEEKS,
    ComparisonDesign,
    Dimension,
    Direction,
    Metric,
    MetricKind,
    MetricRole,
    Source,
    Steadiness,
)
from pilots.metrics.permissions import DESIGN, PLANNED, STEADINESS

# Typed in percent where the metric is a proportion, kept as a share.
SHARES = ("target", "limit", "margin")


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _number(label: Words, help_text: Words) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, help_text=help_text, required=False, max_digits=20, decimal_places=6
    )


class MeasureChoice(forms.Form):
    """Which ready definition a metric is planned with."""

    role = forms.CharField(widget=forms.HiddenInput, required=False)
    measure = forms.ChoiceField(label=_("Ready definition"))

    def __init__(self, data: Sent | None = None, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.fields["measure"].choices = [
            ("", _("Choose one")),
            *(
                (label, [(one.key, one.name) for one in some])
                for label, some in library.in_dimensions()
            ),
        ]


class MetricDefinitionForm(NamesNoPatient):
    """What every metric says of itself."""

    name = forms.CharField(
        label=_("Name"),
        max_length=160,
        help_text=_("As a colleague says it: “Note time per visit”."),
    )
    definition = forms.CharField(
        label=_("What is counted"),
        max_length=300,
        help_text=_("So that a colleague could check it: “minutes in notes ÷ finished visits”."),
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=MetricKind.choices)
    measure_unit = forms.CharField(
        label=_("Measured in"),
        max_length=20,
        required=False,
        help_text=_(
            "minutes, points … A rate says per how much of what: per 1,000 bed days. Proportions are"
            " shown in percent."
        ),
    )
    direction = forms.ChoiceField(label=_("Which way is better"), choices=Direction.choices)
    dimension = forms.ChoiceField(label=_("It speaks of"), choices=Dimension.choices)
    cadence = forms.ChoiceField(label=_("A number for"), choices=CADENCES, initial=Cadence.WEEK)
    pull_from = forms.DateField(
        label=_("Numbers from"),
        widget=DateInput(),
        help_text=_(
            "The first day to ask the source about: the baseline begins there at the latest. From two"
            " years before the pilot's first day on, its own history tells a season and an older trend"
            " from what the pilot did."
        ),
    )


class MetricForm(Settings, MetricDefinitionForm):
    """A metric of a pilot or a unit, bound to one source."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=MetricRole.choices,
        initial=MetricRole.SECONDARY,
        help_text=_(
            "One primary metric says whether the pilot worked. A guardrail raises an alarm beyond"
            " its limit."
        ),
    )
    baseline_from = forms.DateField(label=_("Baseline from"), widget=DateInput(), required=False)
    baseline_until = forms.DateField(
        label=_("Baseline until"),
        widget=DateInput(),
        required=False,
        help_text=_("Empty: everything before go-live."),
    )
    target = _number(_("Target"), _("Where it should get to."))
    limit = _number(_("Limit"), _("For a guardrail: beyond it, an alarm is raised."))
    margin = _number(
        _("Smallest difference that matters"),
        _("A worsening below it counts as no harm."),
    )
    steady_from = forms.ChoiceField(
        label=_("Known to be steady from"),
        choices=[("", _("Nothing is known of that")), *Steadiness.choices],
        required=False,
        help_text=_(
            "Some weeks of baseline cannot tell a season, an older trend or a bad spell from what the"
            " pilot did. Where nothing is known, there is no verdict."
        ),
    )
    steady_because = forms.CharField(
        label=_("What is known"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence; it is read beside every verdict and before approval."),
    )
    design = forms.ChoiceField(
        label=_("Compared by"),
        choices=[
            ("", _("The rules: its own history from two years on, else before and after")),
            *ComparisonDesign.choices,
        ],
        required=False,
    )
    design_because = forms.CharField(
        label=_("Why not by the rules"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only where you chose; it is read before approval and beside the verdict."),
    )
    settling_weeks = forms.IntegerField(
        label=_("Weeks to settle"),
        min_value=0,
        max_value=SETTLING_WEEKS,
        required=False,
        help_text=_(
            "So many weeks after go-live count neither as before nor as after: training, first days."
            " Guardrails are watched all the same."
        ),
    )
    reason = forms.CharField(
        label=_("Why the locked plan changes"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "It stands beside every verdict of this metric, and is told to the sponsor and to who"
            " answers for safety. A new name alone takes no reason."
        ),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        source: Source,
        columns: Iterable[str] = (),
        choices: Mapping[str, inside.Options] = NO_OPTIONS,
        metric: Metric | None = None,
        piloted: bool = True,
        locked: bool = False,
        amendable: bool = False,
        today: date | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.source, self.metric = source, metric
        self.known = source.connector
        binding = metric.binding if metric is not None else {}
        self.bound = fields_of(
            self.known.metric_fields,
            config={**source.config, **binding},
            columns=columns,
            options=choices,
        )
        self.fields |= self.bound
        self._fill(metric, today)
        if metric is not None and metric.data_version:
            # Its numbers are kept in the shape of what it is.
            self.fields["kind"].disabled = True
            if metric.kind == MetricKind.RATE:
                self.fields["measure_unit"].disabled = True
        if not piloted:
            for name in ("role", "limit", "settling_weeks", *DESIGN):
                del self.fields[name]
        self.locked = locked
        # Between the proposal and the approval; afterwards it may be amended.
        self.frozen = locked and not amendable
        if not locked:
            del self.fields["reason"]
        if self.frozen:
            for name in PLANNED:
                if name in self.fields:
                    self.fields[name].disabled = True

    def _fill(self, metric: Metric | None, today: date | None) -> None:
        if metric is None:
            if today is not None:
                self.fields["pull_from"].initial = today - steadiness.TWO_YEARS
            return
        for name in (
            "name",
            "definition",
            "measure_unit",
            "pull_from",
            *STEADINESS,
            *DESIGN,
            *PLANNED,
        ):
            value = getattr(metric, name)
            if name in SHARES and value is not None:
                value = _plain(figures(metric).entered(value))
            self.fields[name].initial = value

    def clean(self) -> Cleaned:
        cleaned: Cleaned = self.cleaned_data
        values = typed(self.known.metric_fields, cleaned)
        cleaned["binding"] = self.known.clean(values, scope="metric")
        merged = {**self.source.config, **cleaned["binding"]}
        problems = self.known.problems(merged, measure=cleaned.get("kind"))
        add_problems(self, self.known, problems)
        if cleaned.get("kind") == MetricKind.PROPORTION:
            self._take_shares(cleaned)
        check_exposure(self, cleaned)
        self._check_baseline(cleaned)
        self._check_steadiness(cleaned)
        self._check_design(cleaned)
        if "settling_weeks" in self.fields:
            cleaned["settling_weeks"] = cleaned.get("settling_weeks") or 0
        if cleaned.get("role") == MetricRole.GUARDRAIL:
            if cleaned.get("limit") is None and "limit" not in self.errors:
                self.add_error(
                    "limit", _("A guardrail needs a limit: beyond it, it raises an alarm.")
                )
            if cleaned.get("direction") == Direction.NEUTRAL:
                self.add_error(
                    "direction", _("A guardrail needs a direction: say which way is better.")
                )
        return cleaned

    def _take_shares(self, cleaned: Cleaned) -> None:
        shares = Figures(share=True, unit="")
        for name in SHARES:
            value = cleaned.get(name)
            if value is None:
                continue
            if not 0 <= value <= 100:
                self.add_error(name, _("For a proportion this is in percent: between 0 and 100."))
            else:
                cleaned[name] = shares.kept(value)

    def _check_baseline(self, cleaned: Cleaned) -> None:
        start, end = cleaned.get("baseline_from"), cleaned.get("baseline_until")
        if (start is None) != (end is None):
            missing = "baseline_from" if start is None else "baseline_until"
            self.add_error(
                missing, _("A baseline has a first and a last day; leave both empty or none.")
            )
        elif start is not None and end is not None and end <= start:
            self.add_error("baseline_until", _("The baseline must end after it begins."))

    def _check_steadiness(self, cleaned: Cleaned) -> None:
        basis, known = cleaned.get("steady_from"), cleaned.get("steady_because")
        if basis and not known:
            self.add_error("steady_because", _("Say in a sentence what is known."))
        elif known and not basis:
            self.add_error("steady_from", _("Choose from what it is known, or leave both empty."))

    def _check_design(self, cleaned: Cleaned) -> None:
        chosen, because = cleaned.get("design"), cleaned.get("design_because")
        if chosen and not because:
            self.add_error("design_because", _("Say in a sentence why it is compared so."))
        elif because and not chosen:
            self.add_error("design", _("Choose how it is compared, or leave the reason empty."))

    @property
    def facts(self) -> Cleaned:
        """What the verbs are given; a locked field is not among it."""
        names = [
            "name", "definition", "measure_unit", "pull_from", "binding", *STEADINESS, *DESIGN,
            *PLANNED,
        ]  # fmt: skip
        return {
            name: self.cleaned_data[name]
            for name in names
            if name in self.cleaned_data and not (self.frozen and name in PLANNED)
        }


def check_exposure(form: forms.Form, cleaned: Cleaned) -> None:
    """A rate says per how much of what it is told."""
    told = exposure_of(cleaned.get("measure_unit") or "")
    if cleaned.get("kind") == MetricKind.RATE and told is None:
        form.add_error(
            "measure_unit", _("Say per how much of what: per 1,000 bed days, per visit.")
        )


def _plain(value: Decimal) -> Decimal:
    """Without the zeros that only the table's column adds."""
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
