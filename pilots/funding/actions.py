"""Money moves here and nowhere else: every movement is one entry of the ledger.

Balances and their floor are kept by the database. What is checked here first only makes the
sentence kind; what the database refuses gets the same sentence. The fund's row is locked before
anything else of its money is touched, and before the first audit event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.rules import constraints, dates, reasons
from innovation.rules.money import money
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.funding import queries, receipts
from pilots.funding.models import (
    ENTERED,
    Award,
    BudgetCategory,
    BudgetLine,
    EntryKind,
    Fund,
    LedgerEntry,
    Overrun,
    Receipt,
    Request,
)
from pilots.funding.permissions import (
    check_can_answer_overrun,
    check_can_ask_overrun,
    check_can_deposit,
    check_can_manage_funds,
    check_can_reverse,
    check_can_spend,
)
from pilots.funding.room import FundingPermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_charter
from pilots.lifecycle.states import ENDED

CENT = Decimal("0.01")
MOST = Decimal("999999999999.99")
EARLIEST = 2000  # as the first fiscal year of a fund


@atomic
def create_fund(
    *,
    by: User,
    at: datetime,
    name: str,
    unit: Unit,
    fiscal_year: int,
    second_approval_above: Decimal | None = None,
    sign_above: Decimal | None = None,
    approvals_in_order: bool = False,
) -> Fund:
    """Set up an empty fund of a unit for a fiscal year, and say how its money is approved."""
    check_can_manage_funds(by, unit)
    _check_approvals(second_approval_above, sign_above, in_order=approvals_in_order)
    taken = _("%(unit)s has a fund called “%(name)s” for %(year)s already.") % {
        "unit": unit.name,
        "name": name,
        "year": fiscal_year,
    }
    with constraints.explained({"fund_name_once_a_year": taken}):
        fund = Fund.objects.create(
            name=name,
            unit=unit,
            fiscal_year=fiscal_year,
            second_approval_above=second_approval_above,
            sign_above=sign_above,
            approvals_in_order=approvals_in_order,
        )
    audit.record("fund.created", fund, by=by, at=at, fiscal_year=fiscal_year)
    return fund


@atomic
def set_approvals(
    fund: Fund,
    *,
    second_approval_above: Decimal | None,
    sign_above: Decimal | None,
    approvals_in_order: bool,
    by: User,
    at: datetime,
) -> Fund:
    """Say anew how the fund's money is approved. How many approvals a proposal takes is as it was when it
    was made."""
    workflow.lock(fund)
    check_can_manage_funds(by, fund.unit)
    _check_approvals(second_approval_above, sign_above, in_order=approvals_in_order)
    names = ("second_approval_above", "sign_above", "approvals_in_order")
    before = {name: getattr(fund, name) for name in names}
    after = dict(zip(names, (second_approval_above, sign_above, approvals_in_order), strict=True))
    if before == after:
        return fund
    for name, value in after.items():
        setattr(fund, name, value)
    fund.save(update_fields=names)
    audit.record(
        "fund.approvals_set",
        fund,
        by=by,
        at=at,
        before={name: _as_logged(value) for name, value in before.items()},
        after={name: _as_logged(value) for name, value in after.items()},
    )
    return fund


def _as_logged(value: object) -> str:
    return audit.as_text(value.quantize(CENT) if isinstance(value, Decimal) else value)


def _check_approvals(
    second_above: Decimal | None, sign_above: Decimal | None, *, in_order: bool
) -> None:
    for amount in (second_above, sign_above):
        if amount is not None:
            _check_amount(amount)
    if in_order and second_above is None:
        raise Malformed(_("An order takes two approvals: say above which amount there are two."))


@atomic
def deposit(
    fund: Fund, *, amount: Decimal, on: date, note: str = "", key: str, by: User, at: datetime
) -> LedgerEntry:
    """Put money into the fund. The same person's `key` again changes nothing and
    gives the same entry."""
    workflow.lock(fund)
    check_can_deposit(by, fund)
    said = _Said(EntryKind.DEPOSIT, amount, on, visible(note))
    known = _known(key, fund, said, by=by)
    if known is not None:
        return known
    _check_day(on, at=at)
    if fund.balance + _check_amount(amount) > MOST:
        raise Refused(_("With this amount the fund would hold more than it can."))
    return _enter(
        EntryKind.DEPOSIT, fund=fund, amount=amount, on=on, note=note, key=key, by=by, at=at
    )


@atomic
def set_request(
    pilot: Pilot, *, fund: Fund, lines: Iterable[Mapping[str, Any]], by: User, at: datetime
) -> Request:
    """Write the budget: what is asked of which fund, line by line. Replaces what was asked before.

    A line is `category`, `description` and `amount`.
    """
    workflow.lock(pilot)
    check_can_edit_charter(by, pilot)
    if not queries.funds_for(pilot.unit).filter(pk=fund.pk).exists():
        raise Refused(
            _(
                "“%(fund)s” belongs to another part of the organisation. Choose a fund of "
                "%(unit)s or of a unit above it."
            )
            % {"fund": fund, "unit": pilot.unit.name}
        )
    asked = [
        BudgetLine(
            category=BudgetCategory(line["category"]),
            description=visible(line["description"]),
            amount=_check_amount(line["amount"]),
        )
        for line in lines
    ]
    if not asked:
        raise Malformed(_("A budget has at least one line."))
    if sum(line.amount for line in asked) > MOST:
        raise Refused(_("Together the lines are beyond what a fund can hold."))
    request, _created = Request.objects.open().update_or_create(
        pilot=pilot, awarded_at=None, defaults={"fund": fund}
    )
    request.lines.all().delete()
    for budget_line in asked:
        budget_line.request = request
    BudgetLine.objects.bulk_create(asked)
    audit.record(
        "pilot.budget_set",
        pilot,
        by=by,
        at=at,
        also=(fund,),
        fund=str(fund),
        amount=request.amount,
        lines=len(asked),
    )
    return request


@atomic
def award(pilot: Pilot, *, by: User, at: datetime) -> Award:
    """Book what the pilot asks: from the fund to an award. Called by the gate, which has authority
    and holds the money's lock.

    A fund that does not hold enough refuses, and everything stays as it was.
    """
    request = queries.open_request(pilot)
    if request is None:
        raise Conflict(_("“%s” asks for nothing, or its award was booked already.") % pilot.title)
    fund, amount = request.fund, request.amount
    if amount > fund.balance:
        raise Refused(_too_much_of(fund, amount))
    request.awarded_at = at
    request.save(update_fields=["awarded_at"])
    made = Award.objects.create(
        request=request, pilot=pilot, fund=fund, amount=amount, awarded_at=at, awarded_by=by
    )
    _enter(
        EntryKind.AWARD,
        fund=fund,
        award=made,
        amount=amount,
        on=dates.day_of(at),
        note=pilot.title[:200],
        by=by,
        at=at,
    )
    return made


@atomic
def spend(
    award: Award,
    *,
    line: BudgetLine,
    amount: Decimal,
    on: date,
    note: str = "",
    key: str,
    by: User,
    at: datetime,
) -> LedgerEntry:
    """Record an expense against a budget line. More than the award or the line has left is refused:
    beyond its line, `ask_overrun` asks the sponsor."""
    fund = award.fund
    workflow.lock(fund)
    workflow.lock(award)
    check_can_spend(by, award.pilot)
    said = _Said(EntryKind.SPEND, amount, on, visible(note), award=award.pk, line=line.pk)
    known = _known(key, fund, said, by=by)
    if known is not None:
        return known
    if _left_on(line, award, amount, on, at=at) < amount:
        raise Refused(_too_much_on(line, award.pilot, amount))
    return _enter(
        EntryKind.SPEND,
        fund=fund,
        award=award,
        line=line,
        amount=amount,
        on=on,
        note=note,
        key=key,
        by=by,
        at=at,
    )


@atomic
def ask_overrun(
    award: Award,
    *,
    line: BudgetLine,
    amount: Decimal,
    on: date,
    note: str = "",
    reason: str,
    key: str,
    by: User,
    at: datetime,
) -> Overrun:
    """Ask the pilot's sponsor for an expense beyond what its line has left. Nothing is booked until
    they say yes; the same person's `key` again asks once."""
    fund, pilot = award.fund, award.pilot
    workflow.lock(fund)
    workflow.lock(award)
    check_can_ask_overrun(by, pilot)
    asked = Overrun.objects.filter(asked_by=by, award=award, key=key).first()
    if asked is not None:
        before = _Said("", asked.amount, asked.on, asked.note, line=asked.line_id, why=asked.reason)
        again = _Said("", amount, on, visible(note), line=line.pk, why=visible(reason))
        if before != again:
            raise Conflict(
                _(
                    "You asked the sponsor already, with another %(what)s. Send it anew, with a new key."
                )
                % {"what": again.beside(before)}
            )
        return asked
    reason = reasons.required(reason)
    left = _left_on(line, award, amount, on, at=at)
    if left >= amount:
        raise Refused(
            _("The line has %(left)s left: record it without a reason, it needs nobody's yes.")
            % {"left": money(left)}
        )
    overrun = Overrun.objects.create(
        award=award,
        line=line,
        amount=amount,
        on=on,
        note=visible(note),
        reason=reason,
        key=key,
        asked_by=by,
        asked_at=at,
    )
    audit.record(
        "pilot.overrun_asked",
        pilot,
        by=by,
        at=at,
        also=(fund,),
        overrun=overrun.pk,
        line=line.description,
        amount=amount,
        left=left,
        reason=reason,
    )
    assert pilot.sponsor is not None  # check_can_ask_overrun
    _tell(
        [pilot.sponsor],
        _("“%(pilot)s” asks for %(amount)s more than a budget line has left"),
        text=reason,
        overrun=overrun,
        by=by,
        at=at,
    )
    return overrun


