"""The shapes of what people say of their promised time."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.free_text import NamesNoPatient
from pilots.protected_time.models import WeekKept, WeekLostTo


class WeekForm(forms.Form):
    """One press: which week of which pilot, and how it went."""

    pilot = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    week = forms.DateField(widget=forms.HiddenInput)
    kept = forms.ChoiceField(choices=WeekKept.choices, widget=forms.HiddenInput)


class WeekWhyForm(NamesNoPatient):
    why = forms.ChoiceField(
        choices=WeekLostTo.choices,
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose what came between.")},
    )
    words = forms.CharField(
        label=_("A note of your own"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by nobody but you. Write it first: a press below sends both."),
    )
