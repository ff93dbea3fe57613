"""The shape of a session of training, and of who must be there and who was."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient, VisibleText
from innovation.web.typed_forms import FormOptions, Sent, day_input
from pilots.adoption.models import TrainingSession
from pilots.adoption.models.training import MOST_MINUTES, MOST_MONTHS
from pilots.adoption.queries import may_train, members
from pilots.lifecycle.models import Pilot

MOST_TYPED = 60_000


class TrainingForm(NamesNoPatient):
    title = forms.CharField(label=_("What is learned"), max_length=120)
    material_url = forms.URLField(
        label=_("Link to the material"), max_length=500, required=False, assume_scheme="https"
    )
    material = forms.CharField(
        label=_("Or the material in words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=MOST_MINUTES)
    held_on = forms.DateField(label=_("Day"), widget=day_input())
    held_at = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    place = forms.CharField(label=_("Where"), max_length=120)
    trainer = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who runs it"),
        empty_label=_("Choose somebody"),
        help_text=_(
            "Says who was there. Sees the names of the group only without a part in the pilot."
        ),
    )
    valid_months = forms.IntegerField(
        label=_("Valid for months"),
        min_value=1,
        max_value=MOST_MONTHS,
        required=False,
        help_text=_("Then it is due again. Empty: it is learned for good."),
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
        self.fields["trainer"].queryset = may_train(pilot)


class CancelForm(NamesNoPatient):
    reason = forms.CharField(
        label=_("Why"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )


class AddressesForm(VisibleText):
    """Addresses of colleagues, one a line."""

    addresses = forms.CharField(
        label=_("Addresses"),
        max_length=MOST_TYPED,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line, as they stand in your list."),
    )

    @property
    def lines(self) -> list[str]:
        typed = self.cleaned_data["addresses"]
        return [part for line in typed.splitlines() for part in line.replace(";", ",").split(",")]


class AttendedForm(AddressesForm):
    people = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Who was there"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("people", "addresses")

    def __init__(
        self,
        data: Sent | None = None,
        *,
        session: TrainingSession,
        sees_names: bool,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        if not sees_names:
            del self.fields["people"]
            return
        marked = session.attendances.filter(taken_back_at=None).values("person")
        own = members().filter(group=session.group).exclude(person__in=marked)
        self.fields["people"].queryset = User.objects.filter(pk__in=own.values("person")).order_by(
            "name"
        )
        self.fields["addresses"].required = False
        self.fields["addresses"].label = _("Or their addresses")
