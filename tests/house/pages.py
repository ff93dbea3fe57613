"""What tests of every page share: the forms on it, and whether anything in the database changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any

from django.db import connection, transaction


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    value: str


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and its fields with what they say now."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, list[Field]]] = []
        self._select: tuple[str, str | None] | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        if tag == "form":
            method = attributes.get("method", "get").lower()
            self.forms.append((method, attributes.get("action", ""), []))
        elif tag == "option" and self._select and (value := attributes.get("value")):
            self._select = (self._select[0], self._select[1] or value)
        elif not self.forms or not (name := attributes.get("name")):
            return
        elif tag == "select":
            self._select = (name, None)
        elif tag == "textarea":
            self._add(name, "textarea", "A plain sentence.")
        elif tag == "input":
            self._add(name, attributes.get("type", "text"), attributes.get("value", ""))
        elif tag == "button" and attributes.get("value"):
            self._add(name, "button", attributes["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self._add(self._select[0], "select", self._select[1] or "")
            self._select = None

    def _add(self, name: str, kind: str, value: str) -> None:
        plausible = {"date": "2026-12-01", "number": "3", "email": "new@lakeshore.example"}
        value = value or plausible.get(kind, "A plain sentence.")
        fields = self.forms[-1][2]
        if name not in ("csrfmiddlewaretoken", "form_key") and name not in {
            field.name for field in fields
        }:
            fields.append(Field(name, kind, value))


def fields_of(page: bytes, url: str) -> list[Field]:
    """The fields of the forms that this page sends to itself."""
    reader = Forms()
    reader.feed(page.decode())
    return [
        field
        for method, action, fields in reader.forms
        if method == "post" and action in ("", url)
        for field in fields
    ]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens within is rolled back: everything is tried from the same start."""
    with transaction.atomic():
        point = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(point)


class Watch:
    """Tells whether anything in the database is otherwise than when the watch began.

    To be asked before what happened is undone, so that each question starts from the same state.
    Most answers write nothing, which the server's own count of this transaction's writes tells far
    sooner than reading every row; where there were writes, the rows themselves decide.
    """

    def __init__(self) -> None:
        self._fingerprint = fingerprint()
        self._written = rows_written()

    def changed(self) -> bool:
        before, self._written = self._written, rows_written()
        return self._written != before and fingerprint() != self._fingerprint


def fingerprint() -> str:
    """Everything that is in the database, but sessions, in one short text."""
    parts = (
        f"(SELECT COALESCE(sum(hashtextextended(t::text, 0)), 0) || ',' || count(*) FROM {name} t)"
        for name in tables()
    )
    return str(first_value("SELECT " + " || ' ' || ".join(parts)))


def rows_written() -> int:
    """How many rows this transaction has written so far, undone or not, but sessions."""
    return int(
        first_value(
            "SELECT sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
            " + pg_stat_get_xact_tuples_deleted(oid)) FROM unnest(%s::oid[]) oid",
            [stored()],
        )
    )


def first_value(sql: str, parameters: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


OURS = ("innovation_", "pilots_", "okrs_")
SESSIONS = "innovation_session"


@cache
def tables() -> list[str]:
    names = connection.introspection.table_names()
    return sorted(name for name in names if name.startswith(OURS) and name != SESSIONS)


@cache
def stored() -> list[int]:
    """The object identifiers of all tables that hold rows, partitions among them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid, relname FROM pg_class WHERE relkind = 'r'")
        return [
            oid for oid, name in cursor.fetchall() if name.startswith(OURS) and name != SESSIONS
        ]
