from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from innovation.audit.models import Event
from innovation.rules.refusal import NotAllowed, Refused
from okrs.goals import actions
from okrs.goals.models import Cycle, KeyResult, Objective
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


def test_a_moved_target_is_kept_with_what_it_was_and_who_moved_it(cast: Cast) -> None:
    key_result = make_key_result(cast)
    actions.edit_key_result(key_result, by=cast.amara, at=NOW, title="Minutes in notes")
    assert not key_result.moves.exists()
    actions.edit_key_result(key_result, by=cast.amara, at=NOW, target=Decimal("12.5"))
    actions.edit_key_result(key_result, by=cast.frank, at=NOW, target=Decimal(11))
    assert [(move.target_before, move.target, move.by) for move in key_result.moves.all()] == [
        (Decimal(11), Decimal("12.5"), cast.amara),
        (Decimal("12.5"), Decimal(11), cast.frank),
    ]
    with pytest.raises(Refused, match="must differ"):
        actions.edit_key_result(key_result, by=cast.amara, at=NOW, target=key_result.start)
    assert key_result.moves.count() == 2


def test_a_target_that_was_moved_past_all_pages_leaves_a_mark(cast: Cast) -> None:
    key_result = make_key_result(cast)
    for target in (Decimal("12.5"), Decimal(11), Decimal("12.5")):
        KeyResult.objects.filter(pk=key_result.pk).update(target=target)
    assert [(move.target, move.by) for move in key_result.moves.all()] == [
        (Decimal("12.5"), None),
        (Decimal(11), None),
        (Decimal("12.5"), None),
    ]
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        key_result.moves.all().delete()


def test_what_was_moved_in_a_cycle_stays_seen_when_the_objective_goes_to_a_later_one(
    cast: Cast,
) -> None:
    """Moved in November, then taken over into the next quarter: the move was hidden."""
    key_result = make_key_result(cast)
    actions.edit_key_result(key_result, by=cast.amara, at=NOW, target=Decimal("12.5"))
    later = make_cycle(name="Q1 2027", starts_on=date(2027, 1, 1), ends_on=date(2027, 3, 31))
    objective = Objective.objects.get(pk=key_result.objective_id)
    actions.edit_objective(objective, by=cast.amara, at=NOW, cycle=later)
    assert [move.target for move in key_result.moves.within_the_cycle()] == [Decimal("12.5")]
    Objective.objects.filter(pk=objective.pk).update(begun_on=None)
    actions.edit_objective(objective, by=cast.amara, at=NOW, title="Evenings at home")
    assert Objective.objects.get(pk=objective.pk).begun_on == date(2026, 10, 1)


def test_what_was_said_before_any_cycle_of_it_began_is_no_move(cast: Cast) -> None:
    """While it is being set, also where it goes from one cycle to come to another."""
    spring = make_cycle(name="Q2 2099", starts_on=date(2099, 4, 1), ends_on=date(2099, 6, 30))
    summer = make_cycle(name="Q3 2099", starts_on=date(2099, 7, 1), ends_on=date(2099, 9, 30))
    objective = make_objective(cast, cycle=spring)
    key_result = make_key_result(cast, objective=objective)
    actions.edit_key_result(key_result, by=cast.amara, at=NOW, target=Decimal("12.5"))
    actions.edit_objective(objective, by=cast.amara, at=NOW, cycle=summer)
    assert Objective.objects.get(pk=objective.pk).begun_on is None
    assert not key_result.moves.within_the_cycle().exists()


# Cycles of units


def harbor_cycle(cast: Cast, **fields: Any) -> Cycle:
    given: dict[str, Any] = {
        "by": cast.hugo,
        "at": NOW,
        "unit": cast.harbor,
        "name": "Harbor's autumn",
        "starts_on": date(2026, 11, 1),
        "ends_on": date(2026, 12, 31),
    }
    return actions.create_cycle(**given | fields)


def test_cycle_of_a_unit_replaces_nobody_else_s(cast: Cast) -> None:
    """As it was seen: a unit's goals manager opens a cycle, and it is everybody's."""
    whole = make_cycle()
    own = harbor_cycle(cast)  # begins later
    for user in (cast.amara, cast.ana, cast.hugo):
        assert Cycle.objects.current_for(user, NOW.date()) == whole
    assert own in Cycle.objects.visible_to(cast.hugo)
    assert own in Cycle.objects.visible_to(cast.amara)
    assert own not in Cycle.objects.visible_to(cast.ana)
    assert Event.objects.get(type="cycle.created").unit_id == cast.harbor.pk
    assert harbor_cycle(cast, name=whole.name).pk  # a name is taken in one unit alone
    with pytest.raises(Refused, match="has a cycle of this name"):
        harbor_cycle(cast)


def test_cycle_of_a_unit_is_shown_first_where_the_whole_has_none(cast: Cast) -> None:
    own = harbor_cycle(cast)
    assert Cycle.objects.current_for(cast.hugo, NOW.date()) == own
    assert Cycle.objects.current_for(cast.ana, NOW.date()) is None
    assert own.label == "Harbor's autumn · Harbor Hospital"
    assert make_cycle().label == "Q4 2026"


def test_create_cycle_of_a_unit_without_the_say_there_is_refused(cast: Cast) -> None:
    for user, unit in (
        (cast.hugo, cast.lakeshore),
        (cast.hugo, cast.brigid),
        (cast.jonas, cast.brigid),
        (cast.otto, cast.lakeshore),
    ):
        with pytest.raises(NotAllowed, match="who sets its objectives"):
            harbor_cycle(cast, by=user, unit=unit)
    assert harbor_cycle(cast, by=cast.amara, unit=cast.harbor).unit == cast.harbor


def test_objective_stands_in_a_cycle_of_its_unit_or_above(cast: Cast) -> None:
    own = harbor_cycle(cast)
    with pytest.raises(Refused, match="is a cycle of Harbor Hospital"):
        make_objective(cast, cycle=own)
    objective = make_objective(
        cast, by=cast.hugo, sponsor=cast.hugo, cycle=own, unit=cast.harbor_clinic
    )
    with pytest.raises(Refused, match="is a cycle of Harbor Hospital"):
        actions.edit_objective(objective, by=cast.amara, at=NOW, unit=cast.brigid)
    here = make_objective(cast)
    for change in ({"unit": cast.brigid}, {"cycle": make_cycle(), "unit": cast.lakeshore}):
        rows = Objective.objects.filter(pk=objective.pk)
        if "cycle" in change:
            rows.update(**change)  # the whole's cycle is for every unit
        else:
            with pytest.raises(IntegrityError, match="of another unit"), transaction.atomic():
                rows.update(**change)
    with pytest.raises(IntegrityError, match="of another unit"), transaction.atomic():
        Objective.objects.filter(pk=here.pk).update(cycle=own)
