"""The decision on an amendment: two buttons, and a reason where it is declined."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned

APPROVE, DECLINE = "approve", "decline"


class AmendmentForm(NamesNoPatient):
    decision = forms.ChoiceField(
        choices=[(APPROVE, _("Approve")), (DECLINE, _("Decline"))],
        widget=forms.HiddenInput,
        error_messages={"required": _("Approve it or decline it.")},
    )
    reason = forms.CharField(
        label=_("Your reason"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        if given.get("decision") == DECLINE and not given.get("reason"):
            self.add_error("reason", _("Say why it stays as it was agreed: the team will read it."))
        return given

    @property
    def approves(self) -> bool:
        return bool(self.cleaned_data["decision"] == APPROVE)
