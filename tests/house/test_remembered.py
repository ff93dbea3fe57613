"""What a remembered factory puts back is what the verbs made, and it puts nothing back on other rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from innovation.people.models import Unit, UnitKind, User
from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from tests.emptying import may_empty, tables
from tests.factories import pilots as make
from tests.factories import remembered
from tests.factories.cast import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 6  # the cast is kept the second time, what follows from it one time later each

Told = dict[str, Any]


@pytest.fixture(autouse=True)
def _begin_anew(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    if not may_empty():
        pytest.skip("nothing is remembered without a superuser")
    monkeypatch.setattr(remembered, "_remembered", {})
    monkeypatch.setattr(remembered, "_told", type(remembered._told)())


def all_rows() -> dict[str, list[str]]:
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT to_json(t)::text FROM "{table}" t ORDER BY 1')
            found[table] = [row for (row,) in cursor.fetchall()]
    return found


def each_time(tell: Callable[[], Told]) -> list[Told]:
    """What a story tells of itself, each time from an empty database."""
    found = []
    for _time in range(TIMES):
        with transaction.atomic():
            found.append(tell())
            transaction.set_rollback(True)
    return found


def verbs_used(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    used: list[str] = []
    real = lifecycle.open_pilot

    def open_pilot(**given: Any) -> Pilot:
        used.append(given["title"])
        return real(**given)

    monkeypatch.setattr(lifecycle, "open_pilot", open_pilot)
    return used


def begun() -> tuple[Cast, Fund, Pilot]:
    cast = make_cast()
    return cast, make.make_fund(cast), make.open_pilot(cast)


def test_what_is_put_back_is_what_the_verbs_made(monkeypatch: pytest.MonkeyPatch) -> None:
    used = verbs_used(monkeypatch)

    def tell() -> Told:
        cast, fund, pilot = begun()
        review = make.evaluate(cast, pilot, fund)
        return {
            "by verbs": len(used),
            "rows": all_rows(),
            "pilot": {name: value for name, value in vars(pilot).items() if name[0] != "_"},
            "review": (review.pk, review.gate, review.opened_at, review.pilot is pilot),
            "lead": pilot.lead is cast.jonas,
            "later": len(connection.run_on_commit),
        }

    *_before, kept, put_back = each_time(tell)
    assert put_back.pop("by verbs") == kept.pop("by verbs") == 3
    assert kept["rows"]["pilots_observation_2026"], "an empty story shows nothing"
    for table, rows in kept["rows"].items():
        assert put_back["rows"][table] == rows, table
    assert put_back == kept


def test_after_a_row_of_ones_own_the_verbs_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    used = verbs_used(monkeypatch)

    def tell() -> Told:
        cast = make_cast()
        Unit.objects.create(name="5 East", kind=UnitKind.TEAM, parent=cast.medicine)
        make.open_pilot(cast)
        return {}

    each_time(tell)
    assert len(used) == TIMES


def test_after_rows_were_taken_back_the_verbs_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    used = verbs_used(monkeypatch)

    def tell() -> Told:
        cast = make_cast()
        with transaction.atomic():
            make.make_fund(cast)
            transaction.set_rollback(True)
        make.open_pilot(cast)
        return {}

    each_time(tell)
    assert len(used) == TIMES


def test_rows_that_a_factory_changes_and_takes_away_are_so_again() -> None:
    @remembered.remembered
    def close(cast: Cast) -> None:
        User.objects.filter(unit=cast.four_west).update(unit=cast.medicine)
        cast.four_west.delete()
        Unit.objects.filter(pk=cast.harbor.pk).update(name="Harbour Hospital")

    def tell() -> Told:
        cast = make_cast()
        close(cast)
        return {"rows": all_rows(), "key": cast.four_west.pk}

    *_before, kept, put_back = each_time(tell)
    assert "Harbour Hospital" in str(put_back["rows"]["innovation_unit"])
    assert "4 West" not in str(put_back["rows"]["innovation_unit"])
    assert put_back == kept


def test_another_question_is_another_story() -> None:
    asked = iter(["One", "One", "One", "Two", "One", "Two"])

    def tell() -> Told:
        cast = make_cast()
        return {"title": make.open_pilot(cast, title=next(asked)).title}

    assert [one["title"] for one in each_time(tell)] == ["One", "One", "One", "Two", "One", "Two"]


def test_a_row_that_looks_otherwise_is_another_question() -> None:
    names = iter(["Jonas", "Jonas", "Jonas", "Jonas", "Somebody", "Jonas"])

    def tell() -> Told:
        cast = make_cast()
        cast.jonas.name = next(names)
        return {"lead": make.open_pilot(cast).lead.name}

    told = [one["lead"] for one in each_time(tell)]
    assert told == ["Jonas", "Jonas", "Jonas", "Jonas", "Somebody", "Jonas"]
