"""A line to the database that broke outside of a request and of a task."""

from django.db import connection


def close_if_broken() -> None:
    """So that the next statement opens another; nobody else does it in a scheduler, which would keep
    a broken line for good."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
