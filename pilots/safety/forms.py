"""The shape of what is told of safety, and of its answers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import day_input
from pilots.safety.models import Harm, StopAnswer, ToolPart


class StopForm(NamesNoPatient):
    what = forms.CharField(
        label=_("What did you see?"),
        max_length=600,
        help_text=_("A few words are enough. No patient names."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StopAnswerForm(NamesNoPatient):
    answer = forms.ChoiceField(
        label=_("Does it stop?"), choices=StopAnswer.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        help_text=_("Whoever asked reads it, and so do the lead and the sponsor."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class IncidentForm(NamesNoPatient):
    what = forms.CharField(
        label=_("What happened?"),
        max_length=2000,
        help_text=_("What went wrong, or nearly did. No patient names."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    harm = forms.ChoiceField(
        label=_("Was anybody harmed?"), choices=Harm.choices, widget=forms.RadioSelect
    )
    tool = forms.ChoiceField(
        label=_("Did what is tried here play a part?"),
        choices=ToolPart.choices,
        widget=forms.RadioSelect,
    )
    happened_on = forms.DateField(label=_("On which day?"), widget=day_input())
    anonymous = forms.BooleanField(
        label=_("Without my name"),
        required=False,
        help_text=_("Nobody sees who told it, not even safety. The answer still reaches you."),
    )


class IncidentAnswerForm(NamesNoPatient):
    accepted = forms.TypedChoiceField(
        label=_("Was it an incident of this pilot?"),
        choices=[("yes", _("Yes: mark it in the charts")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    harm = forms.ChoiceField(
        label=_("How much harm was there?"), choices=Harm.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("Your answer"),
        max_length=2000,
        help_text=_("What you found, and what is done about it. Whoever reported it reads this."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
