"""The shape of a wave, and of its going live."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import Unit
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent, day_input
from pilots.adoption.models import AffectedGroup
from pilots.adoption.queries.training import USUAL_SHARE
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_plan_open
from pilots.lifecycle.queries import units_of_sites


class WaveForm(NamesNoPatient):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("“First wave”"))
    first_day = forms.DateField(label=_("First day"), widget=day_input())
    share = forms.IntegerField(
        label=_("Percent of each group trained before"),
        min_value=1,
        max_value=100,
        initial=USUAL_SHARE,
    )
    groups = forms.ModelMultipleChoiceField(
        AffectedGroup.objects.none(),
        label=_("Which groups"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one group.")},
    )
    sites = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("Which sites"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They have their first day with the wave; until then they are compared with."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Told to the sponsor and to who answers for safety, where sites have a day."),
    )

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["groups"].queryset = AffectedGroup.objects.standing().filter(pilot=pilot)
        self.fields["sites"].queryset = units_of_sites(pilot)
        if is_plan_open(pilot):
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True


class WaveLiveForm(NamesNoPatient):
    on = forms.DateField(
        label=_("First day of use"),
        widget=day_input(),
        help_text=_("On the day it happens, or afterwards."),
    )
    reason = forms.CharField(
        label=_("Why another day"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed where it is another day than the planned one."),
    )
