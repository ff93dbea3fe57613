"""The shape of what is said at a gate."""

from __future__ import annotations

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, Sent, day_input
from pilots.gates.models import DECISIONS_AT, Decision
from pilots.gates.recommendation import Recommendation
from pilots.lifecycle.checklist import Gate

MEANING = {
    Decision.SCALE: _("Scale: it goes on, and the need is met where that was shown"),
    Decision.EXTEND: _("Extend: not known yet, run on until a day"),
    Decision.PIVOT: _("Pivot: the need stands, try another way"),
    Decision.STOP: _("Stop: it ends here, and what was learned is kept"),
}


class CaseForm(NamesNoPatient):
    case = forms.CharField(
        label=_("The team's case"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class GoLiveForm(forms.Form):
    on = forms.DateField(label=_("First day of use"), widget=day_input())


class ResourcesForm(NamesNoPatient):
    """Two buttons carry the decision; the reason is asked for where it is returned."""

    decision = forms.ChoiceField(
        choices=[(d.value, d.label) for d in DECISIONS_AT[Gate.RESOURCES]],
        widget=forms.HiddenInput,
        error_messages={"required": _("Approve it or return it.")},
    )
    reason = forms.CharField(
        label=_("Your reason"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        if given.get("decision") == Decision.RETURN and not given.get("reason"):
            self.add_error("reason", _("Say what is missing: the team will read it."))
        return given


class OutcomeForm(NamesNoPatient):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(d.value, MEANING[d]) for d in DECISIONS_AT[Gate.OUTCOME]],
        widget=forms.RadioSelect,
    )
    until = forms.DateField(label=_("Extend until"), required=False, widget=day_input())
    reason = forms.CharField(
        label=_("Your reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )

    against = forms.CharField(
        label=_("Why against the rule"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        recommended: Recommendation | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.recommended = recommended
        if recommended is None:
            del self.fields["against"]

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        said, decision = self.recommended, given.get("decision")
        if said and decision and not said.accords(decision) and not given.get("against"):
            self.add_error("against", _("The rule says otherwise. Say why you decide against it."))
        unsaid = not given.get("until") and "until" not in self.errors
        if given.get("decision") == Decision.EXTEND and unsaid:
            self.add_error("until", _("Say until when it runs on."))
        return given
