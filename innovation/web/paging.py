"""Pages of long lists, found by position, not by counting: page 2,000 costs what page 1 costs."""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework.pagination import CursorPagination

PAGE_SIZE = 50
COUNT_LIMIT = 10_000


class ApiCursorPagination(CursorPagination):
    """The API's pages: newest first, by cursor."""

    ordering = "-id"
    page_size = PAGE_SIZE
    max_page_size = 200
    page_size_query_param = "page_size"


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the positions before and after them."""

    rows: list[Any]
    before: str = ""
    after: str = ""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def _write(values: Sequence[Any]) -> str:
    def plain(value: Any) -> Any:
        if isinstance(value, datetime):
            return ["t", value.isoformat()]
        if isinstance(value, date):
            return ["d", value.isoformat()]
        if isinstance(value, Decimal):
            return ["n", str(value)]
        return value

    text = json.dumps([plain(value) for value in values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(position: str, size: int) -> list[Any] | None:
    """The values of a position, or None where somebody changed the address by hand."""

    def value(plain: Any) -> Any:
        if not isinstance(plain, list):
            return plain
        kind, text = plain
        read = {"t": parse_datetime, "d": parse_date, "n": Decimal}[kind](text)
        if read is None:
            raise ValueError(text)
        return read

    try:
        padded = position + "=" * (-len(position) % 4)
        values = [value(plain) for plain in json.loads(base64.urlsafe_b64decode(padded))]
    except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error):
        return None
    return values if len(values) == size and isinstance(values[-1], int) else None


def _beyond(columns: Sequence[tuple[str, bool]], values: Sequence[Any]) -> Q:
    """Rows after this position; in both directions an unknown value comes last."""
    rule = Q()
    same = Q()
    for (name, descending), value in zip(columns, values, strict=True):
        if value is None:
            same &= Q(**{f"{name}__isnull": True})
            continue
        further = Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
        if name != "pk":
            further |= Q(**{f"{name}__isnull": True})
        rule |= same & further
        same &= Q(**{name: value})
    return rule


def _before(columns: Sequence[tuple[str, bool]], values: Sequence[Any]) -> Q:
    """Rows before this position, where an unknown value comes last."""
    rule = Q()
    same = Q()
    for (name, descending), value in zip(columns, values, strict=True):
        if value is None:
            rule |= same & Q(**{f"{name}__isnull": False})
            same &= Q(**{f"{name}__isnull": True})
            continue
        rule |= same & Q(**{f"{name}__{'gt' if descending else 'lt'}": value})
        same &= Q(**{name: value})
    return rule


def page_of(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    by: Sequence[str] = ("-pk",),
    size: int = PAGE_SIZE,
) -> Page:
    """One page of `rows` in the order `by` (names, "-" for descending; the key breaks ties).

    The address carries the last row seen (`?after=`) or the first (`?before=`). A name may be an
    annotation; rows where it is unknown come last.
    """
    columns = [(name.removeprefix("-"), name.startswith("-")) for name in by]
    if columns[-1][0] != "pk":
        columns.append(("pk", columns[-1][1]))
    back = "before" in request.GET
    position = request.GET.get("before" if back else "after", "")
    values = _read(position, len(columns)) if position else None
    back = back and values is not None

    def order(name: str, descending: bool) -> Any:
        if descending is not back:
            return F(name).desc(nulls_last=not back or None, nulls_first=back or None)
        return F(name).asc(nulls_last=not back or None, nulls_first=back or None)

    def plain(name: str, descending: bool) -> Any:
        # The key is never unknown; saying so would keep PostgreSQL from using its index.
        return (
            f"{'-' if descending is not back else ''}pk"
            if name == "pk"
            else order(name, descending)
        )

    rows = rows.order_by(*(plain(name, descending) for name, descending in columns))
    if values is not None:
        try:
            rows = rows.filter((_before if back else _beyond)(columns, values))
            found = list(rows[: size + 1])
        except (ValueError, TypeError):
            return page_of(_without_position(request), rows.model._default_manager.none(), by=by)
    else:
        found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()

    def at(row: Any) -> str:
        return _write([_value(row, name) for name, _descending in columns])

    if not found:
        return Page([])
    has_before = more if back else values is not None
    has_after = True if back else more
    return Page(found, at(found[0]) if has_before else "", at(found[-1]) if has_after else "")


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = getattr(row, part) if row is not None else None
    return row


def _without_position(request: HttpRequest) -> HttpRequest:
    request.GET = request.GET.copy()
    for name in ("before", "after"):
        request.GET.pop(name, None)
    return request


def count_up_to(rows: QuerySet[Any], limit: int = COUNT_LIMIT) -> tuple[int, bool]:
    """How many rows, and whether that is exact: counting stops at the limit."""
    found = rows.order_by()[: limit + 1].count()
    return min(found, limit), found <= limit
