"""Databases that are really asked: PostgreSQL of the tests, and files of SQLite and DuckDB."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import psycopg
import pytest
from django.db import connections
from sqlalchemy import Connection, text

from pilots.connectors.errors import (
    AddressForbidden,
    BadAnswer,
    BadConfig,
    CertificateRefused,
    CredentialsRefused,
    NotFound,
    SourceError,
    TooLarge,
    TooSlow,
    Unreachable,
    Who,
)
from pilots.connectors.http import HttpClient
from pilots.connectors.kind import Visit
from pilots.connectors.measurement import Measurement, Rejected, RowCounts, Window
from pilots.connectors.sql import KIND, systems
from tests.fakes.relay import Relay, relaying

DAYS = " WHERE day >= :start AND day < :end"
YEAR = Window(date(2026, 1, 1), date(2026, 12, 1), date(2026, 11, 23), ZoneInfo("Europe/London"))
ROWS = [
    (date(2026, 1, 5), 3, 10, 16.5),
    (date(2026, 1, 12), 4, 11, None),
    (date(2025, 12, 29), 1, 9, 2.25),
]


@dataclass
class Warehouse:
    config: dict[str, Any]
    client: Callable[..., HttpClient]
    files: Path | None = None
    secrets: dict[str, str] | None = None

    def ask(
        self,
        statement: str,
        *,
        measure: str = "value",
        cadence: str = "week",
        options: dict[str, Any] | None = None,
        window: Window = YEAR,
        counts: RowCounts | None = None,
        **mapped: Any,
    ) -> list[Measurement | Rejected]:
        config = {
            **KIND.clean({}, scope="metric"), **self.config,
            "statement": statement, "period": "day", **(mapped or {"value": "x"}),
        }  # fmt: skip
        found = KIND.observe(
            config,
            window,
            cadence=cadence,
            measure=measure,
            client=self.client(**(options or {})),
            secrets=self.secrets or {},
            files=self.files,
            counts=counts,
        )
        return list(found)

    def refusal(self, statement: str, **asked: Any) -> SourceError:
        with pytest.raises(SourceError) as caught:
            self.ask(statement, **asked)
        return caught.value


@pytest.fixture
def sqlite(tmp_path: Path, http_client: Callable[..., HttpClient]) -> Warehouse:
    with sqlite3.connect(tmp_path / "weekly.sqlite") as made:
        made.execute("CREATE TABLE t (day text, late int, seen int, x real)")
        made.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", [(str(r[0]), *r[1:]) for r in ROWS])
    made.close()
    return Warehouse({"system": "sqlite", "file": "weekly.sqlite"}, http_client, tmp_path)


@pytest.fixture
def duck(tmp_path: Path, http_client: Callable[..., HttpClient]) -> Warehouse:
    with duckdb.connect(str(tmp_path / "weekly.duckdb")) as made:
        made.execute("CREATE TABLE t (day date, late int, seen int, x decimal(10, 2))")
        made.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS)
    return Warehouse({"system": "duckdb", "file": "weekly.duckdb"}, http_client, tmp_path)


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    settings = connections["default"].settings_dict
    socket = Path(settings["HOST"]) / f".s.PGSQL.{settings['PORT'] or 5432}"
    with relaying(str(socket) if str(socket).startswith("/") else settings["HOST"]) as relay:
        yield relay


@pytest.fixture(scope="module")
def schema(relay: Relay, worker_id: str) -> Iterator[tuple[str, str]]:
    """A schema and a role that could write in it, in a database beside the product's own."""
    settings = connections["default"].settings_dict
    name = f"warehouse_{worker_id}"
    with psycopg.connect(
        host="127.0.0.1",
        port=relay.port,
        user=settings["USER"],
        password=settings["PASSWORD"] or "none",
        dbname="postgres",
        autocommit=True,
    ) as admin:

        def drop() -> None:
            admin.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
            admin.execute(f"DROP ROLE IF EXISTS {name}")

        drop()
        for statement in (
            "CREATE ROLE {0} LOGIN PASSWORD 'harvest'",
            "CREATE SCHEMA {0}",
            "CREATE TABLE {0}.t (day date, late int, seen int, x numeric, at timestamptz)",
            "CREATE SEQUENCE {0}.s",
            "CREATE FUNCTION {0}.writes() RETURNS int LANGUAGE plpgsql AS"
            " 'BEGIN INSERT INTO {0}.t VALUES (current_date); RETURN 1; END'",
            "GRANT ALL ON SCHEMA {0} TO {0}",
            "GRANT ALL ON ALL TABLES IN SCHEMA {0} TO {0}",
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA {0} TO {0}",
        ):
            admin.execute(statement.format(name))
        with admin.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {name}.t VALUES (%s, %s, %s, %s)",
                ROWS,
            )
        yield name, "postgres"
        assert admin.execute(f"SELECT count(*) FROM {name}.t").fetchone() == (3,)
        drop()


