"""The shapes of what people say of their promised time."""

from __future__ import annotations

from decimal import Decimal
from typing import Unpack

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, MoneyField, Sent
from pilots.funding.models import BudgetLine
from pilots.funding.queries import left_to_promise
from pilots.protected_time.models import WeekKept, WeekLostTo
from pilots.protected_time.presenters import line_in_words
from pilots.protected_time.queries import lines_for
from pilots.protected_time.weeks import Slot
from pilots.staffing.models import TimeRequest
from pilots.staffing.queries import candidates


class CalendarForm(forms.Form):
    weekday = forms.TypedChoiceField(
        label=_("On"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("The whole week")), *enumerate(list(WEEKDAYS.values())[:5])],
    )
    hour = forms.TypedChoiceField(
        label=_("From"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("No hour")), *((hour, f"{hour:02}:00") for hour in range(6, 16))],
    )

    def clean(self) -> Cleaned:
        given = super().clean() or {}
        if (given.get("weekday") is None) != (given.get("hour") is None):
            raise forms.ValidationError(_("Choose a day and an hour, or neither."))
        return given

    def slot(self) -> Slot | None:
        given = self.cleaned_data
        return None if given["weekday"] is None else Slot(given["weekday"], given["hour"])


class BackfillForm(NamesNoPatient):
    person = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who covers"),
        required=False,
        empty_label=_("Nobody of the house"),
    )
    words = forms.CharField(
        label=_("Or in words"),
        max_length=200,
        required=False,
        help_text=_("“A bank nurse”, “the float pool”, “shared between three of us”."),
    )
    hours = forms.DecimalField(
        label=_("Hours a week"), min_value=Decimal("0.5"), max_value=80, decimal_places=1
    )
    line = forms.ModelChoiceField(
        BudgetLine.objects.none(),
        label=_("Paid from"),
        required=False,
        empty_label=_("Nobody pays: the unit absorbs it"),
    )
    rate = MoneyField(
        label=_("What an hour costs"),
        min_value=Decimal("0.01"),
        max_digits=8,
        decimal_places=2,
        required=False,
        help_text=_("Where it is known, the line is held to what it holds."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        user: User,
        asked: TimeRequest,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        people = candidates(user, asked.pilot).filter(is_active=True).exclude(pk=asked.person_id)
        self.fields["person"].queryset = people.order_by("name")
        left = left_to_promise(lines_for(asked.pilot), but_cover=asked.pk)
        self.fields["line"].queryset = BudgetLine.objects.filter(pk__in=left)
        self.fields["line"].label_from_instance = lambda line: line_in_words(line, left[line.pk])


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
