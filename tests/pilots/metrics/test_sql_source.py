"""A database, from the form where it is connected to numbers that are kept."""

from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from pilots.lifecycle.models import Pilot
from pilots.metrics import actions
from pilots.metrics.models import Metric, Observation, PullStatus, Source
from tests.factories.cast import NOW, Cast

pytestmark = pytest.mark.usefixtures("worker_beside")

STATEMENT = """SELECT week,
       sum(late) AS late, -- after the shift
       sum(seen) AS seen
FROM notes
WHERE week >= :start AND week < :end
GROUP BY week"""
METRIC = {
    "name": "Late notes", "definition": "Notes finished after the shift ÷ all notes",
    "kind": "proportion", "direction": "lower", "dimension": "workflow", "cadence": "week",
    "pull_from": "2026-09-07", "role": "secondary", "statement": STATEMENT, "period": "week",
    "numerator": "late", "denominator": "seen",
}  # fmt: skip


@pytest.fixture
def jonas(client: Client, cast: Cast) -> Client:
    client.force_login(cast.jonas)
    return client


@pytest.fixture
def notes(tmp_path: Path, settings: Settings) -> Path:
    file = tmp_path / "notes.sqlite"
    write(
        file,
        "CREATE TABLE notes (week text, late int, seen int)",
        "INSERT INTO notes VALUES ('2026-09-07', 3, 10), ('2026-09-07', 1, 10), ('2026-09-14', 2, 20)",
    )
    settings.WAREHOUSE_FILES = tmp_path
    return file


def write(file: Path, *statements: str) -> None:
    database = sqlite3.connect(file)
    with database:
        for statement in statements:
            database.execute(statement)
    database.close()


def test_database_goes_from_its_form_to_kept_numbers(
    jonas: Client, cast: Cast, pilot: Pilot, notes: Path
) -> None:
    here = f"{reverse('pilots:source-create')}?kind=sql"
    form = {"name": "Warehouse", "unit": cast.brigid.pk, "steward": "BI team, ext. 12"}
    wrong = jonas.post(here, {**form, "system": "postgresql", "host": "https://db.example.org"})
    assert set(wrong.context["form"].errors) == {"host", "database", "username", "tls"}
    jonas.post(here, {**form, "system": "sqlite", "file": "notes.sqlite"})
    source = Source.objects.get(kind="sql")
    tested = jonas.post(reverse("pilots:source-test-connection", args=[source.pk]), follow=True)
    assert "can only read" in tested.content.decode()

    plan = f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={source.pk}"
    unbound = jonas.post(plan, {**METRIC, "statement": "DELETE FROM notes"})
    assert set(unbound.context["form"].errors) == {"statement"}
    assert "DELETE FROM notes" in unbound.content.decode()

    dry = jonas.post(plan, {**METRIC, "numerator": "later", "try": "1"}).context["dry_run"].dry_run
    assert "no column “later”" in dry.problem
    dry = jonas.post(plan, {**METRIC, "try": "1"}).context["dry_run"].dry_run
    assert [(one.numerator, one.denominator) for one in dry.last] == [(2, 20), (4, 20)]
    assert not Metric.objects.exists()

    jonas.post(plan, METRIC)
    metric = Metric.objects.get()
    assert metric.binding["statement"].replace("\r\n", "\n") == STATEMENT
    pull = actions.run_pull(metric.pulls.get().pk, at=NOW)
    assert pull is not None and (pull.added, pull.quarantined) == (2, 0)
    assert Observation.objects.get(period=date(2026, 9, 7)).numerator == Decimal(4)
    assert jonas.get(reverse("pilots:metric-detail", args=[metric.pk])).status_code == 200
    assert jonas.get(reverse("pilots:metric-edit", args=[metric.pk])).status_code == 200


def test_table_that_was_renamed_fails_with_who_can_fix_it_and_changes_nothing(
    jonas: Client, cast: Cast, pilot: Pilot, notes: Path
) -> None:
    source = actions.create_source(
        by=cast.jonas, at=NOW, unit=cast.brigid, name="Warehouse", kind="sql",
        config={"system": "sqlite", "file": "notes.sqlite"},
    )  # fmt: skip
    jonas.post(f"{reverse('pilots:metric-create', args=[pilot.pk])}?source={source.pk}", METRIC)
    metric = Metric.objects.get()
    actions.run_pull(metric.pulls.get().pk, at=NOW)
    write(notes, "ALTER TABLE notes RENAME COLUMN late TO finished_late")

    asked = actions.request_pull(metric, by=cast.jonas, at=NOW)
    pull = actions.run_pull(asked.pk, at=NOW)
    assert pull is not None and pull.status == PullStatus.FAILED and not pull.will_retry
    assert "no such column: late" in pull.problem
    assert pull.who_can_fix == "whoever set up this metric"
    assert Observation.objects.filter(metric=metric).count() == 2
