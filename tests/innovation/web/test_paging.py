"""Pages of long lists by position: nothing skipped, nothing twice, forwards and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Length, NullIf
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovation.people.models import Unit, UnitKind, User
from innovation.web.paging import count_up_to, page_of

pytestmark = pytest.mark.django_db


def request(**query: str) -> Any:
    return RequestFactory().get("/", query)


def walk(rows: QuerySet[Any], by: tuple[str, ...], size: int) -> list[list[int]]:
    """All pages by following "next"."""
    pages, page = [], page_of(request(), rows, by=by, size=size)
    assert not page.before
    while True:
        pages.append([row.pk for row in page])
        if not page.after:
            return pages
        page = page_of(request(after=page.after), rows, by=by, size=size)
        assert page.before


def walk_back(rows: QuerySet[Any], by: tuple[str, ...], size: int) -> list[int]:
    """From the last page to the first by following "previous"."""
    page = page_of(request(), rows, by=by, size=size)
    while page.after:
        page = page_of(request(after=page.after), rows, by=by, size=size)
    found = [row.pk for row in page]
    while page.before:
        page = page_of(request(before=page.before), rows, by=by, size=size)
        assert page.after
        found = [row.pk for row in page] + found
    return found


def units(names: list[str]) -> QuerySet[Unit]:
    Unit.objects.bulk_create(
        Unit(name=f"{name}{i}", code=f"c{i}", kind=UnitKind.TEAM) for i, name in enumerate(names)
    )
    # Shorter names have a mark, three characters have none: an annotation that may be unknown.
    rows: QuerySet[Unit] = Unit.objects.annotate(mark=NullIf(Length("name"), Value(3)))
    return rows


ORDERS = [("-pk",), ("name",), ("-name",), ("mark",), ("-mark", "name"), ("-mark", "-pk")]


@pytest.mark.parametrize("by", ORDERS)
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(st.sampled_from(["a", "b", "cc", "dd", "eee"]), max_size=12),
    size=st.integers(1, 5),
)
def test_pages_hold_every_row_once_in_order(
    by: tuple[str, ...], names: list[str], size: int
) -> None:
    Unit.objects.all().delete()
    rows = units(names)
    pages = walk(rows, by, size)
    seen = [pk for page in pages for pk in page]

    def key(name: str) -> Any:
        bare = name.removeprefix("-")
        column = F(bare)
        return column.desc(nulls_last=True) if name.startswith("-") else column.asc(nulls_last=True)

    last = "-pk" if by[-1].startswith("-") else "pk"
    expected = list(rows.order_by(*map(key, by), last).values_list("pk", flat=True))
    assert seen == expected
    assert all(len(page) == size for page in pages[:-1])
    assert walk_back(rows, by, size) == expected


def test_page_with_a_position_from_elsewhere_is_the_first() -> None:
    rows = units(["a", "b", "c"])
    first = page_of(request(), rows, by=("name",), size=1)
    by_name = first.after
    for text in ("nonsense", by_name[:-2], by_name + "x", "\x00", "a:b:c"):
        assert page_of(request(after=text), rows, by=("name",), size=1).rows == first.rows
    # A position in one order is none in another.
    other = page_of(request(after=by_name), rows, by=("-name",), size=1)
    assert other.rows == page_of(request(), rows, by=("-name",), size=1).rows


def test_page_whose_rows_are_gone_is_the_first() -> None:
    rows = units(["a", "b"])
    second = page_of(request(), rows, by=("name",), size=1)
    Unit.objects.filter(name__startswith="b").delete()
    page = page_of(request(after=second.after), rows, by=("name",), size=1)
    assert [row.name for row in page] == ["a0"]


def test_page_costs_one_query_and_never_counts() -> None:
    rows = units(["a"] * 7)
    with CaptureQueriesContext(connection) as captured:
        page_of(request(), rows, size=2)
    assert len(captured) == 1
    assert "COUNT" not in captured[0]["sql"]


def test_page_over_a_column_that_is_always_known_asks_an_index() -> None:
    """What is known to be there needs no "nulls last", which no plain index answers."""
    rows = User.objects.all()
    first = page_of(request(), units(["a", "b"]), by=("name",), size=1)
    with CaptureQueriesContext(connection) as captured:
        page_of(request(after=first.after), Unit.objects.all(), by=("name",), size=1)
    sql = captured[0]["sql"]
    assert "NULLS" not in sql
    assert '"name" >= ' in sql
    assert rows.count() == 0


def test_count_stops_at_the_limit() -> None:
    rows = units(["a"] * 7)
    assert count_up_to(rows, 5) == (5, False)
    assert count_up_to(rows, 7) == (7, True)
    assert count_up_to(rows) == (7, True)