@atomic
def answer_overrun(
    overrun: Overrun, *, approve: bool, answer: str = "", by: User, at: datetime
) -> Overrun:
    """The sponsor's yes books the expense; their no says why. Either is final."""
    award = overrun.award
    fund, line = award.fund, overrun.line
    workflow.lock(fund)
    workflow.lock(award)
    workflow.lock(overrun)
    check_can_answer_overrun(by, overrun)
    if overrun.answered_at is not None:
        raise Conflict(
            _("%(who)s answered this on %(when)s.")
            % {
                "who": overrun.answered_by,
                "when": dates.moment_in_words(overrun.answered_at),
            }
        )
    answer = visible(answer) if approve else reasons.required(answer)
    if approve and overrun.amount > award.balance:
        raise Refused(_too_much_spent(award, overrun.amount))
    overrun.approved, overrun.answer = approve, answer
    overrun.answered_by, overrun.answered_at = by, at
    overrun.save(update_fields=["approved", "answer", "answered_by", "answered_at"])
    facts: dict[str, Any] = {
        "overrun": overrun.pk,
        "line": line.description,
        "amount": overrun.amount,
        **({"answer": answer} if answer else {}),
    }
    if approve:
        _enter(
            EntryKind.SPEND,
            fund=fund,
            award=award,
            line=line,
            amount=overrun.amount,
            on=overrun.on,
            note=overrun.note,
            key=f"overrun {overrun.pk}",
            overrun=overrun,
            by=by,
            at=at,
        )
        audit.record("pilot.overrun_approved", award.pilot, by=by, at=at, also=(fund,), **facts)
        title = _("The sponsor of “%(pilot)s” said yes to %(amount)s; it is recorded")
    else:
        audit.record("pilot.overrun_refused", award.pilot, by=by, at=at, also=(fund,), **facts)
        title = _("The sponsor of “%(pilot)s” said no to %(amount)s; it was not recorded")
    _tell([overrun.asked_by, award.pilot.lead], title, text=answer, overrun=overrun, by=by, at=at)
    return overrun


