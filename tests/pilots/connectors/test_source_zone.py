"""Numbers and moments of a REST source: marks of decimals, its own time zone, seconds since 1970."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors import kinds
from pilots.connectors.measurement import Cadence, Measurement, Rejected, Window
from tests.fakes.canned_client import CannedClient
from tests.probes import examples

WINDOW = Window(date(2025, 1, 1), date(2026, 1, 1))
BERLIN = ZoneInfo("Europe/Berlin")


def read(
    answer: Any,
    *,
    cadence: str = "month",
    zone: tzinfo = UTC,
    key: str = "rest_json",
    **config: Any,
) -> tuple[dict[date, Decimal], list[Rejected]]:
    items = list(
        kinds.get(key).observe(
            {"base_url": "https://x.org", "path": "/n", "rows": "@", **config},
            Window(WINDOW.start, WINDOW.end, zone=zone),
            cadence=cadence,
            measure="value",
            client=CannedClient(lambda _: answer),
        )
    )
    found = {}
    for item in items:
        if isinstance(item, Measurement):
            assert item.value is not None
            found[item.period] = item.value
    return found, [item for item in items if isinstance(item, Rejected)]


def months(found: dict[date, Decimal]) -> dict[int, str]:
    return {period.month: str(value) for period, value in found.items()}


# Marks of decimals


def rows(*values: Any) -> list[dict[str, Any]]:
    return [{"month": f"2025-{n:02}", "rate": value} for n, value in enumerate(values, 1)]


RATE: dict[str, Any] = {"period": "month", "value": "rate"}


@pytest.mark.parametrize("mark", ["", ".", ","])
def test_a_number_of_json_is_never_ambiguous(mark: str) -> None:
    found, refused = read(rows(0.985, 1.012, 12.5, 12345, 12.345), decimal_mark=mark, **RATE)
    assert months(found) == {1: "0.985", 2: "1.012", 3: "12.5", 4: "12345", 5: "12.345"}
    assert refused == []


def test_text_follows_the_option() -> None:
    texts = ("12,345", "11,980", "12,002")
    asked, refused = read(rows(*texts), **RATE)
    assert asked == {} and len(refused) == 3
    assert months(read(rows(*texts), decimal_mark=",", **RATE)[0]) == {
        1: "12.345", 2: "11.98", 3: "12.002",
    }  # fmt: skip
    assert months(read(rows(*texts), decimal_mark=".", **RATE)[0]) == {
        1: "12345", 2: "11980", 3: "12002",
    }  # fmt: skip


def test_text_beside_numbers_is_told_apart() -> None:
    found, refused = read(rows(1.5, "1,5", "1.234,5"), **RATE)
    assert months(found) == {1: "1.5", 2: "1.5", 3: "1234.5"}
    assert refused == []


# The zone of a source

BUCKETS = {
    "buckets": [
        {"at": "2025-02-28T23:00:00.000Z", "n": 10},
        {"at": "2025-03-31T22:00:00.000Z", "n": 20},
        {"at": "2025-04-30T22:00:00.000Z", "n": 30},
    ]
}
BY_BUCKET: dict[str, Any] = {"rows": "buckets", "period": "at", "value": "n"}


def test_midnights_belong_to_the_zone_of_the_source() -> None:
    right = {3: "10", 4: "20", 5: "30"}
    for zone in (UTC, ZoneInfo("America/New_York"), BERLIN):
        found, refused = read(BUCKETS, zone=zone, time_zone="Europe/Berlin", **BY_BUCKET)
        assert (months(found), refused) == (right, [])
    assert months(read(BUCKETS, zone=BERLIN, **BY_BUCKET)[0]) == right
    asked, refused = read(BUCKETS, **BY_BUCKET)
    assert asked == {} and all("another time zone" in one.reason for one in refused)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Europe/Berlin", ""),
        ("", ""),
        ("Europe/Berlim", "Is Europe/Berlin meant?"),
        ("+01:00", "no such time zone"),
        ("../etc/passwd", "no such time zone"),
    ],
)
@pytest.mark.parametrize("key", ["rest_json", "csv_url", "csv_upload", "fhir_counts"])
def test_zone_that_does_not_exist_is_named(key: str, name: str, words: str) -> None:
    found = kinds.get(key).problems({"time_zone": name}, scope="source").get("time_zone", "")
    assert words in found
    assert bool(found) == bool(words)


def test_file_that_is_fetched_has_a_zone_too() -> None:
    body = b"month,n\n2025-02-28T23:00:00Z,10\n2025-03-31T22:00:00Z,20\n"
    config: dict[str, Any] = {"url": "https://x.org/a.csv", "date": "month", "value": "n"}
    found, _ = read((200, body), key="csv_url", time_zone="Europe/Berlin", **config)
    assert months(found) == {3: "10", 4: "20"}


def test_search_of_fhir_asks_by_the_zone_of_the_source() -> None:
    client = CannedClient(
        lambda url: (
            {
                "resourceType": "CapabilityStatement",
                "rest": [{"resource": [{"type": "Claim", "searchParam": [{"name": "created"}]}]}],
            }
            if "metadata" in url
            else {"resourceType": "Bundle", "type": "searchset", "total": 4}
        )
    )
    query = "Claim?created=ge{start}&created=lt{end}"
    list(
        kinds.get("fhir_counts").observe(
            {"base_url": "https://x", "numerator_query": query, "time_zone": "Europe/Berlin"},
            Window(date(2025, 3, 1), date(2025, 4, 1), zone=UTC),
            cadence="month",
            measure="value",
            client=client,
        )
    )
    assert "ge2025-03-01T00:00:00%2B01:00&created=lt2025-04-01T00:00:00%2B02:00" in client.asked[-1]


# Seconds and milliseconds since 1970


def test_series_of_prometheus_in_lists() -> None:
    answer = {
        "status": "success",
        "data": {
            "resultType": "matrix",
            "result": [
                {
                    "metric": {},
                    "values": [[1736121600, "0.5"], [1736726400, "0.75"], [1737331200, "NaN"]],
                }
            ],
        },
    }
    found, refused = read(
        answer, cadence="week", rows="data.result[].values[]", period="[0]", value="[1]"
    )
    assert found == {date(2025, 1, 6): Decimal("0.5"), date(2025, 1, 13): Decimal("0.75")}
    assert len(refused) == 1 and "“NaN”" in refused[0].reason


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Beirut"])


@examples(80)
@given(
    zone=ZONES,
    days=st.lists(st.integers(0, 363), min_size=1, max_size=12, unique=True),
    written=st.sampled_from(["seconds", "float", "text", "milliseconds", "instant", "offset"]),
    cadence=st.sampled_from(list(Cadence)),
)
def test_any_midnight_of_the_source_is_its_day_however_it_is_written(
    zone: str, days: list[int], written: str, cadence: Cadence
) -> None:
    there = ZoneInfo(zone)
    firsts = sorted({cadence.starts(WINDOW.start + timedelta(days=day)) for day in days})
    wanted = {first: n for n, first in enumerate(firsts, 1) if first >= WINDOW.start}
    answer = [
        {"at": _written(datetime.combine(first, datetime.min.time(), there), written), "n": n}
        for first, n in wanted.items()
    ]
    found, refused = read(
        answer,
        cadence=cadence,
        zone=ZoneInfo("Pacific/Auckland"),
        time_zone=zone,
        period="at",
        value="n",
    )
    assert refused == []
    assert {first: int(value) for first, value in found.items()} == wanted


def _written(moment: datetime, way: str) -> Any:
    seconds = int(moment.timestamp())
    return {
        "seconds": seconds,
        "float": seconds + 0.0,
        "text": str(seconds),
        "milliseconds": seconds * 1000,
        "instant": moment.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "offset": moment.isoformat(),
    }[way]
