"""Whether the code before a migration goes on beside it: python -m tests.house.migrations

While an upgrade runs, old processes and new ones work on one database. Each migration after those
that pyproject.toml names (`migrations-before`) is written out as SQL, without a database, and read by
squawk: nothing that old code reads or writes may go, and nothing may lock a table for long. What
squawk does not know is asked of the operations: triggers that go, data changed in the transaction
that holds a table, steps without a transaction.

A migration that does such a thing on purpose, in the release after the one that needed it, says why:

    class Migration(migrations.Migration):
        survived = {"ban-drop-column": "Nothing has read needs.word since 0.2."}
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.migrations import (
    AddConstraint,
    AddIndex,
    CreateModel,
    Migration,
    RemoveConstraint,
    RemoveIndex,
    RunPython,
    SeparateDatabaseAndState,
)
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

ROOT = Path(__file__).resolve().parents[2]
SQUAWK = Path(sys.executable).parent / "squawk"
OLDEST = "15"  # of PostgreSQL, as docs/operations.md says
# What is a matter of taste, or of Django's: it chooses types, and `manage.py migrate` the time-outs.
NOT_ASKED = (
    *("ban-char-field", "prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity"),
    *("prefer-robust-stmts", "prefer-text-field", "prefer-timestamptz", "transaction-nesting"),
    *("require-lock-timeout", "require-statement-timeout"),
)
CHANGES_ROWS = re.compile(
    r"\s*(?:WITH\b.*?\b)?(?:UPDATE|DELETE|INSERT)\b", re.IGNORECASE | re.DOTALL
)
HOLDS_TABLE = re.compile(
    r"\s*(?:ALTER\s+TABLE|CREATE\s+(?:UNIQUE\s+)?INDEX|DROP\s+(?:INDEX|TABLE|TRIGGER)|TRUNCATE)\b",
    re.IGNORECASE,
)
# PostgreSQL reads no row for the reference of a column that is empty in all of them.
NEW_EMPTY_REFERENCE = re.compile(
    r'\s*ALTER TABLE "\w+" ADD COLUMN "\w+" \w+ NULL CONSTRAINT "\w+" REFERENCES\b'
)
BESIDE_OTHERS = re.compile(
    r"\s*(?:(?:CREATE|DROP)\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\b|REINDEX\s.*CONCURRENTLY\b"
    r"|ALTER\s+TABLE\s+\S+\s+VALIDATE\s+CONSTRAINT\b)",
    re.IGNORECASE,
)

CHANGES_NO_FIELD = (
    *(
        CreateModel,
        AddConstraint,
        RemoveConstraint,
        AddIndex,
        RemoveIndex,
        AddTrigger,
        RemoveTrigger,
    ),
)


@dataclass(frozen=True)
class Problem:
    migration: str
    rule: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.migration}: {self.rule}: {self.sentence}"


class Writer(DatabaseSchemaEditor):
    """Writes the statements down, and asks no database anything."""

    def __init__(self) -> None:
        connection = connections.create_connection("default")
        connection.__dict__["pg_version"] = int(OLDEST) * 10_000  # or it would be asked
        super().__init__(connection, collect_sql=True, atomic=False)

    def execute(self, sql: Any, params: Any = ()) -> None:
        text = str(sql)
        if params:
            text %= tuple(self.quote_value(value) for value in params)
        self.collected_sql.append(text.strip().rstrip(";") + ";")

    def _constraint_names(self, *_given: Any, **_named: Any) -> list[str]:
        """Asked for only where the state says that there is one: its name matters to nobody here."""
        return ["as_the_database_calls_it"]


def statements(migration: Migration, state: ProjectState) -> list[str]:
    """As PostgreSQL gets them; Python that runs between is left out."""
    with Writer() as writer:
        for operation in flat(migration.operations):
            before = state.clone()
            move(state, past=operation, app=migration.app_label)
            if isinstance(operation, AddTrigger):
                # The operation itself would open a transaction.
                writer.execute(operation.trigger.install_sql)  # type: ignore[union-attr]
            elif not isinstance(operation, RunPython):
                operation.database_forwards(migration.app_label, writer, before, state)
        deferred = [str(sql) for sql in writer.deferred_sql]
        writer.deferred_sql.clear()
        return [*writer.collected_sql, *(f"{sql.rstrip(';')};" for sql in deferred)]


def move(state: ProjectState, *, past: Operation, app: str) -> None:
    """Drawing models anew, with all that refer to them, is most of the time that a migration takes.
    What changes no field that is there is written out as well from the models as they were."""
    drawn = state.__dict__.pop("apps", None) if isinstance(past, CHANGES_NO_FIELD) else None
    past.state_forwards(app, state)
    if drawn is not None:
        state.__dict__["apps"] = drawn
        if isinstance(past, CreateModel):
            drawn.render_multiple([state.models[app, past.name_lower]])


def flat(operations: Iterable[Operation]) -> Iterator[Operation]:
    """Those of the database and of the state, each for itself."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield SeparateDatabaseAndState(state_operations=operation.state_operations)
            yield from flat(operation.database_operations)
        else:
            yield operation


