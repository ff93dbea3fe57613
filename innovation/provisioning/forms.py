"""The shape of what is typed about a SCIM token."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.people.room import PeoplePermission
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import FormOptions, Sent
from innovation.web.unit_field import UnitField


class ScimTokenForm(NamesNoPatient):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("The log names it so, such as “Entra ID”."),
    )
    unit = UnitField(
        label=_("People of"),
        help_text=_("It keeps the people of this unit and of all below it; new ones belong here."),
    )
    days = forms.TypedChoiceField(
        label=_("Ends"),
        coerce=int,
        initial=365,
        choices=[
            (90, _("after 90 days")),
            (180, _("after half a year")),
            (365, _("after a year")),
        ],
    )
    mails_welcome = forms.BooleanField(
        label=_("Mail new people a link to choose a password"),
        required=False,
        help_text=_("Leave it out where everybody signs in by your identity provider."),
    )

    def __init__(
        self, data: Sent | None = None, *, by: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(by, PeoplePermission.MANAGE)