def _tell(
    people: Iterable[User], title: str, *, text: str, overrun: Overrun, by: User, at: datetime
) -> None:
    pilot = overrun.award.pilot
    notices.notify(
        [person for person in people if person.is_active],
        kind="pilots",
        title=title % {"pilot": pilot.title, "amount": money(overrun.amount)},
        text=text,
        about=pilot,
        url=overrun.get_absolute_url(),
        at=at,
        but=by,
    )


@atomic
def reverse_entry(entry: LedgerEntry, *, reason: str, by: User, at: datetime) -> LedgerEntry:
    """Put a wrong deposit or expense right by an entry of the other sign; both stay to be read. What
    was spent of an award that was given back since goes to its fund."""
    fund, award = entry.fund, entry.award
    workflow.lock(fund)
    if award is not None:
        workflow.lock(award)
    check_can_reverse(by, entry)
    reason = reasons.required(reason)
    done = LedgerEntry.objects.filter(reverses=entry).select_related("by").first()
    if done is not None:
        raise Conflict(
            _("%(who)s took it back on %(day)s already.")
            % {"who": done.by, "day": dates.day_in_words(done.on)}
        )
    if award is None:
        kind = EntryKind.UNDEPOSIT
        if entry.amount > fund.balance:
            raise Refused(_too_much_of(fund, entry.amount))
    elif award.entries.filter(kind=EntryKind.RELEASE).exists():
        kind = EntryKind.REFUND
    else:
        kind = EntryKind.UNSPEND
    made = _enter(
        kind,
        fund=fund,
        award=award,
        line=entry.line,
        amount=entry.amount,
        on=dates.day_of(at),
        note=reason,
        key=f"reverses {entry.pk}",
        reverses=entry,
        by=by,
        at=at,
    )
    concerned = [entry.by] if award is None else [entry.by, award.pilot.lead]
    if award is not None and award.pilot.status in ENDED:
        _tell_of_the_fund(made, besides=concerned)
    notices.notify(
        [person for person in concerned if person.is_active],
        kind="pilots",
        title=_("%(who)s took back an entry of %(amount)s")
        % {"who": by, "amount": money(entry.amount)},
        text=reason,
        about=fund if award is None else award.pilot,
        url=fund.get_absolute_url()
        if award is None
        else reverse("pilots:budget", args=[award.pilot_id]),
        at=at,
        but=by,
    )
    return made


