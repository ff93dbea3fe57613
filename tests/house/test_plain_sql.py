"""What goes around the engine and the ledger is refused by the database, by plain SQL, in every
table: nobody's status, balance or past is written by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Field

from innovation.management.commands.draw_lifecycles import lifecycles
from pilots.funding import actions as funding
from pilots.funding.models import LedgerEntry
from pilots.metrics import actions as metrics
from pilots.metrics.actions import amendments
from pilots.metrics.models import Metric, MetricVersion
from pilots.safety import actions as incidents
from tests.factories import pilots as make
from tests.factories import safety
from tests.factories.cast import NOW, Cast

MOVED = sorted(
    model._meta.db_table
    for model in apps.get_models()
    for _module, table in lifecycles()
    if model._meta.model_name == table.noun
)
APPEND_ONLY = (
    "innovation_event",
    "innovation_statechange",
    "innovation_approval",
    "pilots_ledgerentry",
    "pilots_metricversion",
    "pilots_revision",
)


@pytest.fixture
def story(cast: Cast) -> None:
    """At least one row in every table that is guarded."""
    pilot = make.open_pilot(
        cast, idea=make.make_idea(cast, need := make.make_need(cast)), needs=[need]
    )
    make.run(cast, pilot, make.make_fund(cast))
    metric = pilot.metrics.get(role="primary")
    MetricVersion.objects.create(
        metric=metric, number=1, definition="Minutes", binding={}, source_name="EHR", at=NOW,
        by=cast.jonas,
    )  # fmt: skip
    for role in ("primary", "guardrail"):  # one that waits, and one that was taken back
        judged = Metric.objects.select_related("pilot", "source").get(pilot=pilot, role=role)
        metrics.edit_metric(judged, by=cast.jonas, at=NOW, reason="Mistyped.", margin=Decimal(1))
    amendments.withdraw(judged.amendments.for_list().get(), by=cast.jonas, at=NOW)
    incidents.look(safety.told(pilot, by=cast.ana), by=cast.helen, at=NOW)
    safety.judged(cast, safety.recorded(cast, pilot))
    with connection.cursor() as cursor:  # a number that is corrected leaves a revision
        cursor.execute("UPDATE pilots_observation SET value = value + 1")


def refuse(sql: str, why: str) -> None:
    with (
        pytest.raises(DatabaseError, match=why),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
        raise AssertionError(f"{cursor.rowcount} rows: {sql}")


@pytest.mark.parametrize("table", MOVED)
def test_status_is_not_written_by_hand(table: str, story: None) -> None:
    """Not alone, not with the words of the engine, and not back to where everything begins."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT status FROM {table}")
        kept = {row[0] for row in cursor.fetchall()}
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    status = model._meta.get_field("status")
    assert isinstance(status, Field)
    for value, _label in status.flatchoices:
        if {value} != kept:
            refuse(f"UPDATE {table} SET status = '{value}'", "through the engine only")
    columns = [name for name in written_columns(table) if name != '"id"']
    refuse(
        f"INSERT INTO {table} (id, {', '.join(columns)}) SELECT 999999, {', '.join(columns)} "
        f"FROM {table} WHERE status <> '{_initial(table)}' LIMIT 1",
        "begins as",
    )


def written_columns(table: str) -> list[str]:
    """The columns of a table, quoted, without those that the database computes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(column_name) FROM information_schema.columns "
            "WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        return [f'"{row[0]}"' if row[0][0] != '"' else row[0] for row in cursor.fetchall()]


def _initial(table: str) -> str:
    nouns = {each.noun: each.initial for _module, each in lifecycles()}
    return str(nouns[table.rpartition("_")[2]])


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_happened_is_neither_changed_nor_deleted(table: str, story: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0], "nothing to try it with"
    for column in written_columns(table):
        refuse(f"UPDATE {table} SET {column} = {column}", "append_only")
    refuse(f"DELETE FROM {table}", "append_only")


@pytest.mark.parametrize("table", ["pilots_fund", "pilots_award"])
def test_balance_is_not_written_by_hand(table: str, cast: Cast, story: None) -> None:
    refuse(f"UPDATE {table} SET balance = balance + 1", "through the ledger only")
    refuse(f"UPDATE {table} SET balance = 0", "through the ledger only")
    # The ledger's own mark is gone once its entry is written.
    entry = LedgerEntry.objects.filter(kind="deposit").select_related("fund").get()
    with transaction.atomic():
        funding.deposit(entry.fund, amount=Decimal(1), on=make.TODAY, key="x", by=cast.sam, at=NOW)
        refuse(f"UPDATE {table} SET balance = balance + 1", "through the ledger only")


def test_fund_does_not_begin_with_money(cast: Cast, story: None) -> None:
    refuse(
        "INSERT INTO pilots_fund (name, unit_id, fiscal_year, balance) "
        f"VALUES ('Own', {cast.brigid.pk}, 2026, 1000)",
        "ledger",
    )
