"""The role of the database that the site runs as: it owns nothing, so it can take down no rule.

Whoever owns a table may drop its triggers and checks; migrations must, pages need not. After each
migration the role that `PILOTLIGHT_SITE_ROLE` names is given exactly what the site does: to read and
write rows, and only to add to what is never changed. `tests/house/test_site_role.py` tells the
product's story as it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.core.checks import Warning as Warned
from django.db import DatabaseError, connection, transaction
from psycopg import sql

EVERYTHING = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
# What migrations keep for themselves.
READ_ONLY = ("django_migrations",)

# A partition is reached through its table, and has no rights of its own.
TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""
OWNED = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
    AND pg_has_role(current_user, c.relowner, 'MEMBER')
"""


def rights() -> dict[str, frozenset[str]]:
    """What the site's role may do to each table of the database."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
    protected = _protected()
    return {
        table: frozenset({"SELECT"})
        if table in READ_ONLY
        else EVERYTHING - protected.get(table, frozenset())
        for table in tables
    }


def _protected() -> dict[str, frozenset[str]]:
    """What a trigger refuses everybody on every row of a table anyway. One that keeps some columns as they are
    (a `ReadOnly`, which is a `Protect`, too) lets the others be written."""
    found: dict[str, frozenset[str]] = {}
    for model in apps.get_models():
        for trigger in getattr(model._meta, "triggers", ()):
            if isinstance(trigger, pgtrigger.ReadOnly):
                continue
            if isinstance(trigger, pgtrigger.Protect) and trigger.condition is None:
                refused = str(trigger.operation).split(" OR ")
                found[model._meta.db_table] = found.get(model._meta.db_table, frozenset()).union(
                    refused
                )
    return found


@transaction.atomic
def give_rights(role: str) -> None:
    """Give the role what the site does, and nothing beside it. Raises DatabaseError if there is no
    such role, or whoever asks does not own the tables."""
    name = sql.Identifier(role)
    whole = [
        "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}",
        "REVOKE ALL ON SCHEMA {schema} FROM {name}",
        "GRANT USAGE ON SCHEMA {schema} TO {name}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {name}",
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = map(sql.Identifier, cursor.fetchone())
        for statement in whole:
            cursor.execute(sql.SQL(statement).format(name=name, schema=schema, database=database))
        for table, words in rights().items():
            given = sql.SQL(", ").join(map(sql.SQL, sorted(words)))
            cursor.execute(
                sql.SQL("GRANT {} ON {} TO {}").format(given, sql.Identifier(table), name)
            )


def give_rights_after_migrating(**_signal: Any) -> None:
    if settings.SITE_ROLE:
        give_rights(settings.SITE_ROLE)


def check_role(
    *, app_configs: object = None, databases: Sequence[str] | None = None, **_given: Any
) -> list[Warned]:
    """Whether the role that is connected now owns tables; `manage.py check --database default`."""
    if settings.DEVELOPING or not databases:
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(OWNED)
            owned = cursor.fetchone()[0]
    except DatabaseError:
        return []  # not reached: others say so
    if not owned or settings.SITE_ROLE:
        return []
    return [
        Warned(
            "The database's role owns the tables, so whoever takes over the site could take down "
            "its rules.",
            hint="Let migrations run as the owner and the site as PILOTLIGHT_SITE_ROLE: "
            "docs/operations.md, “Two roles of the database”.",
            id="pilotlight.W001",
        )
    ]
