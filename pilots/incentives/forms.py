"""The shape of what people write of offers, thanks and parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Unpack

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from innovation.needs.models import Need
from innovation.people.models import User
from innovation.rules.money import money
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import Cleaned, FormOptions, MoneyField, Sent, day_input
from pilots.adoption.models import AffectedGroup
from pilots.funding.forms import amount_field
from pilots.funding.models import BudgetLine
from pilots.funding.queries import left_to_promise
from pilots.incentives import queries
from pilots.incentives.kinds import COSTS_MONEY, CareerForm, IncentiveKind, IncentiveOutcome
from pilots.incentives.models import Incentive
from pilots.incentives.queries import WhoMayBeThanked
from pilots.incentives.words import missing_of_money
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import is_plan_open
from pilots.metrics.models import Metric


def _words(label: Any, *, most: int, rows: int = 3, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=widget, **options)


class _PaidForm(NamesNoPatient):
    """What costs something says which budget line pays."""

    cost: MoneyField
    line: forms.ModelChoiceField[BudgetLine]

    def _choose_line(self, pilot: Pilot, *, but: Incentive | None) -> None:
        lines = list(queries.lines_of(pilot))
        left = left_to_promise(lines, but_offer=but.pk if but else 0)
        field = self.fields["line"]
        field.queryset = queries.lines_of(pilot)
        field.choices = [
            ("", _now("None yet")),
            *((one.pk, _line_said(one, left[one.pk])) for one in lines),
        ]


def _line_said(line: BudgetLine, left: Decimal) -> str:
    return _now("%(line)s: %(left)s not promised yet") % {
        "line": line.description,
        "left": money(max(left, Decimal(0))),
    }


class IncentiveForm(_PaidForm):
    kind = forms.ChoiceField(
        label=_("What kind of thing"), choices=[("", _("Choose")), *IncentiveKind.choices]
    )
    career = forms.ChoiceField(
        label=_("In what form"),
        choices=[("", _("Does not apply")), *CareerForm.choices],
        required=False,
        help_text=_("Only of what helps a career."),
    )
    what = forms.CharField(
        label=_("What is offered"),
        max_length=300,
        help_text=_("As you would say it to them: two hours a week off the ward."),
    )
    for_whom = forms.CharField(
        label=_("To whom"), max_length=200, help_text=_("Which group, or who on the team.")
    )
    group = forms.ModelChoiceField(
        AffectedGroup.objects.none(),
        label=_("Which group of the pilot"),
        required=False,
        empty_label=_("None of them"),
        help_text=_("Its readiness pulse is looked at before and after."),
    )
    starts_on = forms.DateField(label=_("From"), widget=day_input())
    ends_on = forms.DateField(label=_("Until"), widget=day_input())
    why_fits = _words(_("Why it fits them"), most=600)
    must_not = _words(
        _("What it must not do"),
        most=600,
        help_text=_("What would be done worse, or by whom else, if it works too well."),
    )
    metric = forms.ModelChoiceField(
        Metric.objects.none(),
        label=_("Given for a number"),
        required=False,
        empty_label=_("No, for taking part"),
        help_text=_("Only where they get it because something that is measured changes."),
    )
    despite = _words(
        _("What keeps it from rewarding more at the cost of better"),
        most=600,
        required=False,
        help_text=_("Only where the number counts how much is done, and a guardrail how well."),
    )
    cost = amount_field(
        _("Cost"),
        required=False,
        help_text=_(
            "Needed of a small grant, of something for the whole team and of money, with the line that pays, before"
            " resources are asked for. The others may cost nothing."
        ),
    )
    line = forms.ModelChoiceField(BudgetLine.objects.none(), label=_("Paid from"), required=False)

    def __init__(
        self,
        data: Sent | None = None,
        *,
        pilot: Pilot,
        but: Incentive | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.fields["group"].queryset = queries.groups_of(pilot)
        self.fields["metric"].queryset = queries.metrics_of(pilot)
        self._choose_line(pilot, but=but)
        self.plan_open = is_plan_open(pilot)

    def clean(self) -> Cleaned:
        """Once the budget is asked for, what costs money says how much, and from which line."""
        given = super().clean() or {}
        if not self.plan_open and given.get("kind") in COSTS_MONEY:
            for name, said in missing_of_money(given.get("cost"), given.get("line")).items():
                if name not in self.errors:
                    self.add_error(name, said)
        return given


class PayForm(_PaidForm):
    cost = amount_field(_("Cost"))
    line = forms.ModelChoiceField(BudgetLine.objects.none(), label=_("Paid from"))

    def __init__(
        self, data: Sent | None = None, *, incentive: Incentive, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self._choose_line(incentive.pilot, but=incentive)


class DespiteForm(NamesNoPatient):
    despite = _words(_("What keeps it from rewarding more at the cost of better"), most=600)


class TakeOfferBackForm(NamesNoPatient):
    reason = _words(_("Why it is taken back"), most=600)


class IncentiveEvaluationForm(NamesNoPatient):
    outcome = forms.ChoiceField(
        label=_("What becomes of it"), choices=IncentiveOutcome.choices, widget=forms.RadioSelect
    )
    words = _words(
        _("What it did"),
        most=2000,
        rows=4,
        help_text=_("What people told you, what you saw, and what else could explain it."),
    )


class ThanksForm(NamesNoPatient):
    """To whom, what for, and whether others may read it. `who` names people and authors of needs."""

    text = _words(_("What for"), most=600, rows=4)
    who = forms.MultipleChoiceField(label=_("Whom"), widget=forms.CheckboxSelectMultiple)
    public = forms.BooleanField(
        label=_("Others may read it on this page"),
        required=False,
        initial=True,
        help_text=_("Otherwise only they do. They may keep it to themselves in any case."),
    )

    def __init__(
        self, data: Sent | None = None, *, may: WhoMayBeThanked, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.may = may
        self.fields["text"].widget.attrs["autofocus"] = True
        self.fields["who"].choices = [
            *((f"person-{one.pk}", one.name) for one in may.people),
            *((f"author-{one.pk}", _author(one)) for one in may.authors),
        ]

    @property
    def people(self) -> list[User]:
        chosen = set(self.cleaned_data["who"])
        return [one for one in self.may.people if f"person-{one.pk}" in chosen]

    @property
    def authors(self) -> list[Need]:
        chosen = set(self.cleaned_data["who"])
        return [one for one in self.may.authors if f"author-{one.pk}" in chosen]


def _author(need: Need) -> str:
    return _now("Whoever noticed “%(need)s”, without a name") % {"need": need.title}


class CreditClaimForm(NamesNoPatient):
    what = forms.CharField(
        label=_("What you also did"),
        max_length=300,
        help_text=_("In a few words, as it should be read: trained the night shift."),
    )


class CreditAnswerForm(NamesNoPatient):
    confirm = forms.TypedChoiceField(
        label=_("Was it so?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("In a sentence"),
        max_length=300,
        required=False,
        help_text=_("Needed for a no; only they read it."),
    )


class StatementForm(forms.Form):
    """Of which time the statement is."""

    since = forms.DateField(label=_("From"), required=False, widget=day_input())
    until = forms.DateField(label=_("Until"), required=False, widget=day_input())
    unnamed = forms.BooleanField(
        label=_("Also what I did without my name"),
        required=False,
        help_text=_("Whoever reads the statement then knows that it was you."),
    )
