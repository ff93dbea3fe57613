"""Who sees money, who keeps funds, who spends."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.people.permissions import check_holds
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.funding.models import EntryKind, Fund, LedgerEntry, Overrun
from pilots.funding.room import FundingPermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot, check_can_lead, is_on_team


def check_can_see_money(user: User, pilot: Pilot) -> None:
    """Readers of funding in the pilot's unit, its team and its sponsor."""
    if not (
        user.may(FundingPermission.READ, pilot.unit_id)
        or pilot.sponsor_id == user.pk
        or is_on_team(user, pilot)
    ):
        raise NotAllowed(
            _("The money of this pilot is shown to its team and to those who read budgets.")
        )


can_see_money = derive(check_can_see_money)


def check_can_see_funds(user: User) -> None:
    check_holds(
        user,
        FundingPermission.READ,
        None,
        _("Funds are shown to pilot teams, reviewers, executives and the innovation office."),
    )


can_see_funds = derive(check_can_see_funds)


def check_can_manage_funds(user: User, unit: Unit | None = None) -> None:
    check_holds(
        user,
        FundingPermission.MANAGE,
        None if unit is None else unit.pk,
        _("Funds are set up and filled by the finance reviewers of the unit."),
    )


can_manage_funds = derive(check_can_manage_funds)


def check_can_deposit(user: User, fund: Fund) -> None:
    check_can_manage_funds(user, fund.unit)


can_deposit = derive(check_can_deposit)


def check_can_spend(user: User, pilot: Pilot) -> None:
    """The team and the office record what was spent; so does whoever keeps the money."""
    if not user.may(FundingPermission.MANAGE, pilot.unit_id):
        check_can_edit_pilot(user, pilot)


can_spend = derive(check_can_spend)


def check_can_ask_overrun(user: User, pilot: Pilot) -> None:
    """More than a line has left: the lead or the office says why, and another person is the sponsor."""
    check_can_lead(user, pilot)
    if pilot.sponsor is None or not pilot.sponsor.is_active:
        raise Refused(_("The pilot has no sponsor who could say yes. Ask the office to name one."))
    if pilot.sponsor_id in user.interests:
        raise Refused(_("You sponsor this pilot: somebody else says why, and you say yes or no."))


can_ask_overrun = derive(check_can_ask_overrun)


def check_can_answer_overrun(user: User, overrun: Overrun) -> None:
    """The sponsor of today and nobody in their place, who did not ask."""
    pilot = overrun.award.pilot
    if pilot.sponsor_id != user.pk:
        raise NotAllowed(
            _("%(sponsor)s, who sponsors the pilot, says yes or no to it.")
            % {"sponsor": pilot.sponsor.name if pilot.sponsor else _("Nobody yet")}
        )
    if overrun.asked_by_id in user.interests:
        raise NotAllowed(_("You asked for it; somebody else says yes or no."))


can_answer_overrun = derive(check_can_answer_overrun)


def check_can_reverse(user: User, entry: LedgerEntry) -> None:
    """A deposit by who fills the fund, an expense by who records expenses; nothing else was typed."""
    if entry.kind == EntryKind.DEPOSIT:
        check_can_deposit(user, entry.fund)
    elif entry.kind == EntryKind.SPEND and entry.award is not None:
        check_can_spend(user, entry.award.pilot)
    else:
        raise Refused(_("Only what a person entered is taken back: money put in, and expenses."))


can_reverse = derive(check_can_reverse)
