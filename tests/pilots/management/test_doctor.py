"""`manage.py doctor` says what is not well and what to do, and ends with an error then."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django import Settings

from innovation.celery import app
from innovation.integrity.models import BackupMade, LogComparison
from innovation.workflow.models import ProcessKind, SignOfLife
from pilots.management.commands import doctor
from tests.factories import pilots as make
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_worker_and_a_scheduler(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    SignOfLife.objects.create(kind=ProcessKind.SCHEDULER, host="ward", seen_at=timezone.now())
    monkeypatch.setattr(app.control, "ping", lambda timeout: [{"worker1@ward": {"ok": "pong"}}])


def looked_at(capsys: pytest.CaptureFixture[str], **options: object) -> dict[str, dict[str, str]]:
    with contextlib.suppress(CommandError):
        call_command("doctor", json=True, **options)
    return {one["about"]: one for one in json.loads(capsys.readouterr().out)}


def test_site_that_is_well_ends_without_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("doctor")
    said = capsys.readouterr().out
    assert "WRONG" not in said
    assert "well  tables: as this version wants them" in said
    assert "well  workers: worker1@ward" in said


def test_what_is_missing_wrong_or_old_is_said_with_what_to_do(
    cast: Cast,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    metric = make.make_metric(cast, make.open_pilot(cast))
    metric.next_pull_at = timezone.now() - timedelta(hours=1)
    metric.save()
    now = timezone.now()
    SignOfLife.objects.update(seen_at=now - timedelta(hours=1))
    LogComparison.objects.create(on=now.date(), started_at=now, ended_at=now, fault_count=3)
    monkeypatch.setattr(app.control, "ping", lambda timeout: [])
    monkeypatch.setattr(doctor, "OLDEST_SERVER", 99)
    monkeypatch.setattr(doctor, "DISK_FREE", 10**18)
    monkeypatch.setattr(doctor, "CLOCKS_DIFFER", timedelta(0))
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("innovation")
    MigrationRecorder(connection).record_unapplied(*newest)
    with socket.socket() as closed:  # nobody listens behind it
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        dump = tmp_path / "pilotlight-2026-11-01T020000Z.dump"
        dump.touch()
        os.utime(dump, (1, 1))
        found = looked_at(capsys, backups=tmp_path)
    wrong = {about for about, one in found.items() if not one["well"]}
    assert wrong == {
        "PostgreSQL",
        "tables",
        "clock",
        "workers",
        "scheduler",
        "metrics that are due",
        "e-mails that are due",
        "tables beside the log",
        "mail server",
        "disk",
        "backups",
    }
    assert all(found[about]["do"] for about in wrong)
    assert found["tables"]["do"] == "manage.py migrate --no-input"
    with pytest.raises(CommandError, match="are not well"):
        call_command("doctor")


def test_tables_of_a_newer_version_and_a_broker_that_is_away_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('pilots', '9999_x', now())"
        )
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:9/0")
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:9/0")
    found = looked_at(capsys)
    assert found["tables"]["found"] == "of a newer version, which knows pilots.9999_x"
    assert "does not answer" in found["broker"]["found"]
    assert "workers" not in found


@pytest.mark.parametrize(
    ("waiting", "archived", "failed", "wrong"),
    [
        (0, "NULL", "NULL", ""),
        (1, "now() - interval '1 hour'", "now() - interval '2 hours'", ""),  # nothing is written
        (9, "now() - interval '1 minute'", "NULL", ""),
        (9, "now() - interval '1 hour'", "NULL", "stands still, 9 pieces wait"),
        (1, "now() - interval '1 hour'", "now() - interval '1 minute'", "fails since"),
        (0, "NULL", "now()", "nothing was ever kept"),
    ],
)
def test_archive_that_fails_or_stands_still_is_said(
    waiting: int,
    archived: str,
    failed: str,
    wrong: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = f"SELECT {waiting}, ({archived})::timestamptz, ({failed})::timestamptz"
    with connection.cursor() as cursor:
        cursor.execute(doctor.WAITING)  # PostgreSQL itself takes it
        assert len(cursor.fetchone()) == 3
    monkeypatch.setattr(doctor, "WAITING", asked)
    one = doctor._one
    monkeypatch.setattr(doctor, "_one", lambda sql, *more: _on_if_archive(sql) or one(sql, *more))
    found = looked_at(capsys)["archive of the log"]
    assert bool(found["well"]) == (not wrong)
    assert wrong in found["found"]


def _on_if_archive(sql: str) -> str:
    return "on" if sql == "SHOW archive_mode" else ""


def test_base_backups_that_are_old_or_missing_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the words of `pgbackrest --output=json info`."""
    told = tmp_path / "info.json"
    now = int(timezone.now().timestamp())

    def say(*stops: int, error: bool = False) -> dict[str, str]:
        backups = [{"error": error, "timestamp": {"start": 1, "stop": stop}} for stop in stops]
        told.write_text(json.dumps([{"name": "pilotlight", "backup": backups}]))
        return looked_at(capsys, base_backups=told)["base backups"]

    assert not looked_at(capsys, base_backups=told)["base backups"]["well"]
    assert say()["found"] == "there is none"
    assert say(now - 90000, now - 7200)["found"] == "the newest is 2 hours old"
    assert say(now - 90000, now - 7200)["well"]
    assert not say(now - 180000, now - 100000)["well"]
    assert not say(now - 7200, error=True)["well"]


def test_backup_that_the_database_knows_of_is_judged_by_its_age(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert looked_at(capsys)["backups"]["found"].startswith("not looked at")
    BackupMade.objects.create(at=timezone.now() - timedelta(hours=40), file="a.dump")
    found = looked_at(capsys)["backups"]
    assert not found["well"]
    assert found["found"] == "the newest is 40 hours old"
    BackupMade.objects.create(at=timezone.now() - timedelta(hours=2), file="b.dump")
    assert looked_at(capsys)["backups"]["well"]


def test_site_that_tells_nobody_how_it_is_says_how(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.METRICS_TOKEN = ""
    assert "PILOTLIGHT_METRICS_TOKEN" in looked_at(capsys)["metrics"]["do"]
    settings.METRICS_TOKEN = "a-token-of-the-tests-4711"
    assert not looked_at(capsys)["metrics"]["do"]