def _tell_of_the_fund(made: LedgerEntry, *, besides: Iterable[User]) -> None:
    """Nobody looks at the money of a pilot that is over, but for those who keep its fund."""
    award, fund = made.award, made.fund
    assert award is not None
    keepers = User.objects.holding(FundingPermission.MANAGE, fund.unit)
    notices.notify(
        keepers.exclude(pk__in=[person.pk for person in besides]),
        kind="pilots",
        title=_("%(who)s took back an expense of %(amount)s of “%(pilot)s”, which is over")
        % {"who": made.by, "amount": money(made.amount), "pilot": award.pilot.title},
        text=made.note,
        about=fund,
        url=fund.get_absolute_url(),
        at=made.at,
        but=made.by,
    )


@atomic
def add_receipt(
    entry: LedgerEntry, *, name: str, content: bytes, by: User, at: datetime
) -> Receipt:
    """Keep a file that shows what an expense was for. What it is follows from its content; the same
    file again is the one that is there."""
    award = entry.award
    if award is None or entry.kind != EntryKind.SPEND:
        raise Refused(_("A receipt belongs to an expense."))
    workflow.lock(award)
    check_can_spend(by, award.pilot)
    kind = receipts.kind_of(content)
    digest = sha256(content).hexdigest()
    known = entry.receipts.defer("content").filter(sha256=digest).first()
    if known is not None:
        return known
    if entry.receipts.count() >= receipts.MOST:
        raise Refused(_("An expense has at most %(n)s receipts.") % {"n": receipts.MOST})
    receipt = Receipt.objects.create(
        entry=entry,
        name=receipts.plain_name(name, kind),
        kind=kind,
        content=content,
        size=len(content),
        sha256=digest,
        added_by=by,
        added_at=at,
    )
    audit.record(
        "pilot.receipt_added",
        award.pilot,
        by=by,
        at=at,
        entry=entry.pk,
        amount=entry.amount,
        name=receipt.name,
        sha256=digest,
    )
    return receipt


