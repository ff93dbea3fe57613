"""What a pilot asks of a fund, what it is awarded, and what returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.funding import queries
from pilots.funding.actions.entering import MOST, check_amount, enter, too_much_of
from pilots.funding.models import (
    Award,
    BudgetCategory,
    BudgetLine,
    EntryKind,
    Fund,
    LedgerEntry,
    Request,
)
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_charter


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
            amount=check_amount(line["amount"]),
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
        raise Refused(too_much_of(fund, amount))
    request.awarded_at = at
    request.save(update_fields=["awarded_at"])
    made = Award.objects.create(
        request=request, pilot=pilot, fund=fund, amount=amount, awarded_at=at, awarded_by=by
    )
    enter(
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
def release(award: Award, *, by: User, at: datetime, note: str = "") -> LedgerEntry | None:
    """Return what is left of an award to its fund; None where nothing is left."""
    fund = award.fund
    workflow.lock(fund)
    workflow.lock(award)
    return _release(award, by=by, at=at, note=note)


def _release(award: Award, *, by: User, at: datetime, note: str = "") -> LedgerEntry | None:
    if not award.balance:
        return None
    return enter(
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
