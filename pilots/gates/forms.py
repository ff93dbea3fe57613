"""The shape of what is said at a gate."""

from __future__ import annotations

from datetime import date
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User, UserQuerySet
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, Sent, day_input
from pilots.gates.actions import NewCondition
from pilots.gates.marks import OutcomeMarks
from pilots.gates.models import DECISIONS_AT, GOES_ON, Decision
from pilots.gates.queries import people_for_conditions
from pilots.gates.recommendation import Recommendation
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot

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


class ProposalForm(CaseForm):
    """`together`: whether one decision may also let it start."""

    with_go_live = forms.BooleanField(
        label=_("Ask to go live with the same decision"),
        required=False,
        help_text=_(
            "You then record the first day as soon as everything is ready; nobody is asked again."
        ),
    )

    def __init__(
        self, data: Sent | None = None, *, together: bool = False, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        if not together:
            del self.fields["with_go_live"]


class GoLiveForm(forms.Form):
    on = forms.DateField(label=_("First day of use"), widget=day_input())


class ApprovalForm(NamesNoPatient):
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

    early_because = forms.CharField(
        label=_("Why before its time"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    stale_because = forms.CharField(
        label=_("Why on old numbers"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        recommended: Recommendation | None = None,
        marks: OutcomeMarks | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.recommended = recommended
        self.marks = marks or OutcomeMarks()
        if recommended is None:
            del self.fields["against"]
        if self.marks.early_until is None:
            del self.fields["early_because"]
        else:
            self.fields["early_because"].help_text = self.marks.early_sentence
        if not self.marks.stale:
            del self.fields["stale_because"]
        else:
            self.fields["stale_because"].help_text = self.marks.stale_sentence

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        said, decision = self.recommended, given.get("decision")
        if said and decision and not said.accords(decision) and not given.get("against"):
            self.add_error("against", _("The rule says otherwise. Say why you decide against it."))
        if decision and self.marks.early_for(decision) and not given.get("early_because"):
            self.add_error("early_because", _("Say why you decide before its time."))
        if self.marks.stale and not given.get("stale_because"):
            self.add_error("stale_because", _("Say why you decide on old numbers."))
        unsaid = not given.get("until") and "until" not in self.errors
        if given.get("decision") == Decision.EXTEND and unsaid:
            self.add_error("until", _("Say until when it runs on."))
        return given


class GateConditionForm(NamesNoPatient):
    """One condition of an approval; empty where there is none."""

    text = forms.CharField(
        label=_("Condition"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who sees to it"), required=False, empty_label=_("Choose")
    )
    due_on = forms.DateField(label=_("By when"), required=False, widget=day_input())
    verifier = forms.ModelChoiceField(
        User.objects.none(), label=_("Who verifies it"), required=False, empty_label=_("Choose")
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        people: UserQuerySet,
        today: date,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.today = today
        for name in ("owner", "verifier"):
            self.fields[name].queryset = people

    @property
    def is_begun(self) -> bool:
        return self.is_bound and (self.has_changed() or bool(self.errors))

    def clean(self) -> Cleaned:
        given = super().clean() or self.cleaned_data
        if not self.has_changed():
            return given
        unsaid = {
            "text": _("Say what the condition is."),
            "owner": _("Say who sees to it."),
            "due_on": _("Say by when."),
            "verifier": _("Say who verifies it."),
        }
        for name, sentence in unsaid.items():
            if not given.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        if given.get("due_on") and given["due_on"] <= self.today:
            self.add_error("due_on", _("A condition is due on a day that is still to come."))
        if given.get("owner") and given["owner"] == given.get("verifier"):
            self.add_error("verifier", _("Nobody verifies what they see to themselves."))
        return given


class ConditionForms:
    """The conditions of a decision, side by side on its page: as many as fit one, the others stay empty."""

    PLACES = 3

    def __init__(self, data: Sent | None, pilot: Pilot, *, today: date) -> None:
        people = people_for_conditions(pilot)
        self.forms = [
            GateConditionForm(data, people=people, today=today, prefix=f"condition{place}")
            for place in range(1, self.PLACES + 1)
        ]

    def is_valid(self, decision: str) -> bool:
        """Every one is looked at, so that all is said at once."""
        if not all([form.is_valid() for form in self.forms]):  # noqa: C419
            return False
        if self.given and decision not in GOES_ON:
            self.forms[0].add_error(
                "text", _("Conditions belong to a decision by which it goes on.")
            )
            return False
        return True

    @property
    def given(self) -> list[NewCondition]:
        return [
            NewCondition(**form.cleaned_data)
            for form in self.forms
            if form.cleaned_data.get("text")
        ]


class DissentForm(NamesNoPatient):
    text = forms.CharField(
        label=_("Your concern"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Whoever decides reads it before, and it stays beside the decision."),
    )


class ConditionVerifyForm(NamesNoPatient):
    note = forms.CharField(
        label=_("What you saw"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
