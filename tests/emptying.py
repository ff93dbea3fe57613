"""How the database becomes empty again after a test that commits.

Django's way truncates every table, which makes each of them and their indexes anew on the disk:
half a second after each such test (2026-11-28). To delete the few rows there are takes milliseconds.
What was deleted still lies there, and is read past by every test that follows, until a table is
vacuumed; the test server does not do that by itself.
"""

from __future__ import annotations

from functools import cache

from django.db import connection, transaction

# What Django knows of models; its own way makes these rows again after each test.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
LARGE = 256 * 1024  # bytes of a table, most of which can only be what was deleted


def may_empty() -> bool:
    """Only a superuser may pass by the triggers that keep events and entries for ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return bool(cursor.fetchone()[0])


def empty_tables() -> None:
    """Delete all rows, also those that another session is about to commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"LOCK TABLE {', '.join(tables())} IN SHARE ROW EXCLUSIVE MODE")
        asked = (f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables())
        cursor.execute(" UNION ALL ".join(asked))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)"
            " AND pg_relation_size(oid) > %s",
            [tables(), LARGE],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"VACUUM {table}")


def end_other_sessions() -> None:
    """Whoever else is on this database is put off it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@cache
def tables() -> list[str]:
    """Those that stay: a temporary one of this session (of an import, say) is not among them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted({table for (table,) in cursor.fetchall()} - KEPT)
