"""Pages of long lists, found by position, not by counting: page 2,000 costs what page 1 costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

PAGE_SIZE = 50
COUNT_LIMIT = 10_000


RowModel = TypeVar("RowModel", bound=Model)


class ApiCursorPagination(CursorPagination):
    """The API's pages: newest first, by cursor."""

    ordering = "-id"
    page_size = PAGE_SIZE
    max_page_size = 200
    page_size_query_param = "page_size"

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        self.model = queryset.model
        return super().paginate_queryset(queryset, request, view)

    def decode_cursor(self, request: Request) -> Cursor | None:
        """As the framework does; a position that no row can have is a wrong cursor."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            column = self.model._meta.get_field(self.ordering[0].removeprefix("-"))
            assert isinstance(column, Field)
            try:
                column.get_prep_value(column.to_python(cursor.position))
            except (ValueError, TypeError, ValidationError) as error:
                raise NotFound(self.invalid_cursor_message) from error
        return cursor


Row = TypeVar("Row", covariant=True)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and the positions before and after them."""

    rows: list[Row]
    before: str = ""
    after: str = ""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return value


def _typed(plain: object) -> object:
    if not isinstance(plain, dict):
        return plain
    ((kind, text),) = plain.items()
    if kind == "datetime":
        return datetime.fromisoformat(text)
    return date.fromisoformat(text) if kind == "date" else Decimal(text)


class _Position:
    """A place in one order of one list, written into addresses. Signed, so that it can only be
    one that we wrote for this very order; anything else is the beginning."""

    def __init__(self, model: type[Model], columns: Sequence[tuple[str, bool]]) -> None:
        self._salt = f"page:{model._meta.label_lower}:{columns}"

    def write(self, values: Sequence[object]) -> str:
        return signing.dumps([_plain(value) for value in values], salt=self._salt)

    def read(self, text: str) -> list[object] | None:
        try:
            return [_typed(plain) for plain in signing.loads(text, salt=self._salt)]
        except signing.BadSignature:
            return None


@dataclass(frozen=True)
class _Column:
    """A name that rows are ordered by."""

    name: str
    descending: bool
    may_be_null: bool

    def order(self, back: bool) -> str | OrderBy:
        """By this column, unknown values last; the other way round when going back."""
        down = self.descending is not back
        if not self.may_be_null:
            # Saying where nulls go would keep PostgreSQL from using its index.
            return f"{'-' if down else ''}{self.name}"
        nulls = {"nulls_first": True} if back else {"nulls_last": True}
        return F(self.name).desc(**nulls) if down else F(self.name).asc(**nulls)

    def after(self, value: object, back: bool) -> Q:
        """Rows strictly further on in this column."""
        if value is None:
            # Unknown comes last: nothing is after it, everything known is before.
            return Q(**{f"{self.name}__isnull": False}) if back else Q(pk__in=[])
        down = self.descending is not back
        further = Q(**{f"{self.name}__{'lt' if down else 'gt'}": value})
        return (
            further | Q(**{f"{self.name}__isnull": True}) if self._ends_in_null(back) else further
        )

    def _ends_in_null(self, back: bool) -> bool:
        return self.may_be_null and not back

    def same(self, value: object) -> Q:
        return Q(**{f"{self.name}__isnull": True} if value is None else {self.name: value})

    def bound(self, value: object, back: bool) -> Q:
        """Implied by the rest, and the one part that an index answers."""
        if value is None or self.may_be_null:
            return Q()
        down = self.descending is not back
        return Q(**{f"{self.name}__{'lte' if down else 'gte'}": value})


def _columns(rows: QuerySet[Model], by: Sequence[str]) -> tuple[_Column, ...]:
    names = list(by)
    if names[-1].removeprefix("-") != "pk":
        names.append("-pk" if names[-1].startswith("-") else "pk")

    def may_be_null(name: str) -> bool:
        if name == "pk":
            return False
        try:
            field = rows.model._meta.get_field(name)
            # What the database generates says so on what it holds.
            return bool(getattr(getattr(field, "output_field", field), "null", True))
        except FieldDoesNotExist:
            return True  # an annotation, or a column of another table

    return tuple(
        _Column(bare := name.removeprefix("-"), name.startswith("-"), may_be_null(bare))
        for name in names
    )


def _beyond(columns: Sequence[_Column], values: Sequence[object], back: bool) -> Q:
    """Rows after this position (before it when going back)."""
    rule, same = Q(), Q()
    for column, value in zip(columns, values, strict=True):
        rule |= same & column.after(value, back)
        same &= column.same(value)
    return columns[0].bound(values[0], back) & rule


def page_of(
    request: HttpRequest,
    rows: QuerySet[RowModel],
    *,
    by: Sequence[str] = ("-pk",),
    size: int = PAGE_SIZE,
) -> Page[RowModel]:
    """One page of `rows` in the order `by` (names, "-" for descending; the key breaks ties).

    The address carries the last row seen (`?after=`) or the first (`?before=`). A name may be an
    annotation; rows where it is unknown come last.
    """
    columns = _columns(rows, by)
    place = _Position(rows.model, [(column.name, column.descending) for column in columns])
    back = "before" in request.GET
    text = request.GET.get("before" if back else "after", "")
    values = place.read(text) if text else None
    if values is not None:
        page = _page(rows, columns, place, size, values, back)
        if page.rows:
            return page
    # Nothing was asked for, or nothing is there any more: the beginning.
    return _page(rows, columns, place, size, None, False)


def _page(
    rows: QuerySet[RowModel],
    columns: Sequence[_Column],
    place: _Position,
    size: int,
    values: list[object] | None,
    back: bool,
) -> Page[RowModel]:
    rows = rows.order_by(*(column.order(back) for column in columns))
    if values is not None:
        rows = rows.filter(_beyond(columns, values, back))
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([])

    def at(row: object) -> str:
        return place.write([_value(row, column.name) for column in columns])

    has_before = more if back else values is not None
    has_after = back or more
    return Page(found, at(found[0]) if has_before else "", at(found[-1]) if has_after else "")


def _value(row: object, name: str) -> object:
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = getattr(row, part) if row is not None else None
    return row


def count_up_to(rows: QuerySet[Model], limit: int = COUNT_LIMIT) -> tuple[int, bool]:
    """How many rows, and whether that is exact: counting stops at the limit."""
    found = rows.order_by()[: limit + 1].count()
    return min(found, limit), found <= limit
