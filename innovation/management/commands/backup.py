from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from innovation.audit import queries
from innovation.integrity.models import BackupMade
from innovation.management.commands import _archives


class Command(BaseCommand):
    help = (
        "Write a backup of the whole database into a folder, and beside it what it holds: rows of "
        "each table, triggers, constraints and the anchor of the log. It may run while people work. "
        "The last line is the file's name."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--programs", type=Path, help="where pg_dump is")

    def handle(self, *args: object, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder. Make it, open to this account alone.")
        pg_dump = _archives.program("pg_dump", options["programs"])
        now = timezone.now()
        dump = folder / f"pilotlight-{now:%Y-%m-%dT%H%M%SZ}.dump"
        part = dump.with_name(dump.name + ".part")
        arguments, database, env = _archives.reaching()
        os.umask(0o077)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # What is counted and what is dumped are of one moment.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = cursor.fetchone()[0]
                head = queries.head()
                command = [pg_dump, *arguments, "--format=custom", f"--file={part}"]
                command += [
                    "--no-owner",
                    "--no-privileges",
                    "--no-comments",
                    f"--snapshot={snapshot}",
                ]
                _archives.run(
                    [*command, database], env, failure="pg_dump failed; no backup was made."
                )
                manifest = _archives.Manifest(
                    made_at=now.isoformat(),
                    sha256=_archives.sha256_of(part),
                    server=_archives.server_version(),
                    anchor=f"{head.number}:{head.hash}",
                    migrations=sorted(
                        f"{app}.{name}"
                        for app, name in MigrationRecorder(connection).applied_migrations()
                    ),
                    rows=_archives.rows(),
                    rules=_archives.rules(),
                )
            manifest.write(_archives.beside(dump))
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.rename(dump)  # last: a file of this name is whole
        finally:
            part.unlink(missing_ok=True)
        try:
            BackupMade.objects.create(at=now, file=dump.name)
        except DatabaseError as error:  # of a standby, or of one that went away meanwhile
            self.stderr.write(f"The database keeps no note that this was done: {error}")
        self.stdout.write(f"{sum(manifest.rows.values())} rows of {len(manifest.rows)} tables")
        self.stdout.write(str(dump))
