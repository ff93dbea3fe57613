"""The databases that can be asked, each opened so that it refuses to change anything.

PostgreSQL   BEGIN READ ONLY and a statement_timeout; connected to the address that was judged, as no
             superuser, whom no transaction keeps from the server's files
SQLite       mode=ro, query_only, and an authorizer that lets nothing but SELECT through
DuckDB       read_only, without access to any other file or host
"""

from __future__ import annotations

import os
import socket
import sqlite3
import ssl
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from pilots.connectors import target
from pilots.connectors.errors import BadConfig, NotFound, SourceError, TooLarge, Who
from pilots.connectors.kind import Visit
from pilots.connectors.sql import problems
from pilots.connectors.timeouts import Limits, with_timeout

MOST_ROWS = 20_000
MOST_COLUMNS = 20
LONGEST_CELL = 200
_LONGEST_VALUE = 1_000_000  # of a file's, in bytes
_LEAST_SECONDS = 2  # for which the driver of PostgreSQL waits for a connection
_DEBIANS = "/etc/ssl/certs/ca-certificates.crt"
_FEDORAS = "/etc/pki/tls/certs/ca-bundle.crt"
_NO_FILE = "/nonexistent/none"  # so that none of the home directory's is taken
_SQLITE_MAY = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
}


@dataclass(frozen=True, slots=True)
class RowsGiven:
    """What a statement gave: the names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


@dataclass(slots=True)
class _Work:
    """One question under way, and how it is stopped when its time is over."""

    engine: Engine
    place: str  # what it is called in a sentence
    limits: Limits
    stop: list[Callable[[], object]] = field(default_factory=list)

    def run(self, ask: Callable[[Connection], RowsGiven]) -> RowsGiven:
        def work() -> RowsGiven:
            with closing(self.engine.connect()) as connection:
                return ask(connection)

        try:
            return with_timeout(work, self.limits, self.limits.left())
        except SourceError:
            for stop in self.stop:
                with suppress(Exception):  # it may have ended a moment ago
                    stop()
            raise
        except DBAPIError as error:
            raise problems.of(error, self.place) from error


def ask(visit: Visit, statement: str, start: date, end: date, *, zone: str) -> RowsGiven:
    """What the statement gives for the days from `start` to before `end`, all of it or a SourceError."""
    days: dict[str, object] = {"start": start, "end": end}
    if visit.config["system"] == "sqlite":  # which has no dates, and compares text
        days = {name: str(day) for name, day in days.items()}

    # Within brackets nothing but a question can stand, and the database itself counts the rows.
    asked = text(
        f"SELECT * FROM (\n{statement}\n) AS asked LIMIT {MOST_ROWS + 1}"  # noqa: S608 - it is one by its nature
    )

    def run(connection: Connection) -> RowsGiven:
        result = connection.execute(asked, days)
        columns = tuple(str(name) for name in result.keys())  # noqa: SIM118 - a result is no mapping
        if len(columns) > MOST_COLUMNS:
            raise TooLarge(
                f"The statement gives {len(columns)} columns. Select the few that the metric needs.",
                who=Who.METRIC_OWNER,
            )
        rows = [tuple(_bounded(cell) for cell in row) for row in result.fetchall()]
        if len(rows) > MOST_ROWS:
            raise TooLarge(
                f"The statement gives more than {MOST_ROWS:,} rows, so reading was stopped. A metric needs totals"
                " for each period: add GROUP BY.",
                who=Who.METRIC_OWNER,
            )
        return RowsGiven(columns, rows)

    return opened(visit, zone).run(run)


def greeted(visit: Visit) -> None:
    """Connect, and ask for nothing but a number."""

    def run(connection: Connection) -> RowsGiven:
        connection.execute(text("SELECT 1")).fetchall()
        return RowsGiven((), [])

    opened(visit, "UTC").run(run)


def _bounded(cell: object) -> object:
    if isinstance(cell, (str, bytes)) and len(cell) > LONGEST_CELL:
        return f"{cell[:20]!s}…"
    return cell


def opened(visit: Visit, zone: str) -> _Work:
    return {"postgresql": _postgresql, "sqlite": _sqlite, "duckdb": _duckdb}[
        str(visit.config["system"])
    ](visit, zone)


# ---- servers


def _postgresql(visit: Visit, zone: str) -> _Work:
    config = visit.config
    wanted = target.of_host(str(config["host"]), "postgresql", 5432)
    password = visit.secrets.get("password") or ""
    if not password:
        raise BadConfig(
            "This source has no password yet. Enter it on the source's page.", who=Who.SOURCE_OWNER
        )
    addresses, limits = visit.client.way_to(wanted)
    tls = str(config.get("tls") or "verified")
    options: dict[str, Any] = {
        "hostaddr": ",".join(addresses),
        "host": ",".join([wanted.host] * len(addresses)),
        "port": ",".join([str(wanted.port)] * len(addresses)),
        "connect_timeout": max(int(visit.client.connect_seconds), _LEAST_SECONDS),
        "sslmode": {"verified": "verify-full", "encrypted": "require"}.get(tls, "disable"),
        "sslrootcert": _authorities(visit.client.ca_file) if tls == "verified" else _NO_FILE,
        "gssencmode": "disable",
        "application_name": "Pilotlight",
        # Nothing of the site's own, whatever its environment and home directory say of databases.
        "passfile": os.devnull,
        "sslcertmode": "disable",
        "options": "",
    }
    if tls == "none":
        options["require_auth"] = "scram-sha-256,md5,none"  # no password in plain sight
    engine = create_engine(
        URL.create(
            "postgresql+psycopg",
            username=str(config["username"]),
            password=password,
            database=str(config["database"]),
        ),
        connect_args=options,
        poolclass=NullPool,
        hide_parameters=True,
        execution_options={"postgresql_readonly": True},
    )
    work = _Work(engine, wanted.host, limits)

    @event.listens_for(engine, "connect")
    def connected(raw: Any, _record: object) -> None:
        descriptor = raw.fileno()
        work.stop.append(lambda: _hang_up(descriptor))

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        with raw.cursor() as cursor:
            cursor.execute("SELECT current_setting('is_superuser')")
            if cursor.fetchone() == ("on",):
                raise BadConfig(
                    f"“{config['username']}” may do anything in {wanted.host}, its files included. Ask for a"
                    " login that may only read what is counted.",
                    who=Who.INTEGRATION,
                )
            left = max(int(limits.left() * 1000), 1)
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true), set_config('TimeZone', %s, true)",
                [str(left), zone],
            )

    return work


def _authorities(own: str | None) -> str:
    """The file of those who are believed, for a driver that does not know where the system has it."""
    usual = (own, ssl.get_default_verify_paths().cafile, _DEBIANS, _FEDORAS)
    return next((file for file in usual if file and Path(file).is_file()), "system")


def _hang_up(descriptor: int) -> None:
    """Of a connection that another thread waits at."""
    with closing(socket.socket(fileno=os.dup(descriptor))) as line:
        line.shutdown(socket.SHUT_RDWR)


# ---- files


def _file(visit: Visit) -> Path:
    """The file that is named, which lies in the directory for such files, whatever links say."""
    name = str(visit.config.get("file") or "")
    if visit.files is None:
        raise BadConfig(
            "This installation has no directory for databases that are files. Whoever runs it names one"
            " (PILOTLIGHT_WAREHOUSE_FILES).",
            who=Who.ADMINISTRATOR,
        )
    try:
        directory = visit.files.resolve(strict=True)
        found = (directory / name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise _no_file(name) from None
    if not found.is_relative_to(directory) or not found.is_file():
        raise _no_file(name)
    return found


def _no_file(name: str) -> NotFound:
    return NotFound(
        f"There is no file “{name}” in the directory for databases. Check its name; if it is right, ask whoever"
        " puts it there.",
        code="404",
    )


def _limits(visit: Visit, name: str) -> Limits:
    visit.client.requests += 1
    client = visit.client
    deadline = time.monotonic() + min(client.request_seconds, client.seconds_left)
    return Limits(name, deadline, client.read_seconds, client.max_bytes)


def _sqlite(visit: Visit, _zone: str) -> _Work:
    file = _file(visit)
    limits = _limits(visit, file.name)

    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)
        work.stop.append(raw.interrupt)
        raw.execute("PRAGMA query_only = ON")
        raw.execute("PRAGMA trusted_schema = OFF")
        raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        raw.set_authorizer(_only_reads)
        return raw

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",
    )
    work = _Work(engine, file.name, limits)
    return work


def _only_reads(action: int, name: str | None, value: str | None, *_where: object) -> int:
    """Whether SQLite may do a step of a statement; its dialect asks how others are kept apart."""
    asks = action == sqlite3.SQLITE_PRAGMA and (name, value) == ("read_uncommitted", None)
    return sqlite3.SQLITE_OK if action in _SQLITE_MAY or asks else sqlite3.SQLITE_DENY


def _duckdb(visit: Visit, zone: str) -> _Work:
    if find_spec("duckdb_engine") is None:
        raise BadConfig(
            "The driver of DuckDB is not installed. Whoever runs Pilotlight installs its extra “duckdb”.",
            who=Who.ADMINISTRATOR,
        )
    file = _file(visit)
    engine = create_engine(
        URL.create("duckdb", database=str(file)),
        connect_args={
            "read_only": True,
            "config": {
                "enable_external_access": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "memory_limit": "512MB",
                "threads": 1,
                "lock_configuration": True,
            },
        },
        poolclass=NullPool,
        hide_parameters=True,
    )
    work = _Work(engine, file.name, _limits(visit, file.name))

    @event.listens_for(engine, "connect")
    def connected(raw: Any, _record: object) -> None:
        work.stop.append(raw.interrupt)

    return work
