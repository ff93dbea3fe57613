import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger

LONGEST_PAUSE = 15
# Whose transaction is the oldest: most likely the one that is waited for.
OLDEST = """
SELECT pid, usename, state, extract(epoch FROM now() - xact_start)::int, left(query, 80)
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY xact_start LIMIT 3
"""


@contextmanager
def triggers_change_no_class() -> Iterator[None]:
    """pgtrigger (4.17) has the classes of all tables around a trigger's built anew for each trigger, a
    third of the time of all migrations (2026-11-30, findings/). Its statement reads none of them."""

    def state_forwards(adding: AddTrigger, app_label: str, state: ProjectState) -> None:
        options = state.models[app_label, adding.model_name].options
        options["triggers"] = [*options.get("triggers", ()), adding.trigger]

    before = AddTrigger.state_forwards
    AddTrigger.state_forwards = state_forwards  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        AddTrigger.state_forwards = before  # type: ignore[method-assign]


class Command(migrate.Command):
    """Django's own, which lets the site pass while it waits.

    A statement that waits for a table has everybody who comes after it wait, too. So each migration
    waits `PILOTLIGHT_MIGRATION_LOCK_SECONDS` for a table, is taken back whole, and tries again. One
    without a transaction makes indexes concurrently, which lets others pass by itself and must not
    be broken off.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--give-up-after",
            type=float,
            default=600,
            metavar="SECONDS",
            help="how long tables that others hold are tried for (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._connection = connections[options["database"]]
        until = time.monotonic() + options["give_up_after"]
        pause = 1.0
        try:
            while True:
                try:
                    with triggers_change_no_class():
                        super().handle(*args, **options)
                    return
                except OperationalError as error:
                    if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                        raise
                    if time.monotonic() + pause > until:
                        raise CommandError(
                            f"\nNot migrated: others held a table all the while.\n{self._holders()}"
                            "Nothing is half done. End what is listed, or run it again later."
                        ) from error
                self.stdout.write(
                    f" waits for others, and tries again in {pause:.0f} s.\n{self._holders()}"
                )
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self._wait_at_most(None)

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        if migration and action in ("apply_start", "unapply_start"):
            self._wait_at_most(settings.MIGRATION_LOCK_SECONDS if migration.atomic else 0)
        super().migration_progress_callback(action, migration, fake)

    def _wait_at_most(self, seconds: int | None) -> None:
        if seconds is None and self._connection.connection is None:
            return
        with self._connection.cursor() as cursor:
            if seconds is None:
                cursor.execute("RESET lock_timeout")
            else:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{seconds}s"])

    def _holders(self) -> str:
        with self._connection.cursor() as cursor:
            cursor.execute(OLDEST)
            return "".join(
                f"    process {pid} ({role}, {state}) for {seconds} s: {' '.join(query.split())}\n"
                for pid, role, state, seconds, query in cursor.fetchall()
            )
