"""The shape of a delegation and of the answer to it."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent, day_input
from innovation.web.unit_field import UnitField
from pilots.delegation import queries
from pilots.delegation.rights import GATES, RIGHT_AT
from pilots.funding.forms import amount_field


class DelegationForm(NamesNoPatient):
    """Who, where, at which gates, up to how much, and for which days."""

    email = forms.EmailField(
        label=_("E-mail of who decides for you"),
        max_length=254,
        help_text=_("They are asked. Nothing changes until they say yes."),
        error_messages={"required": _("Say who decides for you.")},
    )
    unit = UnitField(
        label=_("For pilots of"),
        help_text=_("And of every unit below it."),
        error_messages={"required": _("Choose the unit.")},
    )
    gates = forms.MultipleChoiceField(
        label=_("At which gates"),
        choices=GATES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at which gates they decide.")},
    )
    up_to = amount_field(
        _("Up to the amount of"),
        required=False,
        help_text=_("Of what a pilot asks for in all. Empty: any amount that you decide on."),
    )
    starts_on = forms.DateField(
        label=_("From"), widget=day_input(), error_messages={"required": _("Say from which day.")}
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=day_input(),
        help_text=_("Three months after the first at most."),
        error_messages={"required": _("Say until which day.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Such as leave. They read it, and those who keep the people of the unit."),
        error_messages={"required": _("Say why, in a sentence.")},
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.by = by
        self.to: User | None = None
        self.fields["unit"].offer_held(by, *RIGHT_AT.values())
        self.fields["gates"].choices = [
            (gate, label) for gate, label in GATES if by.may(RIGHT_AT[gate])
        ]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        self.to = queries.could_take(self.by).filter(email__iexact=email).first()
        if self.to is None:
            raise forms.ValidationError(
                _("No colleague in a unit that your roles reach signs in with this e-mail.")
            )
        return email


class DelegationAnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes, I decide for them")), ("no", _("No, I cannot take it on"))],
        widget=forms.RadioSelect,
    )
