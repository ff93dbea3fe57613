"""The one way into the ledger: an entry, the key it is known by, its amount and its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import constraints, dates
from innovation.rules.money import money
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from pilots.funding.models import ENTERED, Award, BudgetLine, EntryKind, Fund, LedgerEntry, Overrun

CENT = Decimal("0.01")
MOST = Decimal("999999999999.99")
EARLIEST = 2000  # as the first fiscal year of a fund


def enter(
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
    amount = check_amount(amount)
    with constraints.explained(
        {
            "fund_never_below_zero": lambda: too_much_of(fund, amount),
            "award_never_below_zero": lambda: too_much_spent(award, amount),
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
class SaidUnderKey:
    """All that somebody says under one key; the same key with anything else is another thing."""

    kind: str
    amount: Decimal
    on: date
    note: str
    award: int | None = None
    line: int | None = None
    why: str = ""

    def beside(self, before: SaidUnderKey) -> str:
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


def entered_before(key: str, fund: Fund, said: SaidUnderKey, *, by: User) -> LedgerEntry | None:
    """The entry that this person's key wrote in this fund before. The same key for another movement
    is refused; nobody else's key is in the way."""
    entry = LedgerEntry.objects.filter(kind__in=ENTERED, by=by, fund=fund, key=key).first()
    if entry is None:
        return None
    before = SaidUnderKey(
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


def check_amount(amount: Decimal) -> Decimal:
    """A positive amount in whole cents that the ledger can hold."""
    if not amount.is_finite() or amount <= 0:
        raise Malformed(_("An amount is above zero."))
    if amount > MOST:
        raise Malformed(_("This amount is beyond what a fund can hold."))
    if amount != amount.quantize(CENT):
        raise Malformed(_("An amount has at most two decimals."))
    return amount.quantize(CENT)


def check_day(on: date, *, at: datetime) -> None:
    """Money moves on a day that has come; a slip of the keyboard in its year stays in the ledger."""
    if on > dates.day_of(at):
        raise Refused(_("Record money on the day it moved, or afterwards."))
    if on.year < EARLIEST:
        raise Refused(_("Check the year: no money moved before %(year)s.") % {"year": EARLIEST})


def too_much_of(fund: Fund, amount: Decimal) -> str:
    fund.refresh_from_db(fields=["balance"])
    return _(
        "%(fund)s has %(left)s left, and this takes %(amount)s. Nothing was booked. "
        "Return the pilot, or have the fund filled first."
    ) % {"fund": fund, "left": money(fund.balance), "amount": money(amount)}


def too_much_spent(award: Award | None, amount: Decimal) -> str:
    assert award is not None  # the trigger named the award's own balance
    award.refresh_from_db(fields=["balance"])
    return _(
        "%(left)s of the award is left, and this expense is %(amount)s. It was not recorded."
    ) % {"left": money(award.balance), "amount": money(amount)}
