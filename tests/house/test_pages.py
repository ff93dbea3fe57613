"""The watch of tests of every page sees each change, and only changes."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from innovation.people.models import Unit, UnitKind
from tests.factories.cast import Cast
from tests.house.pages import Watch, undone


@pytest.mark.django_db
def test_watch_sees_what_was_added_changed_and_taken_away(cast: Cast) -> None:
    watch = Watch()
    assert not watch.changed()
    with undone():
        Unit.objects.create(name="7 East", kind=UnitKind.TEAM, parent=cast.medicine)
        assert watch.changed()
    with undone():
        Unit.objects.filter(pk=cast.four_west.pk).update(name="4 East")
        assert watch.changed()
    with undone():
        Unit.objects.filter(pk=cast.harbor_clinic.pk).delete()
        assert watch.changed()
    assert not watch.changed()


@pytest.mark.django_db
def test_watch_sees_no_change_in_what_was_rolled_back_or_written_as_it_was(cast: Cast) -> None:
    watch = Watch()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Unit.objects.create(name="7 East", kind=UnitKind.TEAM, parent=cast.medicine)
        raise ZeroDivisionError
    assert not watch.changed()
    Unit.objects.filter(pk=cast.four_west.pk).update(name="4 West")
    assert not watch.changed()


@pytest.mark.django_db
def test_watch_sees_a_row_of_a_partition() -> None:
    watch = Watch()
    with undone(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "INSERT INTO pilots_observation"
            " (metric_id, period, value, version, pull_id, revision, recorded_at)"
            " VALUES (1, '2026-11-23', 1, 1, 0, 0, now())"
        )
        assert watch.changed()