def problems(migration: Migration, state: ProjectState) -> list[Problem]:
    """What the code before it would not survive; `state` is moved past it."""
    name = f"{migration.app_label}.{migration.name}"
    sql = statements(migration, state)
    found = [
        *read_by_squawk(sql, atomic=migration.atomic),
        *of_triggers(migration),
        *of_rows(migration, sql),
        *of_pieces(migration, sql),
    ]
    survived: dict[str, str] = getattr(migration, "survived", {})
    for rule in survived.keys() - {rule for rule, _sentence in found}:
        found.append(
            ("survived-by-nothing", f"It gives a reason for {rule}, which it does not do.")
        )
    return [
        Problem(name, rule, sentence)
        for rule, sentence in found
        if not survived.get(rule, "").strip()
    ]


def read_by_squawk(sql: list[str], *, atomic: bool) -> list[tuple[str, str]]:
    command = [str(SQUAWK), "--reporter", "json", "--pg-version", OLDEST]
    command += ["--exclude", ",".join(NOT_ASKED)]
    command += ["--assume-in-transaction"] if atomic else ["--no-assume-in-transaction"]
    done = subprocess.run(
        command, input="\n".join(sql), check=False, capture_output=True, text=True, timeout=60
    )
    if done.returncode not in (0, 1) or not done.stdout.strip():
        raise RuntimeError(f"squawk ended with {done.returncode}: {done.stderr}")
    lines = "\n".join(sql).splitlines()
    return [
        (one["rule_name"], f"{one['message']} {one['help'] or ''} {line.strip()}")
        for one in json.loads(done.stdout)
        for line in [lines[one["line"]]]
        if one["rule_name"] != "adding-foreign-key-constraint"
        or not NEW_EMPTY_REFERENCE.match(line)
    ]


def of_triggers(migration: Migration) -> list[tuple[str, str]]:
    operations = list(flat(migration.operations))
    made = {
        (one.model_name.lower(), one.trigger.name)
        for one in operations
        if isinstance(one, AddTrigger)
    }
    found = []
    for one in operations:
        if not isinstance(one, RemoveTrigger):
            continue
        if (one.model_name.lower(), one.name) not in made:
            sentence = (
                f"Old code relies on {one.name} of {one.model_name}. Take it away a release later."
            )
            found.append(("trigger-goes", sentence))
        elif not migration.atomic:
            sentence = (
                f"Between the old and the new {one.name} of {one.model_name} everything passes."
            )
            found.append(("trigger-replaced-without-transaction", sentence))
    return found


def of_rows(migration: Migration, sql: list[str]) -> list[tuple[str, str]]:
    """Rows changed while the transaction holds a table that was there before."""
    made = {table for one in sql for table in re.findall(r'^CREATE TABLE "(\w+)"', one)}
    holding = [
        one
        for one in sql
        if HOLDS_TABLE.match(one) and not any(f'"{table}"' in one for table in made)
    ]
    changing = [
        *(one for one in migration.operations if isinstance(one, RunPython)),
        *(one for one in sql if CHANGES_ROWS.match(one)),
    ]
    if migration.atomic and holding and changing:
        sentence = (
            "It changes rows while it holds a table. Change them in a migration of their own."
        )
        return [("rows-beside-tables", f"{sentence} {holding[0].splitlines()[0]}")]
    return []


def of_pieces(migration: Migration, sql: list[str]) -> list[tuple[str, str]]:
    """Without a transaction, whatever fails half-way stays half done."""
    if migration.atomic:
        return []
    whole = [one for one in sql if not BESIDE_OTHERS.match(one) and not CHANGES_ROWS.match(one)]
    sentence = (
        "Without a transaction, only indexes are made concurrently and rows changed in pieces."
    )
    return [("half-done", f"{sentence} {one.splitlines()[0]}") for one in whole]


def named_before() -> list[tuple[str, str]]:
    """The last migration of each app that is not asked."""
    text = (ROOT / "pyproject.toml").read_text()
    return list(tomllib.loads(text)["tool"]["pilotlight"]["migrations-before"].items())


def problems_since(
    before: list[tuple[str, str]], until: list[tuple[str, str]] | None = None
) -> list[Problem]:
    """Of all migrations of ours that come after these, or only of those on the way to others."""
    executor = MigrationExecutor(None)
    graph = executor.loader.graph
    exempt = {node for target in before for node in graph.forwards_plan(target)}
    ours = {app for app, _name in before}
    state, found = executor.loader.project_state(list(exempt)), []
    for migration, _backwards in executor.migration_plan(
        until or graph.leaf_nodes(), clean_start=True
    ):
        node = (migration.app_label, migration.name)
        if node in exempt:
            continue
        if migration.app_label in ours:
            found += problems(migration, state)
        else:
            migration.mutate_state(state, preserve=False)
    return found


def main() -> int:
    found = problems_since(named_before())
    how = "\ndocs/adding.md, A change of a table, says how each of them is done in two releases.\n"
    sys.stdout.write("".join(f"{problem}\n" for problem in found) + (how if found else ""))
    return 1 if found else 0


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovation.settings")
    django.setup()
    sys.exit(main())
