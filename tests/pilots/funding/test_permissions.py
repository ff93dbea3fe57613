"""Who sees money and who moves it: those of the unit, and the pilot's own people."""

from __future__ import annotations

from decimal import Decimal

import pytest

from innovation.rules.refusal import NotAllowed, Refused
from pilots.funding import actions, permissions
from pilots.funding.models import Award, BudgetLine, Fund
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast, somebody


def test_money_of_a_pilot_is_seen_in_its_hospital_alone(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    for role in ("finance_reviewer", "executive", "pilot_team", "auditor"):
        assert permissions.can_see_money(somebody(role, at=cast.brigid), pilot)
        assert not permissions.can_see_money(somebody(role, at=cast.harbor), pilot)
    assert not permissions.can_see_money(cast.ana, pilot)
    make.sit(pilot, cast.ana, role="member")
    assert permissions.can_see_money(cast.ana, Pilot.objects.get(pk=pilot.pk))


def test_fund_is_kept_by_finance_of_its_unit_alone(cast: Cast) -> None:
    here = somebody("finance_reviewer", at=cast.brigid)
    abroad = somebody("finance_reviewer", at=cast.harbor)
    fund = make.make_fund(cast, "0", unit=cast.brigid)
    assert permissions.can_manage_funds(here, cast.brigid)
    assert not permissions.can_manage_funds(abroad, cast.brigid)
    assert permissions.can_deposit(here, fund)
    with pytest.raises(NotAllowed):
        actions.deposit(fund, amount=Decimal(1), on=make.TODAY, key="k", by=abroad, at=NOW)
    with pytest.raises(NotAllowed):
        actions.create_fund(by=abroad, at=NOW, name="Taken", unit=cast.brigid, fiscal_year=2026)


def test_award_is_spent_by_its_team_the_office_and_finance_of_the_unit(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    make.run(cast, pilot, make.make_fund(cast))
    award, line = Award.objects.get(), BudgetLine.objects.all()[0]
    for abroad in ("finance_reviewer", "innovation_office", "executive"):
        with pytest.raises(NotAllowed):
            actions.spend(
                award, line=line, amount=Decimal(1), on=make.TODAY, key="k",
                by=somebody(abroad, at=cast.harbor), at=NOW,
            )  # fmt: skip
    assert permissions.can_spend(somebody("finance_reviewer", at=cast.brigid), pilot)


def test_funds_and_awards_show_where_budgets_are_read(cast: Cast) -> None:
    pilot = make.open_pilot(cast)
    make.run(cast, pilot, make.make_fund(cast, unit=cast.brigid))
    reader = somebody("finance_reviewer", at=cast.brigid)
    abroad = somebody("finance_reviewer", at=cast.harbor)
    assert Fund.objects.visible_to(reader).count() == Award.objects.visible_to(reader).count() == 1
    assert not Fund.objects.visible_to(abroad).exists()
    assert not Award.objects.visible_to(abroad).exists()
    assert not Fund.objects.visible_to(cast.ana).exists()


def test_budget_is_written_by_the_team_while_it_shapes(cast: Cast) -> None:
    pilot, fund = make.open_pilot(cast), make.make_fund(cast)
    lines = [make.Line().as_dict()]
    with pytest.raises(NotAllowed):
        actions.set_request(pilot, fund=fund, lines=lines, by=cast.hugo, at=NOW)
    make.propose(cast, pilot, fund)
    with pytest.raises(Refused, match="locked"):
        actions.set_request(pilot, fund=fund, lines=lines, by=cast.jonas, at=NOW)
