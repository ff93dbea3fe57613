"""Who sees money, who keeps funds, who spends."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.people.permissions import check_holds
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed
from pilots.funding.models import Fund
from pilots.funding.room import FundingPermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot, is_on_team


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
