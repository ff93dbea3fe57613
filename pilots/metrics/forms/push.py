"""The shape of what is typed about a key for a program."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Sent

ENDS = (30, 90, 180)


class PushKeyForm(NamesNoPatient):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        help_text=_("So that you know it again, such as “nightly job of the warehouse”."),
    )
    days = forms.TypedChoiceField(label=_("Ends"), coerce=int)
    signs = forms.BooleanField(
        label=_("The program signs what it sends"),
        required=False,
        help_text=_("Then the key itself is never sent, and what was sent once is refused again."),
    )

    def __init__(self, data: Sent | None = None) -> None:
        super().__init__(data)
        self.fields["days"].choices = [
            (days, ngettext("after %(days)s day", "after %(days)s days", days) % {"days": days})
            for days in sorted({*ENDS, settings.TOKEN_DAYS})
            if days <= settings.TOKEN_DAYS
        ]
        self.fields["days"].initial = settings.TOKEN_DAYS
