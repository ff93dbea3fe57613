from __future__ import annotations

import json
import shutil
import smtplib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks, mail
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from innovation.celery import app
from innovation.integrity.models import BackupMade, LogComparison
from innovation.notices.models import Notice
from innovation.retention.models import RetentionRun
from innovation.workflow import signs_of_life
from innovation.workflow.models import ProcessKind
from pilots.metrics.models import Metric

OLDEST_SERVER = 15
EXTENSIONS = ("pg_trgm", "btree_gist")
CLOCKS_DIFFER = timedelta(seconds=2)
LATE = timedelta(minutes=10)
IDLE = timedelta(minutes=10)
BACKUP_OLD = timedelta(hours=26)
ARCHIVE_LATE = timedelta(minutes=10)
DISK_FREE = 2 * 1024**3
# Whether browsers' lists insist on https is the operator's to decide.
DECIDED = {"security.W021"}


@dataclass(frozen=True)
class Symptom:
    """One thing that was looked at: what was found, and what to do where it is not well."""

    about: str
    well: bool
    found: str
    do: str = ""


# How many whole pieces of the log wait to be archived, and when the last one was, or was not.
WAITING = """
SELECT coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint / size - (
    ('x' || substr(last_archived_wal, 9, 8))::bit(32)::bigint * (4294967296 / size)
    + ('x' || substr(last_archived_wal, 17, 8))::bit(32)::bigint + 1
), 0), last_archived_time, last_failed_time
FROM pg_stat_archiver,
    (SELECT setting::bigint AS size FROM pg_settings WHERE name = 'wal_segment_size') AS segment
"""

Look = Callable[[dict[str, Any]], Iterator[Symptom]]


