"""What tests of every page share: the forms on it, and whether anything in the database changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser

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
        if name != "csrfmiddlewaretoken" and name not in {field.name for field in fields}:
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


def fingerprint() -> str:
    """Everything that is in the database, but sessions, in one short text."""
    with connection.cursor() as cursor:
        cursor.execute(_fingerprint_sql())
        return str(cursor.fetchone()[0])


@cache
def _fingerprint_sql() -> str:
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith(("innovation_", "pilots_", "okrs_"))
    ]
    return "SELECT " + " || ' ' || ".join(
        f"(SELECT COALESCE(sum(hashtextextended(t::text, 0)), 0) || ',' || count(*) FROM {t} t)"
        for t in sorted(tables)
    )
