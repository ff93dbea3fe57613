"""The shape of what people write of milestones."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import day_input


class MilestoneForm(NamesNoPatient):
    what = forms.CharField(label=_("What is to be reached"), max_length=200)
    due_on = forms.DateField(label=_("By when"), widget=day_input())


class ReachedForm(NamesNoPatient):
    on = forms.DateField(label=_("On which day"), widget=day_input())
    note = forms.CharField(
        label=_("How it went"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )


class MilestoneMoveForm(NamesNoPatient):
    due_on = forms.DateField(label=_("By when now"), widget=day_input())
    reason = forms.CharField(
        label=_("Why"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )


class MilestoneDropForm(NamesNoPatient):
    reason = forms.CharField(
        label=_("Why"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )
