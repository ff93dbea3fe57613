"""The shape of what people write in a hazard log."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, ModelForm, RowFormOptions, Sent, day_input
from pilots.hazards import queries
from pilots.hazards.matrix import Likelihood, Severity
from pilots.hazards.models import Hazard
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from pilots.staffing.queries import candidates


class HazardForm(NamesNoPatient, ModelForm[Hazard]):
    field_order = ("title", "cause", "effect", "controls", "severity", "likelihood")

    class Meta:
        model = Hazard
        fields = ("title", "cause", "effect", "controls", "severity", "likelihood")
        labels = {
            "title": _("What could go wrong"),
            "cause": _("Why it could happen"),
            "effect": _("What it would do to a patient"),
            "controls": _("What is done about it already"),
            "severity": _("How bad would it be?"),
            "likelihood": _("How likely is it, with what is done already?"),
        }

    def __init__(self, data: Sent | None = None, **options: Unpack[RowFormOptions[Hazard]]) -> None:
        super().__init__(data, **options)
        self.fields["severity"].choices = [("", _("Choose")), *Severity.choices]
        self.fields["likelihood"].choices = [("", _("Choose")), *Likelihood.choices]


class ControlForm(NamesNoPatient):
    text = forms.CharField(
        label=_("What more is done"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )
    owner = forms.ModelChoiceField(
        label=_("Who does it"), queryset=User.objects.none(), empty_label=_("Choose somebody")
    )
    due_on = forms.DateField(label=_("Until"), widget=day_input())
    metric = forms.ModelChoiceField(
        label=_("Which number watches it"),
        queryset=Metric.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("When it shows harm, the hazard opens again."),
    )

    def __init__(
        self, data: Sent | None = None, *, user: User, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["owner"].queryset = candidates(user, pilot).active().order_by("name")
        self.fields["metric"].queryset = queries.numbers_to_watch(user, pilot)


class ResidualForm(NamesNoPatient):
    severity = forms.TypedChoiceField(
        label=_("How bad would it still be?"),
        choices=[("", _("Choose")), *Severity.choices],
        coerce=int,
    )
    likelihood = forms.TypedChoiceField(
        label=_("How likely is it now?"),
        choices=[("", _("Choose")), *Likelihood.choices],
        coerce=int,
    )
    reason = forms.CharField(
        label=_("Why this is enough"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class HazardReasonForm(NamesNoPatient):
    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class SignForm(NamesNoPatient):
    not_screened = {"seen": "a hash of what was read"}

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why what is left may be carried"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ShownHazardForm(forms.Form):
    hazard = forms.ModelChoiceField(
        label=_("Which hazard does it show?"),
        queryset=Hazard.objects.none(),
        empty_label=_("Choose"),
    )

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["hazard"].queryset = Hazard.objects.filter(pilot=pilot)