class Command(BaseCommand):
    help = (
        "Look at all that the site needs and say in words what is missing, wrong or old, and what to "
        "do. Ends with 1 where something is. It changes nothing."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for a program to read")
        parser.add_argument(
            "--backups", type=Path, help="the folder that `manage.py backup` writes to"
        )
        parser.add_argument(
            "--base-backups",
            type=Path,
            help="what `pgbackrest --output=json info` said after the last base backup",
        )

    def handle(self, *args: object, **options: Any) -> None:
        found = list(symptoms(options))
        if options["json"]:
            self.stdout.write(json.dumps([asdict(one) for one in found], indent=1))
        else:
            for one in found:
                self.stdout.write(f"{'well ' if one.well else 'WRONG'} {one.about}: {one.found}")
                if one.do:
                    self.stdout.write(f"      → {one.do}")
        wrong = sum(not one.well for one in found)
        if wrong:
            raise CommandError(f"{wrong} of {len(found)} are not well.")


def symptoms(options: dict[str, Any]) -> Iterator[Symptom]:
    """Everything, each by itself: what breaks one look stops no other."""
    reached = _database_answers()
    yield reached
    looks: list[tuple[Look, bool]] = [
        (_settings, False),
        (_database, True),
        (_clock, True),
        (_idle, True),
        (_broker, False),
        (_scheduler, True),
        (_due_work, True),
        (_nightly, True),
        (_mail_server, False),
        (_disk, False),
        (_backups, False),
        (_archive, True),
        (_base_backups, False),
        (_watching, False),
    ]
    for look, in_database in looks:
        if in_database and not reached.well:
            continue
        try:
            yield from look(options)
        except Exception as error:
            about = look.__name__.strip("_").replace("_", " ")
            yield Symptom(about, False, f"could not be looked at ({error})", "Tell us of it.")


def _database_answers() -> Symptom:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return Symptom(
            "database",
            False,
            f"does not answer: {str(error).strip().splitlines()[0]}",
            "Start PostgreSQL, or correct DATABASE_URL.",
        )
    return Symptom("database", True, "answers")


def _settings(_options: dict[str, Any]) -> Iterator[Symptom]:
    found = [
        message
        for message in checks.run_checks(include_deployment_checks=True)
        if not message.is_silenced()
        and message.level >= checks.WARNING
        and message.id not in DECIDED
    ]
    if settings.DEVELOPING:
        yield Symptom("settings", True, "of development, which are not judged")
        return
    for message in found:
        yield Symptom("settings", False, str(message.msg), str(message.hint or message.id))
    if not found:
        yield Symptom("settings", True, "nothing to say")


def _database(_options: dict[str, Any]) -> Iterator[Symptom]:
    server = int(_one("SHOW server_version_num")) // 10000
    yield Symptom(
        "PostgreSQL",
        server >= OLDEST_SERVER,
        f"version {server}",
        "" if server >= OLDEST_SERVER else f"Move to PostgreSQL {OLDEST_SERVER} or newer.",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        there = {name for (name,) in cursor.fetchall()}
    if absent := [name for name in EXTENSIONS if name not in there]:
        yield Symptom("extensions", False, f"{', '.join(absent)} missing", "manage.py migrate")
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    known = set(executor.loader.disk_migrations) | {
        replaced for one in executor.loader.disk_migrations.values() for replaced in one.replaces
    }
    ours = {app for app, _name in known}
    newer = [
        key for key in executor.loader.applied_migrations if key not in known and key[0] in ours
    ]
    if pending:
        yield Symptom(
            "tables",
            False,
            f"{len(pending)} migrations are pending",
            "manage.py migrate --no-input",
        )
    elif newer:
        yield Symptom(
            "tables",
            False,
            f"of a newer version, which knows {newer[-1][0]}.{newer[-1][1]}",
            "Install the lock of that version, or restore a backup of this one.",
        )
    else:
        yield Symptom("tables", True, "as this version wants them")
    if not settings.DEVELOPING and (role := _owned_by_us()):
        yield Symptom(
            "role of the database",
            False,
            f"{role} owns the tables and could take down their rules",
            "docs/operations.md, “Two roles of the database”.",
        )


def _owned_by_us() -> str:
    """The role that is connected, if it owns the tables."""
    return str(
        _one(
            "SELECT coalesce(max(current_user::text), '') FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() "
            "AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'MEMBER')"
        )
    )


def _clock(_options: dict[str, Any]) -> Iterator[Symptom]:
    there: datetime = _one("SELECT clock_timestamp()")
    off = abs(there - timezone.now())
    well = off < CLOCKS_DIFFER
    yield Symptom(
        "clock",
        well,
        f"{off.total_seconds():.1f} s from the database's",
        ""
        if well
        else "Let both machines follow the same time servers (chrony, systemd-timesyncd).",
    )


def _idle(_options: dict[str, Any]) -> Iterator[Symptom]:
    count = _one(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND state LIKE 'idle in transaction%%' AND state_change < now() - %s",
        [IDLE],
    )
    yield Symptom(
        "transactions",
        not count,
        f"{count} are open and idle for ten minutes" if count else "none is left open",
        "Find them in pg_stat_activity; pg_terminate_backend(pid) ends one." if count else "",
    )


def _broker(_options: dict[str, Any]) -> Iterator[Symptom]:
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        yield Symptom(
            "broker", False, f"does not answer: {reason}", "Start it, or correct CELERY_BROKER_URL."
        )
        return
    yield Symptom("broker", True, "answers")
    workers = app.control.ping(timeout=2)
    names = sorted(name for answer in workers for name in answer)
    yield Symptom(
        "workers",
        bool(names),
        ", ".join(names) if names else "none answers",
        "" if names else "systemctl start pilotlight-worker@1, and read its log.",
    )


def _scheduler(_options: dict[str, Any]) -> Iterator[Symptom]:
    seen = signs_of_life.last_seen(ProcessKind.SCHEDULER)
    missed = ProcessKind.SCHEDULER in signs_of_life.missed(at=timezone.now())
    yield Symptom(
        "scheduler",
        not missed,
        f"last seen {seen:%Y-%m-%d %H:%M} UTC" if seen else "has never been seen",
        "systemctl start pilotlight-beat, on one machine or more." if missed else "",
    )


def _due_work(_options: dict[str, Any]) -> Iterator[Symptom]:
    """What the schedule would have begun: whether it and a worker live, by what comes of it."""
    late = timezone.now() - LATE
    metrics = Metric.objects.filter(next_pull_at__lt=late).exclude(
        pulls__status__in=["waiting", "running"]
    )
    mails = Notice.objects.filter(mail_due_at__lt=late, read_at=None, person__is_active=True)
    for about, count in (("metrics", metrics.count()), ("e-mails", mails.count())):
        yield Symptom(
            f"{about} that are due",
            not count,
            f"{count} wait for more than ten minutes" if count else "none waits",
            "Look whether beat and a worker run: systemctl status 'pilotlight-*'." if count else "",
        )


def _nightly(_options: dict[str, Any]) -> Iterator[Symptom]:
    run = LogComparison.objects.exclude(ended_at=None).first()
    if run is not None:
        yield Symptom(
            "tables beside the log",
            not run.fault_count,
            f"{run.fault_count} places differ, compared on {run.on}"
            if run.fault_count
            else f"as it tells, compared on {run.on}",
            "manage.py verify_audit names them." if run.fault_count else "",
        )
    last = RetentionRun.objects.exclude(ended_at=None).first()
    if last is not None and last.ended_at is not None:
        old = last.ended_at < timezone.now() - timedelta(days=2)
        yield Symptom(
            "the day's work",
            not old,
            f"done on {last.on}",
            "The schedule has not run for two days: systemctl status pilotlight-beat."
            if old
            else "",
        )


def _mail_server(_options: dict[str, Any]) -> Iterator[Symptom]:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        yield Symptom("mail server", True, "none is used here")
        return
    server = mail.get_connection()
    try:
        server.open()
        server.close()
    except (OSError, smtplib.SMTPException) as error:
        yield Symptom(
            "mail server",
            False,
            f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not take us: {error}",
            "Correct PILOTLIGHT_EMAIL_URL, or start the server.",
        )
        return
    yield Symptom("mail server", True, "answers")


def _disk(_options: dict[str, Any]) -> Iterator[Symptom]:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    well = free > DISK_FREE
    yield Symptom(
        "disk",
        well,
        f"{free / 1024**3:.1f} GB free for temporary files",
        "" if well else "Uploads are kept there while they arrive: make room.",
    )
    static = Path(str(settings.STATIC_ROOT))
    if not settings.DEVELOPING and not (static / "staticfiles.json").is_file():
        yield Symptom(
            "static files", False, f"{static} holds none", "manage.py collectstatic --no-input"
        )


def _backups(options: dict[str, Any]) -> Iterator[Symptom]:
    folder: Path | None = options.get("backups")
    if folder is None:
        yield _last_backup()
        return
    dumps = sorted(folder.glob("pilotlight-*.dump"), key=lambda path: path.stat().st_mtime)
    if not dumps:
        yield Symptom("backups", False, f"{folder} holds none", f"manage.py backup {folder}")
        return
    yield _backup_of(timezone.now().timestamp() - dumps[-1].stat().st_mtime)


def _last_backup() -> Symptom:
    """As the database knows of it."""
    last = BackupMade.objects.order_by("-at").first() if _database_answers().well else None
    if last is None:
        return Symptom("backups", True, "not looked at; name their folder by --backups")
    return _backup_of((timezone.now() - last.at).total_seconds())


def _backup_of(seconds: float) -> Symptom:
    well = seconds < BACKUP_OLD.total_seconds()
    return Symptom(
        "backups",
        well,
        f"the newest is {seconds / 3600:.0f} hours old",
        "" if well else "systemctl status pilotlight-backup.timer",
    )


def _archive(_options: dict[str, Any]) -> Iterator[Symptom]:
    """Whether PostgreSQL's log is kept elsewhere as it is written, to go back to any moment."""
    if _one("SHOW archive_mode") == "off":
        yield Symptom("archive of the log", True, "none is kept; a dump alone brings things back")
        return
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        waiting, archived_at, failed_at = cursor.fetchone()
    then = f"the last piece was kept on {archived_at:%Y-%m-%d %H:%M} UTC" if archived_at else ""
    if failed_at and (archived_at is None or failed_at > archived_at):
        found = f"fails since {failed_at:%Y-%m-%d %H:%M} UTC; {then or 'nothing was ever kept'}"
    elif archived_at and waiting > 1 and archived_at < timezone.now() - ARCHIVE_LATE:
        found = f"stands still, {waiting} pieces wait; {then}"
    else:
        yield Symptom("archive of the log", True, then or "nothing was written yet")
        return
    yield Symptom(
        "archive of the log",
        False,
        found,
        "PostgreSQL's log says why: /var/log/postgresql. Until then its disk fills.",
    )


def _base_backups(options: dict[str, Any]) -> Iterator[Symptom]:
    path: Path | None = options.get("base_backups")
    if path is None:
        yield Symptom("base backups", True, "not looked at; name their list by --base-backups")
        return
    again = "systemctl start pilotlight-base-backup@full, and read its log."
    try:
        (cluster,) = json.loads(path.read_text(encoding="utf-8"))
        stops = [one["timestamp"]["stop"] for one in cluster["backup"] if not one["error"]]
    except (OSError, ValueError, KeyError) as error:
        yield Symptom("base backups", False, f"{path} does not say of any ({error})", again)
        return
    if not stops:
        yield Symptom("base backups", False, "there is none", again)
        return
    age = timedelta(seconds=timezone.now().timestamp() - max(stops))
    well = age < BACKUP_OLD
    yield Symptom(
        "base backups",
        well,
        f"the newest is {age.total_seconds() / 3600:.0f} hours old",
        "" if well else again,
    )


def _watching(_options: dict[str, Any]) -> Iterator[Symptom]:
    """Without it all of this is found when somebody asks the doctor."""
    told = bool(settings.METRICS_TOKEN)
    yield Symptom(
        "metrics",
        True,
        "told to whoever brings the token" if told else "told to nobody",
        "" if told else "PILOTLIGHT_METRICS_TOKEN; docs/operations.md, “Watching it”, has alerts.",
    )


def _one(sql: str, params: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]