@atomic
def release(award: Award, *, by: User, at: datetime, note: str = "") -> LedgerEntry | None:
    """Return what is left of an award to its fund; None where nothing is left."""
    fund = award.fund
    workflow.lock(fund)
    workflow.lock(award)
    return _release(award, by=by, at=at, note=note)


def _release(award: Award, *, by: User, at: datetime, note: str = "") -> LedgerEntry | None:
    if not award.balance:
        return None
    return _enter(
        EntryKind.RELEASE,
        fund=award.fund,
        award=award,
        amount=award.balance,
        on=dates.day_of(at),
        note=note or award.pilot.title[:200],
        by=by,
        at=at,
    )


@atomic
def release_all(pilot: Pilot, *, by: User, at: datetime) -> Decimal:
    """The pilot has ended or begins anew: the rest of its awards returns to the funds. Called by
    the gate, which holds the money's lock."""
    awards = Award.objects.filter(pilot=pilot, balance__gt=0).select_related("fund", "pilot")
    locked = awards.select_for_update(of=("self",), no_key=True).order_by("pk")
    entries = [_release(award, by=by, at=at) for award in locked]
    return sum((entry.amount for entry in entries if entry is not None), Decimal(0))


def lock_money(pilot: Pilot) -> None:
    """Lock the funds that the pilot asks or was awarded from, in their one order."""
    asked = Request.objects.filter(pilot=pilot).values("fund_id")
    list(Fund.objects.filter(pk__in=asked).select_for_update(no_key=True).order_by("pk"))


def _enter(
    kind: EntryKind,
    *,
    fund: Fund,
    amount: Decimal,
    on: date,
    note: str,
    key: str = "",
    by: User,
    at: datetime,
    award: Award | None = None,
    line: BudgetLine | None = None,
    reverses: LedgerEntry | None = None,
    overrun: Overrun | None = None,
) -> LedgerEntry:
    amount = _check_amount(amount)
    with constraints.explained(
        {
            "fund_never_below_zero": lambda: _too_much_of(fund, amount),
            "award_never_below_zero": lambda: _too_much_spent(award, amount),
        }
    ):
        entry = LedgerEntry.objects.create(
            key=key,
            kind=kind,
            fund=fund,
            award=award,
            line=line,
            amount=amount,
            on=on,
            at=at,
            by=by,
            note=visible(note),
            reverses=reverses,
            overrun=overrun,
        )
    _read_balances(fund, award)
    details: dict[str, Any] = {
        "amount": amount,
        "on": on,
        "entry": entry.pk,
        "balance": fund.balance,
    }
    if award is not None:
        details["pilot"] = award.pilot.title
    if line is not None:
        details["line"] = line.description
    if visible(note):
        details["note"] = visible(note)
    audit.record(
        {
            EntryKind.DEPOSIT: "fund.deposited",
            EntryKind.AWARD: "fund.awarded",
            EntryKind.SPEND: "fund.spent",
            EntryKind.RELEASE: "fund.released",
            EntryKind.UNDEPOSIT: "fund.deposit_reversed",
            EntryKind.UNSPEND: "fund.expense_reversed",
            EntryKind.REFUND: "fund.expense_refunded",
        }[kind],
        fund,
        by=by,
        at=at,
        also=(award.pilot,) if award is not None else (),
        **details,
    )
    return entry


def _read_balances(fund: Fund, award: Award | None) -> None:
    """What the ledger's triggers made of them."""
    if award is None:
        fund.refresh_from_db(fields=["balance"])
        return
    left = Award.objects.filter(pk=award.pk).values_list("fund__balance", "balance")
    fund.balance, award.balance = left.get()


