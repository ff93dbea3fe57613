"""A database of its own for a benchmark, made and dropped beside the one that is named."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
# Another name lets two benchmarks run beside each other.
NAME = os.environ.get("BENCH_DATABASE", "pilotlight_bench")


def set_up() -> None:
    """Make Django ready, on a database of the bench's own name."""
    if not os.environ.get("DATABASE_URL"):
        sys.exit(
            'No database is named. Run  eval "$(python3 dev.py services)"  first; '
            "docs/operations.md says more."
        )
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("PILOTLIGHT_ENV", "development")
    os.environ.setdefault("PILOTLIGHT_LOG_LEVEL", "ERROR")
    os.environ["PILOTLIGHT_DEMO"] = "off"
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    named = os.environ["DATABASE_URL"]
    os.environ["BENCH_ADMIN_URL"] = named
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(named)._replace(path=f"/{NAME}"))
    import django

    django.setup()


@contextmanager
def empty_database() -> Iterator[None]:
    """A migrated, empty database; dropped afterwards."""
    import psycopg
    from django.core.management import call_command
    from django.db import connection

    def again(sql: str) -> None:
        with psycopg.connect(os.environ["BENCH_ADMIN_URL"], autocommit=True) as admin:
            admin.execute(sql)

    again(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    again(f"CREATE DATABASE {NAME}")
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        again(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
