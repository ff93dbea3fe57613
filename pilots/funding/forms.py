"""The shape of funds, budgets and expenses as people type them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Unpack
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.people.models import User
from innovation.rules.money import money
from innovation.web.free_text import NamesNoPatient
from innovation.web.typed_forms import BaseFormSet, FormOptions, MoneyField, Sent, Words, day_input
from innovation.web.unit_field import UnitField
from pilots.funding import queries
from pilots.funding.models import BudgetCategory, BudgetLine, Fund
from pilots.funding.room import FundingPermission
from pilots.lifecycle.models import Pilot

MORE_LINES = 3
MOST_LINES = 60


def amount_field(label: Words, **options: Any) -> MoneyField:
    return MoneyField(
        label=label,
        max_digits=14,
        decimal_places=2,
        min_value=Decimal("0.01"),
        error_messages={
            "required": gettext_lazy("Say how much."),
            "invalid": gettext_lazy("Write it in digits, such as 1250.50."),
            "min_value": gettext_lazy("This must be more than 0."),
            "max_decimal_places": gettext_lazy("At most two digits after the point."),
        },
        **options,
    )


def new_key() -> str:
    """Goes out with a form and comes back with it: a form sent twice counts once."""
    return uuid4().hex


class KeyedForm(NamesNoPatient):
    key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)


class ApprovalsForm(forms.Form):
    """How a fund's money is approved."""

    second_approval_above = amount_field(
        gettext_lazy("Two people approve above"),
        required=False,
        help_text=gettext_lazy("Requests of more than this need the yes of two executives."),
    )
    approvals_in_order = forms.BooleanField(
        label=gettext_lazy("One after the other"),
        required=False,
        help_text=gettext_lazy(
            "First who decides in the pilot's own unit; who decides in the unit of the fund is asked after"
            " that. Otherwise both are asked at once."
        ),
    )
    sign_above = amount_field(
        gettext_lazy("Signed above"),
        required=False,
        help_text=gettext_lazy(
            "Whoever approves more than this, or scales what the fund paid for, gives their password or"
            " second step again."
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        unsaid = given.get("second_approval_above") is None
        if (
            given.get("approvals_in_order")
            and unsaid
            and "second_approval_above" not in self.errors
        ):
            self.add_error(
                "second_approval_above",
                _("An order takes two approvals: say above which amount there are two."),
            )
        return given


class FundForm(NamesNoPatient, ApprovalsForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    unit = UnitField(label=gettext_lazy("Unit"), empty=gettext_lazy("Choose a unit"), flat=True)
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"), min_value=2000, max_value=2100
    )

    def __init__(
        self, data: Sent | None = None, *, user: User, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        self.fields["unit"].offer_held(user, FundingPermission.MANAGE)


class DepositForm(KeyedForm):
    amount = amount_field(gettext_lazy("Amount"))
    on = forms.DateField(label=gettext_lazy("On"), widget=day_input())
    note = forms.CharField(label=gettext_lazy("Where it comes from"), max_length=200)


class BudgetForm(forms.Form):
    """Which fund is asked; the lines are a formset beside it."""

    fund = forms.ModelChoiceField(
        Fund.objects.none(),
        label=gettext_lazy("Fund"),
        error_messages={"required": gettext_lazy("Choose the fund that is asked.")},
    )

    def __init__(
        self, data: Sent | None = None, *, pilot: Pilot, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        funds = queries.funds_for(pilot.unit)
        self.fields["fund"].queryset = funds
        self.fields["fund"].choices = [
            ("", _("Choose a fund")),
            *(
                (
                    fund.pk,
                    _("%(fund)s, %(left)s left") % {"fund": fund, "left": money(fund.balance)},
                )
                for fund in funds
            ),
        ]


class LineForm(NamesNoPatient):
    category = forms.ChoiceField(
        label=gettext_lazy("For"), choices=BudgetCategory.choices, initial=BudgetCategory.OTHER
    )
    description = forms.CharField(label=gettext_lazy("What"), max_length=200)
    amount = amount_field(gettext_lazy("Amount"))

    def has_changed(self) -> bool:
        """A line that says neither what nor how much is an empty one, whatever it is for."""
        return bool({"description", "amount"} & set(self.changed_data))


class BaseLines(BaseFormSet["LineForm"]):
    """The budget's lines. To take one out, empty it."""

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()

    def clean(self) -> None:
        if any(self.errors):
            return
        if not self.lines:
            raise forms.ValidationError(_("A budget has at least one line."))

    @property
    def lines(self) -> list[dict[str, object]]:
        """The lines that are filled in."""
        return [
            {name: form.cleaned_data[name] for name in ("category", "description", "amount")}
            for form in self.forms
            if form.has_changed() and form.cleaned_data
        ]


LineSet = forms.formset_factory(
    LineForm,
    formset=BaseLines,
    extra=MORE_LINES,
    max_num=MOST_LINES,
    absolute_max=MOST_LINES + MORE_LINES,
    validate_max=True,
)


def lines_typed(data: Sent) -> list[dict[str, str]]:
    """The lines as they were typed, right or wrong: shown as a beginning, they get more below."""
    try:
        total = int(data.get("form-TOTAL_FORMS", 0))
    except ValueError:
        total = 0
    names = ("category", "description", "amount")
    return [
        {name: data.get(f"form-{number}-{name}", "") for name in names}
        for number in range(min(total, MOST_LINES))
    ]


class ExpenseForm(KeyedForm):
    line = forms.ModelChoiceField(
        BudgetLine.objects.none(), label=gettext_lazy("Budget line"), empty_label=None
    )
    amount = amount_field(gettext_lazy("Amount"))
    on = forms.DateField(label=gettext_lazy("On"), widget=day_input())
    note = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=200,
        help_text=gettext_lazy("What was bought, and the number of its invoice or order."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it goes beyond its line"),
        max_length=600,
        required=False,
        help_text=gettext_lazy(
            "Only where this is more than the line has left: the sponsor is asked, and it is recorded once they say yes."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: Sent | None = None,
        *,
        lines: list[queries.LineAccount],
        may_ask: bool,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.fields["line"].queryset = BudgetLine.objects.filter(
            pk__in=[one.line.pk for one in lines]
        )
        self.fields["line"].choices = [(one.line.pk, _line_left(one)) for one in lines]
        if not may_ask:
            del self.fields["reason"]


def _line_left(one: queries.LineAccount) -> str:
    if one.over:
        return _("%(line)s, %(over)s over") % {
            "line": one.line.description,
            "over": money(one.over),
        }
    return _("%(line)s, %(left)s left") % {"line": one.line.description, "left": money(one.left)}


YES, NO = "yes", "no"


class OverrunAnswerForm(NamesNoPatient):
    decision = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[(YES, gettext_lazy("Yes, record it")), (NO, gettext_lazy("No"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=gettext_lazy("In a sentence"),
        max_length=600,
        required=False,
        help_text=gettext_lazy("Needed for a no; whoever asked, and the lead, read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReverseForm(NamesNoPatient):
    reason = forms.CharField(
        label=gettext_lazy("What was wrong"),
        max_length=200,
        help_text=gettext_lazy("It stands in the ledger beside both entries."),
    )


class ReceiptForm(NamesNoPatient):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A PDF, or a picture as PNG or JPEG, up to 5 MB. Nothing that names a patient."
        ),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
        error_messages={"required": gettext_lazy("Choose a file first.")},
        allow_empty_file=True,  # its content says it better
    )