@dataclass(frozen=True)
class _Said:
    """All that somebody says under one key; the same key with anything else is another thing."""

    kind: str
    amount: Decimal
    on: date
    note: str
    award: int | None = None
    line: int | None = None
    why: str = ""

    def beside(self, before: _Said) -> str:
        """What differs, in words."""
        words = {
            "kind": _("kind"),
            "award": _("award"),
            "line": _("budget line"),
            "amount": _("amount"),
            "on": _("day"),
            "note": _("note"),
            "why": _("reason"),
        }
        other = [
            word for name, word in words.items() if getattr(self, name) != getattr(before, name)
        ]
        return get_text_list(other, _("and"))


def _known(key: str, fund: Fund, said: _Said, *, by: User) -> LedgerEntry | None:
    """The entry that this person's key wrote in this fund before. The same key for another movement
    is refused; nobody else's key is in the way."""
    entry = LedgerEntry.objects.filter(kind__in=ENTERED, by=by, fund=fund, key=key).first()
    if entry is None:
        return None
    before = _Said(
        entry.kind, entry.amount, entry.on, entry.note, award=entry.award_id, line=entry.line_id
    )
    if before != said:
        raise Conflict(
            _(
                "This was recorded already, with another %(what)s. Look at the ledger, then "
                "enter it anew."
            )
            % {"what": said.beside(before)}
        )
    return entry


def _check_amount(amount: Decimal) -> Decimal:
    """A positive amount in whole cents that the ledger can hold."""
    if not amount.is_finite() or amount <= 0:
        raise Malformed(_("An amount is above zero."))
    if amount > MOST:
        raise Malformed(_("This amount is beyond what a fund can hold."))
    if amount != amount.quantize(CENT):
        raise Malformed(_("An amount has at most two decimals."))
    return amount.quantize(CENT)


def _check_day(on: date, *, at: datetime) -> None:
    """Money moves on a day that has come; a slip of the keyboard in its year stays in the ledger."""
    if on > dates.day_of(at):
        raise Refused(_("Record money on the day it moved, or afterwards."))
    if on.year < EARLIEST:
        raise Refused(_("Check the year: no money moved before %(year)s.") % {"year": EARLIEST})


def _left_on(line: BudgetLine, award: Award, amount: Decimal, on: date, *, at: datetime) -> Decimal:
    """What the line has left, of an expense that its award can pay."""
    if line.request_id != award.request_id:
        raise Refused(_("This line belongs to another budget."))
    _check_day(on, at=at)
    awarded_on = dates.day_of(award.awarded_at)
    if on < awarded_on:
        raise Refused(
            _("The money was awarded on %(day)s: an expense from before it is not paid by it.")
            % {"day": dates.day_in_words(awarded_on)}
        )
    if _check_amount(amount) > award.balance:
        raise Refused(_too_much_spent(award, amount))
    return queries.left_on(line)


def _too_much_on(line: BudgetLine, pilot: Pilot, amount: Decimal) -> str:
    return _(
        "“%(line)s” has %(left)s left, and this expense is %(amount)s. It was not recorded. Where it "
        "must be, %(lead)s says why it goes beyond its line, and the sponsor is asked."
    ) % {
        "line": line.description,
        "left": money(max(queries.left_on(line), Decimal(0))),
        "amount": money(amount),
        "lead": pilot.lead.name,
    }


def _too_much_of(fund: Fund, amount: Decimal) -> str:
    fund.refresh_from_db(fields=["balance"])
    return _(
        "%(fund)s has %(left)s left, and this takes %(amount)s. Nothing was booked. "
        "Return the pilot, or have the fund filled first."
    ) % {"fund": fund, "left": money(fund.balance), "amount": money(amount)}


def _too_much_spent(award: Award | None, amount: Decimal) -> str:
    assert award is not None  # the trigger named the award's own balance
    award.refresh_from_db(fields=["balance"])
    return _(
        "%(left)s of the award is left, and this expense is %(amount)s. It was not recorded."
    ) % {"left": money(award.balance), "amount": money(amount)}
