"""The shape of what people write of risks."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent, day_input
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import may_own_blockers
from pilots.risks.rating import RiskChance, RiskWeight


class RiskLookForm(NamesNoPatient):
    weight = forms.TypedChoiceField(
        label=_("How bad would it be?"),
        choices=[("", _("Choose")), *RiskWeight.choices],
        coerce=int,
    )
    chance = forms.TypedChoiceField(
        label=_("How likely is it?"), choices=[("", _("Choose")), *RiskChance.choices], coerce=int
    )
    done = forms.CharField(
        label=_("What is done about it"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    owner = forms.ModelChoiceField(
        label=_("Who keeps an eye on it"), queryset=User.objects.none(), empty_label=_("Choose")
    )
    look_on = forms.DateField(label=_("When to look again"), widget=day_input())

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["owner"].queryset = may_own_blockers(pilot)


class RiskForm(RiskLookForm):
    what = forms.CharField(
        label=_("What could happen"), max_length=600, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("what", "weight", "chance", "done", "owner", "look_on")


class RiskCloseForm(NamesNoPatient):
    reason = forms.CharField(
        label=_("Why it is closed"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )
