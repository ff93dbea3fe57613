"""What is spent of an award, the receipts that show it, and entries taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.money import money
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.funding import queries, receipts
from pilots.funding.actions.entering import (
    SaidUnderKey,
    check_amount,
    check_day,
    enter,
    entered_before,
    too_much_of,
    too_much_spent,
)
from pilots.funding.models import Award, BudgetLine, EntryKind, LedgerEntry, Receipt
from pilots.funding.permissions import check_can_reverse, check_can_spend
from pilots.funding.room import FundingPermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED


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
    said = SaidUnderKey(EntryKind.SPEND, amount, on, visible(note), award=award.pk, line=line.pk)
    known = entered_before(key, fund, said, by=by)
    if known is not None:
        return known
    if left_to_spend(line, award, amount, on, at=at) < amount:
        raise Refused(_too_much_on(line, award.pilot, amount))
    return enter(
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


def left_to_spend(
    line: BudgetLine, award: Award, amount: Decimal, on: date, *, at: datetime
) -> Decimal:
    """What the line has left, of an expense that its award can pay."""
    if line.request_id != award.request_id:
        raise Refused(_("This line belongs to another budget."))
    check_day(on, at=at)
    awarded_on = dates.day_of(award.awarded_at)
    if on < awarded_on:
        raise Refused(
            _("The money was awarded on %(day)s: an expense from before it is not paid by it.")
            % {"day": dates.day_in_words(awarded_on)}
        )
    if check_amount(amount) > award.balance:
        raise Refused(too_much_spent(award, amount))
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
            raise Refused(too_much_of(fund, entry.amount))
    elif award.entries.filter(kind=EntryKind.RELEASE).exists():
        kind = EntryKind.REFUND
    else:
        kind = EntryKind.UNSPEND
    made = enter(
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
