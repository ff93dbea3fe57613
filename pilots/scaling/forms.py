"""The shape of a scale plan: five parts, each kept by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User, UserQuerySet
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, MoneyField, Sent
from pilots.scaling.models import ScalePlan


def _text(label: object, help_text: object) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,  # type: ignore[arg-type]
    )


class ScalePlanForm(NamesNoPatient):
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Owner after the pilot"),
        required=False,
        empty_label=_("Not known yet"),
        help_text=_("Is asked, and says yes or no. Answers for it once it is scaled."),
    )
    running_cost = MoneyField(
        label=_("Running cost a year"),
        max_digits=14,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        help_text=_("Licences, support, people: all that it costs to keep."),
    )
    training = _text(
        _("Training"), _("Who has to learn it, how, by whom, and who comes new later.")
    )
    integration = _text(
        _("Integration"), _("What it is connected with, who looks after that, what is still open.")
    )
    taking_out = _text(
        _("How to take it out again"),
        _("What is switched off, where its data go, how people work then."),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        people: UserQuerySet,
        plan: ScalePlan | None,
        **options: Unpack[FormOptions],
    ) -> None:
        if plan is not None:
            options["initial"] = {
                "owner": plan.asked_id or plan.owner_id,
                "running_cost": plan.running_cost,
                "training": plan.training,
                "integration": plan.integration,
                "taking_out": plan.taking_out,
            }
        super().__init__(data, **options)
        self.fields["owner"].queryset = people

    @property
    def said(self) -> Cleaned:
        return {name: self.cleaned_data[name] for name in ScalePlanForm.base_fields}


class AmendPlanForm(ScalePlanForm):
    reason = forms.CharField(
        label=_("Why it is changed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class OwnerAnswerForm(NamesNoPatient):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes, I own it once it is scaled")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("A word to whoever asked"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
