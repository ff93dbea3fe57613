"""The shape of asking somebody to help a group, and of their answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent
from pilots.adoption.queries import may_be_champion
from pilots.lifecycle.models import Pilot


class ChampionForm(NamesNoPatient):
    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Who"), empty_label=_("Choose somebody")
    )
    hours = forms.DecimalField(
        label=_("Hours a week"),
        min_value=Decimal("0.5"),
        max_value=Decimal(40),
        decimal_places=1,
        max_digits=4,
        initial=Decimal(1),
    )
    why = forms.CharField(
        label=_("Why them"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by whom you ask."),
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
        self.fields["person"].queryset = may_be_champion(user, pilot)


class ChampionAnswerForm(NamesNoPatient):
    answer = forms.ChoiceField(
        choices=(("yes", _("Yes")), ("no", _("No"))),
        widget=forms.HiddenInput,
        error_messages={"required": _("Say yes or no.")},
    )
    words = forms.CharField(
        label=_("A word with it"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by who asked, and by who leads the pilot."),
    )


class StepDownForm(NamesNoPatient):
    reason = forms.CharField(
        label=_("Why"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
