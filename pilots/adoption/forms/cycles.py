"""The shape of a PDSA cycle."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent, day_input
from pilots.adoption.models import PdsaDecision
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric


class PdsaForm(NamesNoPatient):
    question = forms.CharField(label=_("What do you want to know?"), max_length=200)
    prediction = forms.CharField(
        label=_("What do you predict?"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A number is best. It stays as it is once the result is in."),
    )
    plan = forms.CharField(
        label=_("What is tried?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who, where, for how long."),
    )
    starts_on = forms.DateField(label=_("From"), widget=day_input())
    metric = forms.ModelChoiceField(
        Metric.objects.none(),
        label=_("Which number shows it?"),
        required=False,
        empty_label=_("None of them"),
        help_text=_("The cycle is marked in its chart."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        user: User,
        pilot: Pilot,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.fields["metric"].queryset = (
            Metric.objects.visible_to(user).filter(pilot=pilot).order_by("name")
        )


class PdsaDoneForm(NamesNoPatient):
    done = forms.CharField(
        label=_("What was done?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In fact, and what you noticed on the way."),
    )


class PdsaCloseForm(NamesNoPatient):
    result = forms.CharField(
        label=_("What was seen?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    decision = forms.ChoiceField(
        label=_("What follows?"), choices=PdsaDecision.choices, widget=forms.RadioSelect
    )
    next_step = forms.CharField(
        label=_("The next step"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