@pytest.fixture
def postgres(
    relay: Relay, schema: tuple[str, str], http_client: Callable[..., HttpClient]
) -> Warehouse:
    name, database = schema
    config = {
        "system": "postgresql", "host": f"127.0.0.1:{relay.port}", "database": database,
        "username": name, "tls": "none",
    }  # fmt: skip
    return Warehouse(config, http_client, secrets={"password": "harvest"})


@pytest.fixture(params=["sqlite", "duck", "postgres"])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    found: Warehouse = request.getfixturevalue(request.param)
    return found


def table(warehouse: Warehouse) -> str:
    return f"{warehouse.config['username']}.t" if "username" in warehouse.config else "t"


def test_counts_of_the_window_become_a_series(warehouse: Warehouse) -> None:
    counts = RowCounts()
    found = warehouse.ask(
        f"SELECT day, late, seen FROM {table(warehouse)}" + DAYS,
        measure="proportion",
        numerator="late",
        denominator="seen",
        counts=counts,
    )
    assert found == [
        Measurement(date(2026, 1, 5), None, Decimal(3), Decimal(10), 10),
        Measurement(date(2026, 1, 12), None, Decimal(4), Decimal(11), 11),
    ]
    assert (counts.received, counts.accepted, counts.requests) == (2, 2, 1)


def test_what_is_null_is_refused_and_decimals_are_exact(warehouse: Warehouse) -> None:
    first, second = warehouse.ask(f"SELECT day, x FROM {table(warehouse)}" + DAYS)
    assert isinstance(first, Measurement) and first.value == Decimal("16.5")
    assert isinstance(second, Rejected) and second.reason == "The value is empty."


def test_column_that_was_renamed_is_named(warehouse: Warehouse) -> None:
    error = warehouse.refusal(f"SELECT day, y AS x FROM {table(warehouse)}" + DAYS)
    assert isinstance(error, BadAnswer) and error.who == Who.METRIC_OWNER
    assert "does not understand" in error.sentence and "y" in error.sentence

    error = warehouse.refusal(f"SELECT day, late FROM {table(warehouse)}" + DAYS)
    assert "no column “x”" in error.sentence and "“day”, “late”" in error.sentence


def test_column_that_is_not_used_stays_where_it_is(warehouse: Warehouse) -> None:
    error = warehouse.refusal(f"SELECT day, x, seen FROM {table(warehouse)}" + DAYS)
    assert "“seen” that the metric does not use" in error.sentence
    error = warehouse.refusal(f"SELECT day, x, seen AS patient_id FROM {table(warehouse)}" + DAYS)
    assert error.code == "patient_rows" or "who somebody is" in error.sentence


def test_cells_that_are_nhs_numbers_are_refused(warehouse: Warehouse) -> None:
    error = warehouse.refusal(f"SELECT day, 9434765919 AS x FROM {table(warehouse)}" + DAYS)
    assert error.code == "patient_rows" and "NHS numbers" in error.sentence


def test_list_of_cases_is_refused_whole(warehouse: Warehouse) -> None:
    many = f"SELECT a.day, a.x FROM {table(warehouse)} a" + "".join(
        f", {table(warehouse)} b{n}" for n in range(3)
    )
    error = warehouse.refusal(many + " WHERE a.day >= :start AND a.day < :end")
    assert error.code == "patient_rows" and "27 rows for the period of 2026-01-" in error.sentence


