from decimal import Decimal

import pytest

from innovation.audit.models import Event
from innovation.rules.refusal import NotAllowed, Refused
from okrs.goals import actions
from tests.factories.cast import NOW, Cast
from tests.factories.goals import make_cycle, make_key_result, make_objective

pytestmark = pytest.mark.django_db


def test_create_objective_by_executive_is_recorded(cast: Cast) -> None:
    objective = make_objective(cast)

    assert objective.pk
    event = Event.objects.get(type="objective.created")
    assert event.actor == cast.amara.ref
    assert event.unit_id == cast.brigid.pk


@pytest.mark.parametrize("name", ["ana", "jonas", "otto", "victor", "hugo"])
def test_create_objective_without_the_say_is_refused(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        make_objective(cast, by=getattr(cast, name))


def test_edit_objective_moving_it_out_of_reach_is_refused(cast: Cast) -> None:
    objective = make_objective(cast, by=cast.hugo, unit=cast.harbor, sponsor=cast.hugo)

    with pytest.raises(NotAllowed):
        actions.edit_objective(objective, by=cast.hugo, at=NOW, unit=cast.brigid)


def test_edit_objective_below_itself_by_a_detour_is_refused(cast: Cast) -> None:
    upper = make_objective(cast, title="Upper")
    lower = make_objective(cast, title="Lower", parent=upper)

    with pytest.raises(Refused, match="part of itself"):
        actions.edit_objective(upper, by=cast.amara, at=NOW, parent=lower)


def test_create_objective_below_one_of_another_cycle_is_refused(cast: Cast) -> None:
    from datetime import date

    spring = make_cycle(name="Q2 2026", starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30))
    old = make_objective(cast, title="Old", cycle=spring)

    with pytest.raises(Refused, match="same cycle"):
        make_objective(cast, title="New", parent=old)


def test_add_key_result_going_nowhere_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="must differ"):
        make_key_result(cast, start=Decimal(5), target=Decimal(5))


def test_edit_key_result_moving_the_target_leaves_what_it_said_before(cast: Cast) -> None:
    key_result = make_key_result(cast)

    actions.edit_key_result(key_result, by=cast.amara, at=NOW, target=Decimal("12.5"))

    event = Event.objects.get(type="key_result.edited")
    assert event.details["what"] == "to"
    assert event.details["changed"] == {"target": ["11.000000", "12.5"]}
