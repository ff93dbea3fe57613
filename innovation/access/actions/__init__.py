"""Letting people in and out, many at a time and by the calendar."""

from innovation.access.actions.ends import tell_of_ends
from innovation.access.actions.imports import (
    discard_import,
    mail_newcomers,
    map_columns,
    start_import,
    undo_import,
    upload_people,
    work_on_import,
    work_on_imports,
)

__all__ = [
    "discard_import",
    "mail_newcomers",
    "map_columns",
    "start_import",
    "tell_of_ends",
    "undo_import",
    "upload_people",
    "work_on_import",
    "work_on_imports",
]
