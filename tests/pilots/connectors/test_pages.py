"""Pages of rows, however an interface counts them on: all of them, or nothing and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import kinds, next_link
from pilots.connectors.answer import HttpAnswer
from pilots.connectors.errors import BadAnswer, BadConfig, SourceError, TooLarge
from pilots.connectors.measurement import Measurement, RowCounts, Window
from pilots.connectors.rest_json import paging
from tests.fakes.canned_client import CannedClient
from tests.fakes.paged_rows import WAYS, PagedRows
from tests.probes import examples

WINDOW = Window(date(2025, 1, 6), date(2027, 1, 4))


def rows(count: int) -> list[dict[str, Any]]:
    return [{"week": (WINDOW.start + timedelta(weeks=n)).isoformat(), "n": n} for n in range(count)]


def read(
    answers: Callable[[str], Any],
    config: dict[str, Any] | None = None,
    *,
    base: str = "https://reports.example.org/api",
    counts: RowCounts | None = None,
) -> tuple[list[int], CannedClient]:
    client = CannedClient(answers)
    items = kinds.get("rest_json").observe(
        {
            "base_url": base,
            "path": "/usage?from={start}",
            "rows": "rows",
            "period": "week",
            "value": "n",
            **(config or {}),
        },
        WINDOW,
        cadence="week",
        measure="value",
        client=client,
        counts=counts,
    )
    found = []
    for item in items:
        assert isinstance(item, Measurement) and item.value is not None
        found.append(int(item.value))
    return found, client


@examples(150)
@given(
    way=st.sampled_from(WAYS),
    count=st.integers(0, 30),
    size=st.integers(1, 12),
    first_page=st.integers(0, 1),
    promises=st.booleans(),
)
def test_all_rows_come_whatever_the_way_and_the_size_of_a_page(
    way: str, count: int, size: int, first_page: int, promises: bool
) -> None:
    fake = PagedRows(rows(count), way, size, first_page=first_page, promises=promises)
    found, client = read(fake.answer, fake.settings)
    assert found == list(range(count))
    assert len(set(client.asked)) == len(client.asked)
    assert all("from=2025-01-06" in url or "at=" in url for url in client.asked)


@examples(150)
@given(
    way=st.sampled_from(WAYS),
    count=st.integers(2, 30),
    size=st.integers(1, 12),
    fault=st.sampled_from(["fails_at", "loses_at", "grows_at"]),
    at=st.integers(1, 6),
)
def test_whatever_breaks_on_the_way_brings_all_or_nothing(
    way: str, count: int, size: int, fault: str, at: int
) -> None:
    fake = PagedRows(rows(count), way, size)
    setattr(fake, fault, at)
    try:
        found, _ = read(fake.answer, fake.settings)
    except SourceError as error:
        assert error.sentence
    else:
        assert found == list(range(count))
        assert len(fake.asked) < at  # it was over before anything broke


def test_size_of_a_page_and_a_parameter_of_another_name_are_asked_for() -> None:
    fake = PagedRows(rows(3), "offset", 2, promises=False)
    plain = fake.answer
    settings = {
        **fake.settings,
        "paging_parameter": "skip",
        "limit_parameter": "top",
        "page_size": "2",
    }
    found, client = read(lambda url: plain(url.replace("skip=", "offset=")), settings)
    assert found == [0, 1, 2]
    assert [url.partition("?")[2] for url in client.asked] == [
        "from=2025-01-06&top=2",
        "from=2025-01-06&top=2&skip=2",
        "from=2025-01-06&top=2&skip=3",
    ]


def test_page_that_comes_again_is_noticed() -> None:
    with pytest.raises(BadAnswer, match="Page 2 is the same as the one before"):
        read(lambda _: {"rows": rows(2)}, {"paging": "offset"})


def test_cursor_that_leads_back_is_noticed() -> None:
    with pytest.raises(BadAnswer, match="circle"):
        read(lambda _: {"rows": rows(2), "next": 7}, {"paging": "cursor", "next": "next"})
    with pytest.raises(BadAnswer, match="neither text nor a number"):
        read(lambda _: {"rows": [], "next": [7]}, {"paging": "cursor", "next": "next"})


def test_pages_without_end_stop() -> None:
    with pytest.raises(TooLarge, match="more than 200 pages"):
        numbers = iter(range(10**6))
        read(lambda _: {"rows": [{"n": next(numbers)}]}, {"paging": "page"})


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"paging": "cursor"}, "where the token of the next page is"),
        ({"paging": "offset", "limit_parameter": "limit"}, "go together"),
        ({"paging": "offset", "page_size": "50"}, "go together"),
        ({"limit_parameter": "limit", "page_size": "none"}, "from 1 to 100000"),
        ({"paging": "telepathy"}, "one of the options"),
    ],
)
def test_settings_that_do_not_go_together_are_named(config: dict[str, Any], words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        read(lambda _: {"rows": []}, config)


# A next page that nobody mapped

WEEKS = [{"week": "2025-01-06", "n": 12}, {"week": "2025-01-13", "n": 15}]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"count": 3, "next": "?page=2"}, "next"),
        ({"nextPageToken": "abc"}, "nextPageToken"),
        ({"next_page": 2}, "next_page"),
        ({"@odata.nextLink": "https://x/y"}, "@odata.nextLink"),
        ({"hasMore": True}, "hasMore"),
        ({"_links": {"next": {"href": "/p2"}}}, "_links.next"),
        ({"links": {"next": "/p2"}}, "links.next"),
        ({"meta": {"next_cursor": "abc"}}, "meta.next_cursor"),
        ({"pageInfo": {"hasNextPage": True}}, "pageInfo.hasNextPage"),
        ({"link": [{"relation": "self"}, {"relation": "next", "url": "/p2"}]}, "link"),
    ],
)
def test_next_page_that_nobody_mapped_is_not_left_out(more: dict[str, Any], name: str) -> None:
    for config in ({}, {"next": "nxt"}):  # nothing, or misspelt
        with pytest.raises(BadAnswer) as caught:
            read(lambda _: {"rows": WEEKS, **more}, config)
        assert f"“{name}”" in caught.value.sentence


@pytest.mark.parametrize(
    "more",
    [
        {"next": None}, {"next": ""}, {"next": False}, {"next": {}}, {"hasMore": False},
        {"links": {"next": None, "prev": "/p1"}}, {"_links": {"self": {"href": "/"}}},
        {"nextReview": "2026-01-01"}, {"link": [{"relation": "self"}]}, {"meta": 3},
    ],
)  # fmt: skip
def test_answer_that_says_there_is_no_more_is_whole(more: dict[str, Any]) -> None:
    assert read(lambda _: {"rows": WEEKS, **more})[0] == [12, 15]


def test_number_that_may_be_of_all_rows_is_noted() -> None:
    counts = RowCounts()
    assert read(lambda _: {"rows": WEEKS, "count": 3}, counts=counts)[0] == [12, 15]
    assert "“count”: 3, and 2 rows came" in counts.notes[0]
    counts = RowCounts()
    read(lambda _: {"rows": WEEKS, "count": 2, "total": True}, counts=counts)
    assert counts.notes == []


# The header Link


def test_next_page_in_the_header_is_followed() -> None:
    pages = {
        "1": (200, WEEKS, {"Link": '<http://127.0.0.1:9310/rest/link?page=2>; rel="next"'}),
        "2": (200, [{"week": "2025-01-20", "n": 9}], {}),
    }
    found, client = read(
        lambda url: pages[url[-1] if "page=" in url else "1"],
        {"rows": "@", "path": "/link"},
        base="http://127.0.0.1:9310/rest",
    )
    assert found == [12, 15, 9]
    assert client.asked[1] == "http://127.0.0.1:9310/rest/link?page=2"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", ""),
        ("<a>; rel=next", "a"),
        ('<a>; rel="prev", <b>; rel="next"', "b"),
        ('<a?x=1,2>; title="x, y; rel=next"; rel="last NEXT"', "a?x=1,2"),
        ('<a> ; rel = "next" ; foo', "a"),
        ('<a>; rel=prev; rel="next"', ""),
        ('<a>; rel="next"; anchor="#other"', ""),
        ('<a>; rel="nextish"', ""),
        ('<a>; rel="next", <a>; rel="next"', "a"),
        ("nonsense; rel=next", ""),
        ('<a>; title="\\"; rel=next"; rel=self', ""),
    ],
)
def test_header_is_read_as_rfc_8288_says(header: str, found: str) -> None:
    answer = HttpAnswer("x", "https://x/", 200, {"Link": header}, b"")
    assert next_link.in_header(answer) == found


def test_two_next_pages_at_once_are_refused() -> None:
    header = {"Link": "<?p=2>; rel=next, <?p=3>; rel=next"}
    with pytest.raises(BadAnswer, match="names 2 next pages at once"):
        read(lambda _: (200, {"rows": WEEKS}, header))


@pytest.mark.parametrize(
    ("base", "link", "words"),
    [
        (
            "http://127.0.0.1:9310/rest/pages/",
            "http://127.0.0.1/rest/pages/?page=2",
            "at http://127.0.0.1, whose port differs from that of http://127.0.0.1:9310",
        ),
        ("https://x.org/a", "http://x.org/b", "whose scheme differs from that of https://x.org"),
        ("https://x.org/a", "http://x.org:8080/b", "whose scheme and port differ from that of"),
        ("https://x.org/a", "https://y.org/b", "another server than https://x.org"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]:8443/", "whose port differs"),
    ],
)
def test_next_page_elsewhere_is_refused_with_what_differs(base: str, link: str, words: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        read(lambda _: {"rows": WEEKS, "next": link}, {"next": "next"}, base=base)
    assert words in caught.value.sentence


def test_file_that_goes_on_at_another_address_is_not_the_whole() -> None:
    client = CannedClient(lambda _: (200, b"week,n\n2025-01-06,3\n", {"Link": "<?p=2>; rel=next"}))
    with pytest.raises(BadAnswer, match="goes on at another address"):
        list(
            kinds.get("csv_url").observe(
                {"url": "https://x.org/a.csv", "date": "week", "value": "n"},
                WINDOW,
                cadence="week",
                measure="value",
                client=client,
            )
        )


@pytest.mark.parametrize(
    ("url", "after"),
    [
        ("https://x/a", "https://x/a?p=1%2F2"),
        ("https://x/a?b=c", "https://x/a?b=c&p=1%2F2"),
        ("https://x/a?p=old&b=%20c&p", "https://x/a?b=%20c&p=1%2F2"),
    ],
)
def test_parameter_takes_the_place_of_its_namesake(url: str, after: str) -> None:
    assert paging.with_parameter(url, "p", "1/2") == after
