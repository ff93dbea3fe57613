"""Funds: set up, how their money is approved, and money put in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import Unit, User
from innovation.rules import constraints
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.funding.actions.entering import (
    CENT,
    MOST,
    SaidUnderKey,
    check_amount,
    check_day,
    enter,
    entered_before,
)
from pilots.funding.models import EntryKind, Fund, LedgerEntry
from pilots.funding.permissions import check_can_deposit, check_can_manage_funds


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
            check_amount(amount)
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
    said = SaidUnderKey(EntryKind.DEPOSIT, amount, on, visible(note))
    known = entered_before(key, fund, said, by=by)
    if known is not None:
        return known
    check_day(on, at=at)
    if fund.balance + check_amount(amount) > MOST:
        raise Refused(_("With this amount the fund would hold more than it can."))
    return enter(
        EntryKind.DEPOSIT, fund=fund, amount=amount, on=on, note=note, key=key, by=by, at=at
    )
