"""What a test that commits leaves behind for the next one: nothing."""

from __future__ import annotations

import threading
import time

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from innovation.audit.models import Event
from innovation.people.models import Unit, UnitKind
from tests.emptying import empty_tables, may_empty, tables
from tests.factories import pilots as make
from tests.factories.cast import make_cast


@pytest.mark.django_db(transaction=True)
def test_empty_tables_takes_everything_also_what_is_kept_for_ever() -> None:
    if not may_empty():
        pytest.skip("Only a superuser of the database may.")
    cast = make_cast()
    make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    assert Event.objects.exists()
    empty_tables()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in tables()))
        assert {count for (count,) in cursor.fetchall()} == {0}
    assert ContentType.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_empty_tables_waits_for_whoever_still_writes() -> None:
    if not may_empty():
        pytest.skip("Only a superuser of the database may.")
    written = threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                Unit.objects.create(name="Lakeshore Health", kind=UnitKind.SYSTEM)
                written.set()
                time.sleep(0.2)  # the other one comes meanwhile
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait()
    empty_tables()
    writer.join()
    assert not Unit.objects.exists()