def test_more_rows_than_a_metric_needs_are_not_read(warehouse: Warehouse) -> None:
    many = f"SELECT a.day, a.x FROM {table(warehouse)} a" + "".join(
        f", {table(warehouse)} b{n}" for n in range(9)
    )
    error = warehouse.refusal(many + " WHERE a.day >= :start AND a.day < :end")
    assert isinstance(error, TooLarge) and "20,000 rows" in error.sentence


CHANGES = [
    "INSERT INTO {t} (day, late) VALUES ('2026-03-02', 1)",
    "WITH i AS (SELECT 1) UPDATE {t} SET late = 0",
    "DELETE FROM {t}",
    "CREATE TABLE other (day date)",
    "ALTER TABLE {t} ADD COLUMN more int",
    "DROP TABLE {t}",
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_would_change_something_is_refused_by_the_database(
    warehouse: Warehouse, change: str
) -> None:
    """Whatever our own look at the statement let through."""

    def run(connection: Connection) -> systems.RowsGiven:
        connection.execute(text(change.format(t=table(warehouse))))
        return systems.RowsGiven((), [])

    visit = Visit(
        warehouse.config, warehouse.client(), warehouse.secrets or {}, files=warehouse.files
    )
    with pytest.raises(BadConfig) as caught:
        systems.opened(visit, "UTC").run(run)
    assert caught.value.code == "read_only"


@pytest.mark.parametrize(
    "statement",
    [
        "WITH i AS (INSERT INTO {t} (day) VALUES (:start) RETURNING day) SELECT day, 1 AS x FROM i"
        + DAYS,
        "SELECT day, x FROM {t}" + DAYS + "; DELETE FROM {t}",
        "SELECT day, x FROM {t}" + DAYS + ") AS a; DELETE FROM {t}; SELECT * FROM (SELECT 1",
    ],
)
def test_only_a_question_fits_where_it_is_asked(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.setattr("pilots.connectors.sql.statement.prepared", lambda text: text)
    error = warehouse.refusal(statement.format(t=table(warehouse)))
    assert isinstance(error, (BadConfig, BadAnswer)) and not error.retry
    assert len(warehouse.ask(f"SELECT day, seen AS x FROM {table(warehouse)}" + DAYS)) == 2


ENDLESS = {
    "postgresql": "SELECT day, pg_sleep(30)::text AS x FROM {t}" + DAYS,
    "sqlite": "WITH RECURSIVE r(day, x) AS (SELECT :start, 1 UNION ALL SELECT day, x + 1 FROM r)"
    " SELECT day, count(*) AS x FROM r WHERE day < :end GROUP BY day",
    "duckdb": "WITH RECURSIVE r(day, x) AS (SELECT :start, 1 UNION ALL SELECT day, x + 1 FROM r)"
    " SELECT day, count(*) AS x FROM r WHERE day < :end GROUP BY day",
}


def test_statement_without_end_is_stopped(warehouse: Warehouse) -> None:
    before = time.monotonic()
    statement = ENDLESS[warehouse.config["system"]].format(t=table(warehouse))
    error = warehouse.refusal(statement, options={"request_seconds": 1})
    assert isinstance(error, TooSlow) and error.retry
    assert time.monotonic() - before < 10


# ---- PostgreSQL


@pytest.mark.parametrize(
    "call",
    [
        "{0}.writes()",
        "nextval('{0}.s')",
        "lo_creat(1)",
        "set_config('transaction_read_only', 'off', false)::text",
        "set_config('default_transaction_read_only', 'off', false) || {0}.writes()::text",
    ],
)
def test_functions_that_write_are_refused(postgres: Warehouse, call: str) -> None:
    name = postgres.config["username"]
    error = postgres.refusal(f"SELECT day, {call.format(name)} AS x FROM {name}.t" + DAYS)
    assert isinstance(error, BadConfig) and "Nothing was changed" in error.sentence


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("'Smith'::text::int", "error 22P02"),
        ("x / 0", "error 22012"),
        ("'2026-02-30'::text::date - current_date", "error 22008"),
    ],
)
def test_value_that_cannot_be_made_is_not_repeated(
    postgres: Warehouse, expression: str, said: str
) -> None:
    error = postgres.refusal(f"SELECT day, {expression} AS x FROM {table(postgres)}" + DAYS)
    assert error.code == "type" and said in error.sentence and "Smith" not in error.sentence


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1::numeric(30, 12)", "0.1"),
        ("0.1::float8", "0.1"),
        ("7::bigint", "7"),
        ("'1,234.5'::text", "1234.5"),
    ],
)
def test_numbers_of_every_type_are_read(postgres: Warehouse, expression: str, value: str) -> None:
    found = postgres.ask(f"SELECT min(day) AS day, {expression} AS x FROM {table(postgres)}" + DAYS)
    assert [one.value for one in found if isinstance(one, Measurement)] == [Decimal(value)]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("'NaN'::numeric", "which is not a number"),
        ("'Infinity'::float8", "which is not a number"),
        ("true", "is not a number"),
        ("'2 hours'::interval", "is not a number"),
        ("'\\x00'::bytea", "is not a number"),
        ("NULL::int", "is empty"),
    ],
)
def test_what_is_no_number_is_refused(postgres: Warehouse, expression: str, reason: str) -> None:
    (found,) = postgres.ask(
        f"SELECT min(day) AS day, {expression} AS x FROM {table(postgres)}" + DAYS
    )
    assert isinstance(found, Rejected) and reason in found.reason


