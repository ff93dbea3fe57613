"""The shape of telling and helping: a step, a question, its answer, an office hour, what stops."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent, day_input
from pilots.adoption.models import AffectedGroup
from pilots.adoption.queries import may_be_champion, may_have_decided
from pilots.lifecycle.models import Pilot


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"})


class SupportForm(NamesNoPatient):
    what = forms.CharField(label=_("What"), max_length=200, help_text=_("“Shown on each shift”"))
    how = forms.CharField(
        label=_("How"), max_length=200, help_text=_("“Ten minutes at handover, with a card”")
    )
    group = forms.ModelChoiceField(
        AffectedGroup.objects.none(), label=_("For whom"), required=False, empty_label=_("All")
    )
    due_on = forms.DateField(label=_("By when"), widget=day_input())
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("By whom"), empty_label=_("Choose somebody")
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
        self.fields["group"].queryset = AffectedGroup.objects.standing().filter(pilot=pilot)
        self.fields["owner"].queryset = may_be_champion(user, pilot)


class SupportDoneForm(NamesNoPatient):
    note = forms.CharField(
        label=_("How it went"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ChangeQuestionForm(NamesNoPatient):
    text = forms.CharField(
        label=_("What would you like to know?"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    group = forms.ModelChoiceField(
        AffectedGroup.objects.none(),
        label=_("It is about"),
        required=False,
        empty_label=_("All groups"),
    )

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["group"].queryset = AffectedGroup.objects.standing().filter(pilot=pilot)


class QuestionAnswerForm(NamesNoPatient):
    answer = forms.CharField(
        label=_("The answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class OfficeHourForm(NamesNoPatient):
    held_on = forms.DateField(label=_("Day"), widget=day_input())
    begins_at = forms.TimeField(label=_("From"), widget=_clock())
    ends_at = forms.TimeField(label=_("Until"), widget=_clock())
    place = forms.CharField(label=_("Where"), max_length=120)
    host = forms.ModelChoiceField(
        User.objects.none(), label=_("Who"), empty_label=_("Choose somebody")
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
        self.fields["host"].queryset = may_be_champion(user, pilot)


class LessForm(NamesNoPatient):
    what = forms.CharField(
        label=_("What stops"), max_length=200, help_text=_("“The second copy of the note”")
    )
    minutes = forms.IntegerField(
        label=_("Minutes a week for each of them"), min_value=1, max_value=2400
    )
    from_on = forms.DateField(label=_("From"), widget=day_input())
    decided_by = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who decided it"),
        empty_label=_("Choose somebody"),
        help_text=_("They are told."),
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
        self.fields["decided_by"].queryset = may_have_decided(user, pilot)
