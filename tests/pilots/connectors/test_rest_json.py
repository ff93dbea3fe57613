"""REST/JSON: rows found by JMESPath, pages followed to the end or nothing taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import kinds
from pilots.connectors.errors import BadAnswer, BadConfig, SourceError, TooLarge
from pilots.connectors.http import HttpClient
from pilots.connectors.measurement import Measurement, Rejected, RowCounts, Window
from pilots.connectors.rest_json import reading
from tests.fakes.canned_client import CannedClient
from tests.fakes.hostile_server import HostileServer
from tests.probes import examples

WINDOW = Window(date(2026, 1, 5), date(2026, 2, 2), today=date(2026, 2, 3))
CONFIG: dict[str, Any] = {
    "base_url": "https://reports.example.org/api/",
    "path": "/usage?from={start}&to={last}&before={end}",
    "rows": "data.rows",
    "period": "week",
    "value": "minutes.mean",
    "n": "minutes.n",
}


def row(week: str, mean: Any, n: Any = 10) -> dict[str, Any]:
    return {"week": week, "minutes": {"mean": mean, "n": n}}


def page(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"data": {"rows": list(rows)}, **more}


def observed(
    answers: Callable[[str], Any] | Any,
    config: dict[str, Any] | None = None,
    *,
    measure: str = "value",
    counts: RowCounts | None = None,
    secrets: dict[str, str] | None = None,
) -> tuple[list[Measurement], list[Rejected], CannedClient]:
    http_client = CannedClient(answers if callable(answers) else lambda _: answers)
    items = list(
        kinds.get("rest_json").observe(
            {**CONFIG, **(config or {})},
            WINDOW,
            cadence="week",
            measure=measure,
            client=http_client,
            secrets=secrets or {},
            counts=counts,
        )
    )
    return (
        [item for item in items if isinstance(item, Measurement)],
        [item for item in items if isinstance(item, Rejected)],
        http_client,
    )


def test_observe_reads_rows_and_asks_for_the_window() -> None:
    counts = RowCounts()
    observations, refused, http_client = observed(
        page(row("2026-01-05", 16.25, 120), row("2026-01-12", "15.5", None)), counts=counts
    )
    assert observations == [
        Measurement(date(2026, 1, 5), Decimal("16.25"), None, None, 120),
        Measurement(date(2026, 1, 12), Decimal("15.5"), None, None, None),
    ]
    assert refused == []
    assert http_client.asked == [
        "https://reports.example.org/api/usage?from=2026-01-05&to=2026-02-01&before=2026-02-02"
    ]
    assert (counts.received, counts.accepted, counts.requests) == (2, 2, 1)


def test_observe_proportion_from_counts() -> None:
    observations, _, _ = observed(
        page({"week": "2026-01-05", "late": 3, "all": 40}),
        {"value": "", "n": "", "numerator": "late", "denominator": "all"},
        measure="proportion",
    )
    assert observations == [Measurement(date(2026, 1, 5), None, Decimal(3), Decimal(40), 40)]


def test_observe_list_at_the_root_and_expressions() -> None:
    observations, _, _ = observed(
        [{"at": "2026-01-05", "parts": [1, 2, 4]}],
        {"rows": "@", "period": "at", "value": "sum(parts)", "n": "length(parts)"},
    )
    assert observations == [Measurement(date(2026, 1, 5), Decimal(7), None, None, 3)]


def test_observe_bad_rows_are_listed_and_good_ones_kept() -> None:
    observations, refused, _ = observed(
        b'{"data": {"rows": [{"week": "2026-01-05", "minutes": {"mean": NaN}},'
        b'{"week": "2026-01-12", "minutes": {"mean": 1e309}}, {"week": null}, 7, null,'
        b'{"week": 20260119, "minutes": {"mean": true}},'
        b'{"week": "2026-01-26", "minutes": {"mean": 12.5}}]}}'
    )
    assert [one.value for one in observations] == [Decimal("12.5")]
    assert [one.line for one in refused] == [
        f"page 1, row {number}" for number in (1, 2, 3, 4, 5, 6)
    ]
    reasons = " ".join(one.reason for one in refused)
    for words in ("“NaN”", "“inf”", "date is empty", "neither an object", "not a number"):
        assert words in reasons


# Pages


def paged(*pages: dict[str, Any]) -> Callable[[str], Any]:
    def answer(url: str) -> Any:
        number = int(parse_qs(urlsplit(url).query).get("page", ["1"])[0])
        return pages[number - 1]

    return answer


PAGED = {"next": "next", "total": "total"}
FIRST = page(row("2026-01-05", 1), row("2026-01-12", 2), next="?page=2", total=3)
SECOND = page(row("2026-01-19", 3), next=None, total=3)


def test_observe_follows_pages_to_the_end() -> None:
    observations, _, http_client = observed(paged(FIRST, SECOND), PAGED)
    assert [one.value for one in observations] == [1, 2, 3]
    assert http_client.asked[1] == "https://reports.example.org/api/usage?page=2"


@pytest.mark.parametrize(
    ("pages", "words", "retry"),
    [
        ([FIRST, page(next=None, total=3)], "promised 3 rows and sent 2", True),
        ([FIRST, {**SECOND, "total": 4}], "changed from 3 to 4", True),
        ([FIRST, {"data": {}, "next": None, "total": 3}], "no rows at", False),
        ([FIRST, (500, b"")], "error 500", True),
        ([FIRST, b'{"data": {"rows": ['], "not valid JSON", False),
        ([{**FIRST, "next": "?page=1&x=1"}] * 2, "circle", False),
        ([{**FIRST, "next": 2}], "not text", False),
        ([{**FIRST, "next": "https://elsewhere.example/"}], "another server", False),
        ([{**FIRST, "next": "http://reports.example.org/api/usage"}], "scheme differs", False),
        ([{**FIRST, "total": "3"}], "no number of rows", False),
    ],
)
def test_observe_pages_that_break_off_take_nothing(
    pages: list[Any], words: str, retry: bool
) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        observed(paged(*pages), PAGED)
    assert caught.value.retry is retry


def test_observe_pages_without_end_stops() -> None:
    numbers = iter(range(10**6))
    with pytest.raises(TooLarge, match="more than 200 pages"):
        observed(
            lambda _: page(row("2026-01-05", 1), next=f"?page={next(numbers)}"),
            PAGED | {"total": ""},
        )


def test_observe_too_many_rows_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    with pytest.raises(TooLarge, match="more than 3 rows"):
        observed(page(*[row("2026-01-05", 1)] * 4))


# Set-up


def test_observe_sends_headers_and_credentials() -> None:
    _, _, http_client = observed(
        page(row("2026-01-05", 1)),
        {"auth": "basic", "username": "pilot", "headers": {"X-Tenant": "lakeshore"}},
        secrets={"password": "schlüssel"},
    )
    assert http_client.sent[0]["Authorization"] == "Basic cGlsb3Q6c2NobMO8c3NlbA=="
    assert http_client.sent[0]["X-Tenant"] == "lakeshore"


def test_observe_rows_in_the_wrong_place_names_the_fields_there_are() -> None:
    with pytest.raises(BadAnswer, match=r"no rows at “data\.rows”.*“items”, “count”"):
        observed({"items": [], "count": 0})


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"rows": "data..rows"}, "not a JMESPath expression"),
        ({"value": "a["}, "not a JMESPath expression"),
        ({"path": "/x?from={begin}"}, "is not known; use {start}"),
        ({"path": "/x?from={start"}, "brace without its partner"),
        ({"period": ""}, "Period: This is needed"),
        ({"value": ""}, "Choose where the value is"),
        ({"base_url": "ftp://x/"}, "begin with https"),
        ({"headers": {"Host": "elsewhere"}}, "set by Pilotlight"),
        ({"headers": {"X-A": "b\nc"}}, "cannot be sent"),
        ({"headers": {"X A": "b"}}, "letters, digits"),
        ({"auth": "basic"}, "User name: This is needed"),
        ({"auth": "bearer"}, "has no access token"),
        ({"auth": "magic"}, "Choose one of the options"),
        ({"per": "0"}, "Enter a number"),
        ({"per": "NaN"}, "Enter a number"),
    ],
)
def test_observe_with_a_wrong_set_up_says_what_and_asks_nobody(
    config: dict[str, Any], words: str
) -> None:
    http_client = CannedClient(lambda _: page())
    with pytest.raises(BadConfig, match=words):
        list(
            kinds.get("rest_json").observe(
                {**CONFIG, **config}, WINDOW, cadence="week", measure="value", client=http_client
            )
        )
    assert http_client.asked == []


def test_observe_expression_that_does_not_fit_says_which() -> None:
    with pytest.raises(BadAnswer, match="expression for the value does not fit"):
        observed(page(row("2026-01-05", 1)), {"value": "sum(minutes.mean)"})


def test_observe_over_the_wire_tells_the_reason_in_the_answer(
    hostile: HostileServer, http_client: Callable[..., HttpClient]
) -> None:
    config = {**CONFIG, "base_url": hostile.url(""), "path": "/400?from={start}"}
    with pytest.raises(BadAnswer, match="The server said: the server says why"):
        list(
            kinds.get("rest_json").observe(
                config, WINDOW, cadence="week", measure="value", client=http_client()
            )
        )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["data", "rows", "week", "minutes", "mean", "n", "x"]), inner
        )
    ),
    max_leaves=12,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "week": st.dates(date(2025, 12, 1), date(2026, 3, 1)).map(str) | JSON,
            "minutes": st.fixed_dictionaries({"mean": JSON, "n": JSON}) | JSON,
        }
    )
    | JSON,
    max_size=8,
)


@examples(200)
@given(ROWS.map(lambda rows: page(*rows)) | JSON)
def test_any_json_is_read_or_refused_and_no_row_is_lost(answer: Any) -> None:
    counts = RowCounts()
    try:
        observations, refused, _ = observed(answer, counts=counts)
    except SourceError as error:
        assert error.sentence
        return
    assert counts.received == counts.accepted + counts.refused + counts.outside
    assert counts.refused == len(refused)
    for one in observations:
        assert one.value is not None and one.value.is_finite()
    for row in refused:
        f"{row.line} {row.raw} {row.reason}".encode()
