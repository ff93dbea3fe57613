"""`manage.py migrate` waits for a table for a moment only, and lets the site pass meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader
from pytest_django import Settings

pytestmark = pytest.mark.django_db(transaction=True)

NEW_COLUMN = RunSQL(
    "ALTER TABLE innovation_need ADD COLUMN ward_code text",
    "ALTER TABLE innovation_need DROP COLUMN ward_code",
)
Plant = Callable[..., None]


def leaf() -> str:
    found: list[tuple[str, str]] = MigrationLoader(None).graph.leaf_nodes("okrs")
    return found[0][1]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Plant]:
    """A migration beside those on the disk, taken back at the end."""
    settings.MIGRATION_LOCK_SECONDS = 1
    before, load = leaf(), MigrationLoader.load_disk
    disk: dict[tuple[str, str], Migration] = {}

    def load_with_it(loader: MigrationLoader) -> None:
        load(loader)
        loader.disk_migrations.update(disk)

    def planted(*operations: Any, **more: Any) -> None:
        given = {"operations": list(operations), "dependencies": [("okrs", before)], **more}
        disk["okrs", "9999_planted"] = type("Migration", (Migration,), given)(
            "9999_planted", "okrs"
        )

    monkeypatch.setattr(MigrationLoader, "load_disk", load_with_it)
    yield planted
    call_command("migrate", "okrs", before, verbosity=0)


@pytest.fixture
def somebody() -> Iterator[BaseDatabaseWrapper]:
    """Another session, in the middle of a long transaction that has read needs."""
    session = connections["default"].copy()
    session.set_autocommit(False)
    with session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM innovation_need")
    yield session
    session.close()


def has_column() -> bool:
    with connection.cursor() as cursor:
        names = connection.introspection.get_table_description(cursor, "innovation_need")
    return "ward_code" in {column.name for column in names}


def test_table_that_is_held_is_tried_again_and_others_pass_meanwhile(
    plant: Plant,
    somebody: BaseDatabaseWrapper,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plant(NEW_COLUMN)
    pauses = []

    def others_pass(seconds: float) -> None:
        pauses.append(seconds)
        page = connections["default"].copy()
        with page.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
            cursor.execute("SELECT count(*) FROM innovation_need")
        page.close()
        if len(pauses) == 2:
            somebody.rollback()

    monkeypatch.setattr("innovation.management.commands.migrate.time.sleep", others_pass)
    call_command("migrate")
    assert has_column()
    assert pauses == [1, 2]
    said = capsys.readouterr().out
    assert "waits for others, and tries again in 2 s" in said
    assert "idle in transaction" in said
    assert "SELECT count(*) FROM innovation_need" in said


def test_what_is_held_for_ever_leaves_nothing_half_done(
    plant: Plant, somebody: BaseDatabaseWrapper
) -> None:
    plant(RunSQL("CREATE TABLE half_done (id int)", "DROP TABLE half_done"), NEW_COLUMN)
    with pytest.raises(CommandError, match=r"(?s)held a table.*idle in transaction.*half done"):
        call_command("migrate", verbosity=0, give_up_after=0)
    somebody.rollback()
    assert not has_column()
    assert "half_done" not in connection.introspection.table_names()


def test_only_what_can_be_taken_back_is_broken_off(plant: Plant) -> None:
    seen = []

    def look(_apps: object, editor: Any) -> None:
        with editor.connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            seen.extend(cursor.fetchone())

    plant(RunPython(look, RunPython.noop))
    call_command("migrate", verbosity=0)
    call_command("migrate", "okrs", leaf_before_planted(), verbosity=0)
    plant(RunPython(look, RunPython.noop), atomic=False)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        seen.extend(cursor.fetchone())
    assert seen == ["1s", "0", "0"]


def leaf_before_planted() -> str:
    planted: Migration = MigrationLoader(None).disk_migrations["okrs", "9999_planted"]
    before: str = planted.dependencies[0][1]
    return before