@pytest.mark.parametrize(
    ("expression", "day"),
    [
        ("DATE '2026-07-01'", date(2026, 7, 1)),
        ("TIMESTAMP '2026-07-01 00:00'", date(2026, 7, 1)),
        # Midnight in London in summer, however the server writes it.
        ("TIMESTAMPTZ '2026-06-30 23:00+00'", date(2026, 7, 1)),
        ("date_trunc('month', TIMESTAMPTZ '2026-07-15 12:00+00')", date(2026, 7, 1)),
        ("to_char(DATE '2026-07-01', 'YYYY-MM')", date(2026, 7, 1)),
    ],
)
def test_periods_of_every_type_are_the_installations_days(
    postgres: Warehouse, expression: str, day: date
) -> None:
    statement = f"SELECT {expression} AS day, 1 AS x WHERE :start < :end"
    (found,) = postgres.ask(statement, cadence="month")
    assert isinstance(found, Measurement) and found.period == day


def test_days_that_are_bound_meet_moments_in_the_installations_zone(postgres: Warehouse) -> None:
    statement = "SELECT :start AS day, extract(epoch FROM CAST(:end AS timestamptz)) AS x"
    (found,) = postgres.ask(
        statement,
        cadence="month",
        window=Window(date(2026, 6, 1), date(2026, 7, 1), zone=YEAR.zone),
    )
    assert isinstance(found, Measurement) and found.value == Decimal(1782860400)  # 23:00 UTC


def test_days_are_the_sources_own_where_it_says_its_zone(postgres: Warehouse) -> None:
    postgres.config["time_zone"] = "America/New_York"
    statement = (
        "SELECT TIMESTAMPTZ '2026-07-01 04:00+00' AS day, 1 AS x WHERE CAST(:start AS timestamptz) = TIMESTAMPTZ"
        " '2026-01-01 05:00+00' AND :end IS NOT NULL"
    )
    (found,) = postgres.ask(statement, cadence="month")
    assert isinstance(found, Measurement) and found.period == date(2026, 7, 1)


def test_superuser_is_refused(postgres: Warehouse) -> None:
    settings = connections["default"].settings_dict
    postgres.config["username"] = settings["USER"]
    postgres.secrets = {"password": settings["PASSWORD"] or "none"}
    error = postgres.refusal("SELECT 1 AS day, 1 AS x WHERE :start < :end")
    assert error.who == Who.INTEGRATION and "may only read" in error.sentence


def test_what_keeps_us_out_is_told(postgres: Warehouse) -> None:
    statement = f"SELECT day, x FROM {table(postgres)}" + DAYS
    error = postgres.refusal("SELECT rolname AS day, 1 AS x FROM pg_authid WHERE :start < :end")
    assert isinstance(error, CredentialsRefused) and error.code == "403"

    usual = dict(postgres.config)
    for changed, kind in (
        ({"tls": "verified"}, CertificateRefused),
        ({"tls": "encrypted"}, CertificateRefused),
        ({"database": "no_such_warehouse"}, NotFound),
        ({"username": "no_such_login"}, CredentialsRefused),
        ({"host": "127.0.0.1:1"}, Unreachable),
        ({"host": "10.0.0.1"}, AddressForbidden),
    ):
        postgres.config = {**usual, **changed}
        assert type(postgres.refusal(statement)) is kind, changed
    postgres.config, postgres.secrets = usual, {}
    assert "no password yet" in postgres.refusal(statement).sentence


