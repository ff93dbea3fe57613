"""The pages of money: funds and their ledger, a pilot's budget and its expenses."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.rules.money import money
from innovation.rules.refusal import Refused
from innovation.web import paging
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_of, refusal_shown_on
from innovation.web.typed_forms import BaseFormSet
from pilots.funding import actions as funding
from pilots.funding import permissions, presenters, queries
from pilots.funding.forms import (
    YES,
    ApprovalsForm,
    BudgetForm,
    DepositForm,
    ExpenseForm,
    FundForm,
    LineForm,
    LineSet,
    OverrunAnswerForm,
    ReceiptForm,
    ReverseForm,
    lines_typed,
)
from pilots.funding.models import Fund, LedgerEntry, Overrun, Receipt
from pilots.funding.receipts import LARGEST
from pilots.funding.room import FundingPermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import can_edit_charter, check_can_edit_charter
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

EXPENSES = 50  # on a pilot's budget page


@require(FundingPermission.READ)
@require_safe
def fund_list(request: PersonRequest) -> HttpResponse:
    user = request.user
    page = paging.page_of(
        request,
        Fund.objects.visible_to(user).select_related("unit"),
        by=("-fiscal_year", "name"),
    )
    accounts, asked = queries.of_funds(page), queries.asked_of(page)
    context = {
        "page": page,
        "rows": [(fund, accounts[fund.pk], asked[fund.pk]) for fund in page],
        "may_create": permissions.can_manage_funds(user),
    }
    return render(request, "pilots/funding/funds.html", context)


@require(FundingPermission.MANAGE)
@require_http_methods(["GET", "POST"])
def fund_create(request: PersonRequest) -> HttpResponse:
    user = request.user
    form = FundForm(request.POST or None, user=user, initial={"fiscal_year": dates.today().year})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            fund = funding.create_fund(by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The fund is set up and empty. Put money into it next."))
            return redirect(fund)
    return form_page(request, "pilots/funding/fund_form.html", {"form": form}, form=form)


@require(FundingPermission.MANAGE)
@require_http_methods(["GET", "POST"])
def fund_approvals(request: PersonRequest, pk: int) -> HttpResponse:
    """How the fund's money is approved: by one or two, in which order, and signed or not."""
    user = request.user
    fund = _fund(request, pk)
    permissions.check_can_manage_funds(user, fund.unit)
    names = ("second_approval_above", "sign_above", "approvals_in_order")
    form = ApprovalsForm(
        request.POST or None, initial={name: getattr(fund, name) for name in names}
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            funding.set_approvals(fund, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("From now on it is approved like that."))
            return redirect(fund)
    context = {"form": form, "fund": fund}
    return form_page(request, "pilots/funding/approvals.html", context, form=form)


@require(FundingPermission.READ)
@require_safe
def fund_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """What is left, what is asked, what was awarded and spent, and every movement."""
    fund = _fund(request, pk)
    account = queries.of_funds([fund])[fund.pk]
    proposals = queries.proposals_of(fund)
    asked = sum((one.total for one in proposals), start=Decimal(0))  # type: ignore[attr-defined]
    context = {
        "fund": fund,
        "account": account,
        "asked": asked,
        "sentence": presenters.fund_sentence(fund, asked),
        "shares": presenters.shares(account),
        "proposals": proposals,
        "awards": queries.awards_of(fund),
        "page": paging.page_of(request, queries.ledger_of(fund), size=25),
        "may_deposit": permissions.can_deposit(request.user, fund),
    }
    return render(request, "pilots/funding/fund.html", context)


@require(FundingPermission.MANAGE)
@require_http_methods(["GET", "POST"])
def fund_deposit(request: PersonRequest, pk: int) -> HttpResponse:
    user = request.user
    fund = _fund(request, pk)
    permissions.check_can_deposit(user, fund)
    form = DepositForm(request.POST or None, initial={"on": dates.today()})
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            entry = funding.deposit(fund, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("%(amount)s is in.") % {"amount": money(entry.amount)})
            return redirect(fund)
    return form_page(
        request, "pilots/funding/deposit.html", {"form": form, "fund": fund}, form=form
    )


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def budget(request: PersonRequest, pk: int) -> HttpResponse:
    """What the pilot asks of which fund, line by line; once awarded, what was spent of it."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    permissions.check_can_see_money(user, pilot)
    asked = queries.open_request(pilot)
    if request.method == "POST":
        check_can_edit_charter(user, pilot)
        form = BudgetForm(request.POST, pilot=pilot)
        if "more" in request.POST:
            lines = LineSet(initial=lines_typed(request.POST))
            return _budget(request, pilot, BudgetForm(initial=request.POST, pilot=pilot), lines)
        lines = LineSet(request.POST)
        if form.is_valid() & lines.is_valid():
            with refusal_shown_on(form):
                funding.set_request(
                    pilot,
                    fund=form.cleaned_data["fund"],
                    lines=lines.lines,  # type: ignore[attr-defined]
                    by=user,
                    at=timezone.now(),
                )
                messages.success(request, _("The budget is kept."))
                return redirect(pilot)
        return _budget(request, pilot, form, lines)
    begun = asked or queries.current_request(pilot)
    form = BudgetForm(initial={"fund": begun.fund_id if begun else None}, pilot=pilot)
    lines = LineSet(
        initial=[
            {"category": line.category, "description": line.description, "amount": line.amount}
            for line in (begun.lines.all() if begun else ())
        ]
    )
    return _budget(request, pilot, form, lines)


def _budget(
    request: PersonRequest, pilot: Pilot, form: BudgetForm, lines: BaseFormSet[LineForm]
) -> HttpResponse:
    user = request.user
    request_now = queries.current_request(pilot)
    may_edit = can_edit_charter(user, pilot)
    context = {
        "pilot": pilot,
        "form": form if may_edit else None,
        "lines": lines,
        "may_edit": may_edit,
        "asked": request_now,
        "accounts": queries.lines_of(request_now) if request_now else [],
        "account": queries.of_pilots([pilot])[pilot.pk],
        "expenses": list(queries.expenses_of(pilot)[:EXPENSES]),
        "overruns": list(queries.overruns_of(pilot)[:EXPENSES]),
        "may_reverse": bool(permissions.can_spend(user, pilot)),
        "may_spend": bool(permissions.can_spend(user, pilot))
        and bool((award := queries.current_award(pilot)) and award.balance),
    }
    return form_page(request, "pilots/funding/budget.html", context, form=form, beside=lines)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def expense_create(request: PersonRequest, pk: int) -> HttpResponse:
    """Record what was spent against a line of the budget."""
    user = request.user
    pilot = visible_pilot(request.user, pk)
    permissions.check_can_spend(user, pilot)
    award = queries.current_award(pilot)
    if award is None:
        raise Refused(_("“%s” has no award to spend from yet.") % pilot.title)
    lines = queries.lines_of(award.request)
    may_ask = bool(permissions.can_ask_overrun(user, pilot))
    form = ExpenseForm(
        request.POST or None, lines=lines, may_ask=may_ask, initial={"on": dates.today()}
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            given = dict(form.cleaned_data)
            reason = given.pop("reason", "")
            given.pop("names_nobody", None)
            if reason:
                funding.ask_overrun(award, by=user, at=timezone.now(), reason=reason, **given)
                messages.success(
                    request,
                    _("%(sponsor)s is asked. It is recorded once they say yes.")
                    % {"sponsor": pilot.sponsor},
                )
            else:
                entry = funding.spend(award, by=user, at=timezone.now(), **given)
                messages.success(
                    request, _("%(amount)s is recorded.") % {"amount": money(entry.amount)}
                )
            return redirect("pilots:budget", pk=pilot.pk)
    context = {"pilot": pilot, "form": form, "award": award}
    return form_page(request, "pilots/funding/expense.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def overrun(request: PersonRequest, pk: int) -> HttpResponse:
    """An expense beyond its line: why, what the line has left, and the sponsor's answer."""
    user = request.user
    asked = get_object_or_404(
        Overrun.objects.visible_to(user).select_related(
            "award__pilot__sponsor", "award__fund", "line__request", "asked_by", "answered_by"
        ),
        pk=pk,
    )
    may_answer = permissions.can_answer_overrun(user, asked)
    form = OverrunAnswerForm(request.POST or None)
    if request.method == "POST":
        permissions.check_can_answer_overrun(user, asked)
        if form.is_valid():
            with refusal_shown_on(form):
                funding.answer_overrun(
                    asked,
                    approve=form.cleaned_data["decision"] == YES,
                    answer=form.cleaned_data["answer"],
                    by=user,
                    at=timezone.now(),
                )
                messages.success(request, _("Whoever asked is told."))
                return redirect(asked)
    left = queries.left_on(asked.line)
    context = {
        "overrun": asked,
        "pilot": asked.award.pilot,
        "left": max(left, Decimal(0)),
        "beyond": asked.amount - left,
        "form": form if may_answer and asked.answered_at is None else None,
        "said": refusal_of(form),
        "refusal": "" if may_answer else may_answer.reason,
    }
    return form_page(request, "pilots/funding/overrun.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def entry_reverse(request: PersonRequest, pk: int) -> HttpResponse:
    """Put a wrong deposit or expense right, by another entry."""
    user = request.user
    entry = _entry(request, pk)
    permissions.check_can_reverse(user, entry)
    form = ReverseForm(request.POST or None)
    back = _page_of(entry)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            reason = form.cleaned_data["reason"]
            funding.reverse_entry(entry, reason=reason, by=user, at=timezone.now())
            messages.success(request, _("It is taken back; both entries stay to be read."))
            return redirect(back)
    context = {"entry": entry, "form": form, "back": back}
    return form_page(request, "pilots/funding/reverse.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def receipt_add(request: PersonRequest, pk: int) -> HttpResponse:
    """Put a receipt to an expense."""
    user = request.user
    entry = _entry(request, pk)
    if entry.award is None:
        raise Refused(_("A receipt belongs to an expense."))
    permissions.check_can_spend(user, entry.award.pilot)
    form = ReceiptForm(request.POST or None, files=request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            file = form.cleaned_data["file"]
            funding.add_receipt(
                entry,
                name=file.name,
                content=file.read(LARGEST + 1),
                by=user,
                at=timezone.now(),
            )
            messages.success(request, _("The receipt is kept."))
            for note in form.file_notes:
                messages.info(request, note)
            return redirect("pilots:budget", pk=entry.award.pilot_id)
    context = {"entry": entry, "form": form, "pilot": entry.award.pilot}
    return form_page(request, "pilots/funding/receipt.html", context, form=form)


@require(PilotsPermission.READ)
@require_safe
def receipt_file(request: PersonRequest, pk: int) -> HttpResponse:
    """A receipt as a download; no browser opens it as a page of ours."""
    receipt = get_object_or_404(Receipt.objects.visible_to(request.user), pk=pk)
    return presenters.receipt_download(receipt)


def _entry(request: PersonRequest, pk: int) -> LedgerEntry:
    entry: LedgerEntry = get_object_or_404(
        LedgerEntry.objects.visible_to(request.user).select_related(
            "fund__unit", "award__pilot__lead", "award__pilot__sponsor", "line", "by"
        ),
        pk=pk,
    )
    return entry


def _page_of(entry: LedgerEntry) -> str:
    if entry.award is None:
        return entry.fund.get_absolute_url()
    return reverse("pilots:budget", args=[entry.award.pilot_id])


def _fund(request: PersonRequest, pk: int) -> Fund:
    fund: Fund = get_object_or_404(
        Fund.objects.visible_to(request.user).select_related("unit"), pk=pk
    )
    return fund
