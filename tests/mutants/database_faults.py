"""How a rule of the database is taken away, and how it is brought back."""

from __future__ import annotations

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from tests.mutants import Drop


def ways(database: psycopg.Connection, drop: Drop) -> tuple[Composed, Composed]:
    """The statement that takes the rule away, and the one that brings it back."""
    table, name = Identifier(drop.table), Identifier(drop.object)

    def first(query: str) -> str | None:
        row = database.execute(query, {"table": drop.table, "name": drop.object}).fetchone()
        return str(row[0]) if row else None

    trigger = first(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal"
        " AND (tgname = %(name)s OR tgname ~ ('^pgtrigger_' || %(name)s || '_[0-9a-f]+$'))"
    )
    if trigger:
        return (
            SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(table, Identifier(trigger)),
            SQL("ALTER TABLE {} ENABLE TRIGGER {}").format(table, Identifier(trigger)),
        )
    constraint = first(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %(table)s::regclass AND conname = %(name)s"
    )
    if constraint:
        again = SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(table, name)
        # What the catalogue of PostgreSQL wrote, not what anybody typed.
        return (
            SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, name),
            again + SQL(constraint),
        )
    index = first(
        "SELECT indexdef FROM pg_indexes WHERE tablename = %(table)s AND indexname = %(name)s"
    )
    if index:
        return SQL("DROP INDEX {}").format(name), Composed([SQL(index)])
    raise ValueError(f"{drop.name}: {drop.table} has no {drop.object}")