def test_name_that_leads_to_an_address_that_is_closed_is_not_called(
    postgres: Warehouse, connected: list[Any]
) -> None:
    postgres.config["host"] = "warehouse.example.org"
    options = {"resolver": lambda _host, _port: ["169.254.169.254"], "allowed_hosts": ["x"]}
    error = postgres.refusal("SELECT 1 AS day, 1 AS x WHERE :start < :end", options=options)
    assert isinstance(error, AddressForbidden) and connected == []


def test_name_is_looked_up_once_and_its_address_called(postgres: Warehouse, relay: Relay) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    postgres.config["host"] = f"warehouse.example.org:{relay.port}"
    options = {"resolver": resolve, "allowed_hosts": ["warehouse.example.org"]}
    assert postgres.ask(f"SELECT day, x FROM {table(postgres)}" + DAYS, options=options)
    assert asked == ["warehouse.example.org"]


def test_server_that_hangs_lets_the_worker_go(postgres: Warehouse, relay: Relay) -> None:
    timer = threading.Timer(0.5, relay.stop)
    timer.start()
    try:
        error = postgres.refusal(
            f"SELECT day, pg_sleep(30)::text AS x FROM {table(postgres)}" + DAYS,
            options={"request_seconds": 2},
        )
    finally:
        timer.join()
        relay.go_on()
    assert isinstance(error, TooSlow)


def test_connection_test_says_that_it_can_only_read(postgres: Warehouse) -> None:
    visit = Visit(postgres.config, postgres.client(), postgres.secrets or {})
    assert KIND.test(visit).sentence == (
        "The database answers and lets us in. What is asked here can only read."
    )


# ---- files


@pytest.mark.parametrize("name", ["../outside.sqlite", "link.sqlite", "", "none.sqlite", "a\0b"])
def test_file_outside_its_directory_is_not_opened(
    sqlite: Warehouse, tmp_path: Path, name: str
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "outside.sqlite").write_bytes((tmp_path / "weekly.sqlite").read_bytes())
    (inside / "link.sqlite").symlink_to(tmp_path / "outside.sqlite")
    sqlite.files, sqlite.config["file"] = inside, name
    with pytest.raises((NotFound, BadConfig)):
        sqlite.ask("SELECT day, x FROM t" + DAYS)


def test_installation_without_a_directory_says_who_names_one(sqlite: Warehouse) -> None:
    sqlite.files = None
    error = sqlite.refusal("SELECT day, x FROM t" + DAYS)
    assert error.who == Who.ADMINISTRATOR and "PILOTLIGHT_WAREHOUSE_FILES" in error.sentence


@pytest.mark.parametrize("system", ["sqlite", "duckdb"])
def test_file_that_is_no_database_is_refused(
    sqlite: Warehouse, tmp_path: Path, system: str
) -> None:
    (tmp_path / "notes.txt").write_text("These are notes and no database at all. " * 100)
    sqlite.config |= {"file": "notes.txt", "system": system}
    error = sqlite.refusal("SELECT day, x FROM t" + DAYS)
    assert isinstance(error, BadAnswer) and error.code == "file"


def test_files_reach_no_other_file(sqlite: Warehouse, duck: Warehouse, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("day,x\n2026-01-05,1\n")
    error = duck.refusal(f"SELECT day, x FROM read_csv('{other}')" + DAYS)
    assert isinstance(error, BadConfig) and error.code == "read_only"
    error = sqlite.refusal("SELECT day, load_extension('x') AS x FROM t" + DAYS)
    assert isinstance(error, (BadConfig, BadAnswer))
    with pytest.raises(SourceError):
        sqlite.ask("SELECT day, readfile('/etc/passwd') AS x FROM t" + DAYS)
