"""A database that is asked by one SELECT."""

from pilots.connectors import row_settings
from pilots.connectors.fields import Field
from pilots.connectors.kind import SourceKind
from pilots.connectors.sql import reading, statement

SERVERS = ("postgresql",)
FILES = ("sqlite", "duckdb")
# One statement for all of them.
PERIODS_AT_ONCE = 1_100


def _column(
    name: str, label: str, help: str = "", *, required: bool = False, part: bool = False
) -> Field:
    return Field(
        name,
        label,
        help,
        scope="metric",
        type="column",
        required=required,
        check=reading.column_problem,
        may_be_required=part,
        shown_for="value" if name in ("value", "n") else "",
    )


KIND = SourceKind(
    key="sql",
    label="Database (SQL)",
    description=(
        "A warehouse or a reporting database is asked by one SELECT that counts. Nothing can be changed there,"
        " and no row about a patient is taken."
    ),
    fields=(
        Field(
            "system",
            "Kind of database",
            type="choice",
            choices=(("postgresql", "PostgreSQL"), ("sqlite", "SQLite"), ("duckdb", "DuckDB")),
            default="postgresql",
        ),
        Field(
            "host",
            "Host",
            "With its port where that is not the usual one: db.example.org:5433.",
            type="host",
            only_if=("system", SERVERS),
            placeholder="warehouse.example.org",
        ),
        Field("database", "Database", only_if=("system", SERVERS)),
        Field(
            "username",
            "User name",
            "A login that may only read, and only what is counted.",
            only_if=("system", SERVERS),
        ),
        Field(
            "password",
            "Password",
            help="Kept encrypted; it is never shown again.",
            secret=True,
            only_if=("system", SERVERS),
        ),
        Field(
            "tls",
            "Secure connection",
            type="choice",
            choices=(
                ("verified", "Encrypted, and the server proves who it is"),
                ("encrypted", "Encrypted; whoever answers is believed"),
                ("none", "Not encrypted"),
            ),
            default="verified",
            only_if=("system", SERVERS),
        ),
        Field(
            "file",
            "File",
            "In the directory that whoever runs Pilotlight has set aside for databases.",
            type="code",
            only_if=("system", FILES),
            placeholder="reporting/weekly.sqlite",
        ),
        row_settings.TIME_ZONE,
        Field(
            "statement",
            "Statement",
            "One SELECT with a row for each period. :start is the first day wanted, :end the day after the last.",
            scope="metric",
            type="query",
            required=True,
            check=statement.problem,
            placeholder=(
                "SELECT week, count(*) FILTER (WHERE late) AS late, count(*) AS stays FROM stays"
                " WHERE week >= :start AND week < :end GROUP BY week"
            ),
        ),
        _column("period", "Column of the period", required=True),
        _column("value", "Column of the value", part=True),
        _column("numerator", "Column of the numerator", part=True),
        _column("denominator", "Column of the denominator", part=True),
        _column("n", "Column of how many it rests on"),
        row_settings.EXPECTED,
        row_settings.DATE_FORMAT,
        row_settings.WEEK_DAYS,
        row_settings.SEVERAL_ROWS,
        row_settings.PER,
        row_settings.NEGATIVE_OK,
    ),
    read=reading.read,
    test=reading.test_connection,
    check=row_settings.parts_problems,
    at_once=lambda _settings: PERIODS_AT_ONCE,
)
