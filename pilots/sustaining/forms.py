"""The shape of what is said of what was scaled."""

from __future__ import annotations

from decimal import Decimal
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, MoneyField, Sent
from pilots.gates.models import Decision
from pilots.sustaining.looks import MOST_WEEKS

MEANING = {
    Decision.SUSTAINED: _("It holds and stays"),
    Decision.LOOK_AGAIN: _("Look again in some weeks"),
    Decision.TAKE_OUT: _("Take it out of use"),
}


class OwnerSeesForm(NamesNoPatient):
    seen = forms.CharField(
        label=_("What you see"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("How people work with it now, what is better, what is worn away."),
    )
    people_using = forms.IntegerField(
        label=_("People who used it last month"), min_value=0, max_value=1_000_000
    )
    people_could = forms.IntegerField(label=_("People who could"), min_value=1, max_value=1_000_000)
    cost = MoneyField(
        label=_("What it cost since it was scaled"),
        max_digits=14,
        decimal_places=2,
        min_value=Decimal(0),
        help_text=_("All of it: licences, support, people."),
    )

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        using, could = given.get("people_using"), given.get("people_could")
        if using is not None and could is not None and using > could:
            self.add_error("people_using", _("No more people use it than could."))
        return given


class SustainedForm(NamesNoPatient):
    """`unmet`: whether something does not hold, so that staying takes a reason of its own."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(value.value, label) for value, label in MEANING.items()],
        widget=forms.RadioSelect,
    )
    weeks = forms.IntegerField(
        label=_("Look again in so many weeks"),
        min_value=1,
        max_value=MOST_WEEKS,
        required=False,
    )
    reason = forms.CharField(
        label=_("Your reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    despite = forms.CharField(
        label=_("Why it stays although not everything holds"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, data: Sent | None = None, *, unmet: bool, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        if not unmet:
            del self.fields["despite"]

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        decision = given.get("decision")
        unsaid = not given.get("weeks") and "weeks" not in self.errors
        if decision == Decision.LOOK_AGAIN and unsaid:
            self.add_error("weeks", _("Say in how many weeks."))
        if decision == Decision.SUSTAINED and "despite" in self.fields and not given.get("despite"):
            self.add_error("despite", _("Not everything holds. Say why it stays all the same."))
        return given
