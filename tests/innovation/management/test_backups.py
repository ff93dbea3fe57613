"""A backup comes back whole into an empty database, or not at all, and says which."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from innovation.integrity.models import BackupMade
from innovation.management.commands import _archives
from innovation.people.models import User
from tests.factories import pilots as make
from tests.factories.cast import make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dump(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A backup of a small hospital whose pilot was decided on."""
    cast = make_cast()
    make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    call_command("backup", tmp_path)
    return Path(capsys.readouterr().out.splitlines()[-1])


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of an empty database beside the test's own."""
    own = connection.settings_dict
    name = f"{own['NAME']}_back"
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE template0")
    address = f"postgresql://{own['USER']}:{own['PASSWORD']}@"
    if str(own["HOST"]).startswith("/"):
        address += f"/{name}?host={own['HOST']}"
    else:
        address += f"{own['HOST']}:{own['PORT'] or 5432}/{name}"
    yield address
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {quoted} WITH (FORCE)")


def restore(dump: Path, address: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": address, "PILOTLIGHT_ENV": "test"}
    command = [sys.executable, "manage.py", "restore", str(dump)]
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=settings.BASE_DIR,
    )


def manifest(dump: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(dump.with_name(dump.name + ".json").read_text())
    return told


def change_manifest(dump: Path, **changes: Any) -> None:
    beside = dump.with_name(dump.name + ".json")
    beside.write_text(json.dumps({**json.loads(beside.read_text()), **changes}))


def test_backup_comes_back_all_or_not_at_all(dump: Path, empty: str) -> None:
    """One that breaks on the way (cut short before its hash was taken, so that only pg_restore can
    know) and one of a newer version leave the database so empty that the good one goes into it."""
    assert dump.stat().st_mode & 0o077 == 0  # nobody else reads it
    whole, told = dump.read_bytes(), manifest(dump)
    dump.write_bytes(whole[:-2000])
    change_manifest(dump, sha256=hashlib.sha256(whole[:-2000]).hexdigest())
    broken = restore(dump, empty)
    assert broken.returncode == 1
    assert "the database is empty as before" in broken.stderr
    dump.write_bytes(whole)
    change_manifest(dump, **{**told, "migrations": ["innovation.9999_to_come"]})
    newer = restore(dump, empty)
    assert newer.returncode == 1
    assert "is of a newer version, which knows innovation.9999_to_come" in newer.stderr
    change_manifest(dump, **told)
    done = restore(dump, empty)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All of it is as it was" in done.stdout
    assert "Entries of the ledger: 2 compared" in done.stdout


def test_rows_and_rules_that_did_not_come_back_are_named(dump: Path) -> None:
    told = _archives.Manifest(**manifest(dump))
    note = BackupMade.objects.get()  # written when all was done, so the backup does not hold it
    assert note.file == dump.name
    note.delete()
    assert list(_archives.differences(told)) == []
    told.rows["pilots_fund"] = 7
    told.rules["triggers"]["pilots_fund.one_more"] = "5f"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pilots_ledgerentry DISABLE TRIGGER USER")
        said = list(_archives.differences(told))
        cursor.execute("ALTER TABLE pilots_ledgerentry ENABLE TRIGGER USER")
    assert said[0] == "pilots_fund holds 1 rows, and held 7."
    assert "The trigger pilots_fund.one_more is missing, switched off or another." in said
    assert len(said) == 6  # and the ledger's four


def test_full_database_damaged_file_and_newer_version_are_refused(dump: Path) -> None:
    people = User.objects.count()
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", dump)
    content = dump.read_bytes()
    dump.write_bytes(content[:100] + b"?" + content[101:])
    with pytest.raises(CommandError, match="is damaged"):
        call_command("restore", dump)
    dump.with_name(dump.name + ".json").write_text("{}")
    with pytest.raises(CommandError, match="does not say what the backup holds"):
        call_command("restore", dump)
    dump.with_name(dump.name + ".json").unlink()
    with pytest.raises(CommandError, match="It lies beside the backup"):
        call_command("restore", dump)
    assert User.objects.count() == people


def test_backup_without_a_folder_or_a_fitting_pg_dump_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no folder"):
        call_command("backup", tmp_path / "missing")
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o700)
    with pytest.raises(CommandError, match="or newer is needed"):
        call_command("backup", tmp_path, programs=tmp_path)
