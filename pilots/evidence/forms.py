"""The shape of an answer to an alarm, and of what somebody notes beside the charts."""

from __future__ import annotations

from datetime import date
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, ModelForm, Sent, day_input
from pilots.evidence.models import AlarmAnswer, Happening, HappeningKind
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric


class AnswerForm(NamesNoPatient):
    answer = forms.ChoiceField(
        label=_("What should happen"), choices=AlarmAnswer.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        help_text=_("The lead, the sponsor and the safety reviewers read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        answers: list[tuple[str, str]],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.fields["answer"].choices = answers
        if len(answers) == 1:
            self.fields["answer"].initial = answers[0][0]


class KnownThenForm(forms.Form):
    """Which past day is asked for."""

    on = forms.DateField(label=_("As known on the evening of"), widget=day_input())

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > dates.today():
            raise forms.ValidationError(
                _("That day is still to come. Choose today or a day before.")
            )
        return day


class HappeningForm(NamesNoPatient, ModelForm[Happening]):
    field_order = ("kind", "happened_on", "last_on", "text", "metric")

    class Meta:
        model = Happening
        fields = ("kind", "happened_on", "last_on", "text", "metric")
        labels = {
            "kind": _("What it was"),
            "happened_on": _("Day"),
            "last_on": _("Until, where it took longer"),
            "text": _("In a sentence"),
            "metric": _("For which metric"),
        }
        help_texts = {
            "text": _(
                "Stands beside the charts, for everybody who sees the pilot. No patient names."
            ),
        }
        widgets = {
            "kind": forms.RadioSelect,
            "happened_on": day_input(),
            "last_on": day_input(),
        }

    def __init__(
        self, data: Sent | None = None, *, user: User, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, instance=Happening(pilot=pilot), **options)
        self.fields["kind"].choices = HappeningKind.choices
        visible = Metric.objects.visible_to(user).filter(pilot=pilot)
        self.fields["metric"].queryset = visible.order_by("name")
        self.fields["metric"].empty_label = _("All that the pilot measures")

    def clean_last_on(self) -> date | None:
        """One day is said once."""
        last: date | None = self.cleaned_data.get("last_on")
        return None if last == self.cleaned_data.get("happened_on") else last
