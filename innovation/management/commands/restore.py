from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from innovation.audit import queries
from innovation.audit.agreement import ComparedSoFar
from innovation.integrity.queries import comparisons
from innovation.management.commands import _archives


class Command(BaseCommand):
    help = (
        "Bring a backup back into an empty database, all of it or nothing, and compare it with what "
        "lies beside the backup: rows, triggers, constraints, the log's chain, and money, decisions "
        "and numbers with the log. Ends with an error unless everything is as it was."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dump", type=Path, help="the file that `manage.py backup` wrote")
        parser.add_argument("--programs", type=Path, help="where pg_restore is")

    def handle(self, *args: object, **options: Any) -> None:
        dump: Path = options["dump"]
        manifest = _archives.Manifest.read(_archives.beside(dump))
        if _archives.sha256_of(dump) != manifest.sha256:
            raise CommandError(
                f"{dump} is damaged: it is not the file that was written. Nothing was restored."
            )
        if _archives.asked(_archives.RELATIONS)[0][0]:
            raise CommandError(
                f"The database {connection.settings_dict['NAME']} is not empty. Make an empty one "
                "(createdb), let DATABASE_URL name it, and restore into that: older rows among newer "
                "ones help nobody. Nothing was changed."
            )
        self._check_version(manifest)
        pg_restore = _archives.program("pg_restore", options["programs"])
        arguments, database, env = _archives.reaching()
        command = [pg_restore, *arguments, "--single-transaction", "--exit-on-error", "--no-owner"]
        command += ["--no-privileges", f"--dbname={database}", str(dump)]
        _archives.run(command, env, failure="pg_restore failed; the database is empty as before.")
        self._verify(manifest)

    def _check_version(self, manifest: _archives.Manifest) -> None:
        ours = {
            f"{app}.{name}" for app, name in MigrationExecutor(connection).loader.disk_migrations
        }
        newer = sorted(set(manifest.migrations) - ours - _replaced())
        if newer:
            raise CommandError(
                f"The backup is of a newer version, which knows {newer[-1]}. Install the lock of that "
                "version, then restore. Nothing was changed."
            )

    def _verify(self, manifest: _archives.Manifest) -> None:
        wrong = list(_archives.differences(manifest))
        executor = MigrationExecutor(connection)
        older = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        rules = sum(len(found) for found in manifest.rules.values())
        self.stdout.write(f"{sum(manifest.rows.values())} rows of {len(manifest.rows)} tables")
        self.stdout.write(f"{rules} triggers, constraints and indexes")
        if older:
            self.stdout.write(
                "The backup is of an older version. Run `manage.py migrate`, then `manage.py "
                "verify_audit`; or install the lock of that version."
            )
        else:
            wrong += self._what_the_log_finds(manifest)
        for sentence in wrong:
            self.stdout.write(sentence)
        if wrong:
            raise CommandError(f"The database is not what was backed up, in {len(wrong)} places.")
        self.stdout.write(f"All of it is as it was on {manifest.made_at}.")
        if not older:
            self.stdout.write("Next: `manage.py migrate`, which gives the site's role its rights.")

    def _what_the_log_finds(self, manifest: _archives.Manifest) -> list[str]:
        number, _colon, own_hash = manifest.anchor.partition(":")
        found = [fault.sentence for fault in queries.faults((int(number), own_hash))]
        self.stdout.write(f"{queries.head().number} events of the log")
        for comparison in comparisons():
            so_far = ComparedSoFar()
            found += [comparison.in_words(one.kind, one.values) for one in comparison.find(so_far)]
            self.stdout.write(f"{comparison.label}: {so_far.compared} compared")
        return found


def _replaced() -> set[str]:
    """Migrations that a squashed one stands for: known, though their files are gone."""
    loader = MigrationExecutor(connection).loader
    return {
        f"{app}.{name}"
        for migration in loader.disk_migrations.values()
        for app, name in migration.replaces
    }
