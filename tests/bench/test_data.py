"""The large health system of the benchmarks fits the tables as they are."""

from __future__ import annotations

import pytest
from django.db import connection

from bench.data import Size, statements
from innovation.needs.models import Need
from pilots.metrics.models import Observation

pytestmark = pytest.mark.django_db


def test_benchmarks_fill_every_table_that_they_name() -> None:
    """Columns that are added and not filled here ended each benchmark (2026-11-29)."""
    size = Size(needs=200, pilots=40, observations=1600, units=24, people=30)
    with connection.cursor() as cursor:
        for statement in statements(size):
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Need.objects.count() == 200
    assert Observation.objects.count() == 1600
