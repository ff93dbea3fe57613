"""Measurements from the CSV file at the source's address."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pilots.connectors import credentials, csv_table
from pilots.connectors.fields import Config
from pilots.connectors.http import HttpClient
from pilots.connectors.kind import ConnectionTest
from pilots.connectors.measurement import (
    Cadence,
    Measure,
    Measurement,
    Rejected,
    RowCounts,
    Window,
)


def fetch(
    config: Config,
    *,
    client: HttpClient,
    secrets: Mapping[str, str],
    content: bytes | Path | None = None,
) -> bytes:
    """The file at the source's address."""
    answer = client.get(
        str(config["url"]),
        credentials=credentials.headers(config, secrets),
        accept="text/csv, text/plain;q=0.9, */*;q=0.5",
    )
    answer.refuse_nothing()
    answer.refuse_web_page("a CSV file")
    return answer.content


def observe(
    config: Config,
    window: Window,
    *,
    cadence: Cadence | str,
    measure: Measure | str,
    client: HttpClient,
    secrets: Mapping[str, str],
    content: bytes | Path | None = None,
    counts: RowCounts | None = None,
) -> Iterator[Measurement | Rejected]:
    """What the file says about a window."""
    counts = counts if counts is not None else RowCounts()
    fetched = fetch(config, client=client, secrets=secrets)
    counts.requests, counts.bytes = client.requests, client.bytes
    yield from csv_table.observe(
        config, window, cadence=cadence, measure=measure, content=fetched, counts=counts
    )


def test_connection(
    config: Config,
    *,
    client: HttpClient,
    secrets: Mapping[str, str],
    content: bytes | Path | None = None,
) -> ConnectionTest:
    """The first rows of the file."""
    return csv_table.first_rows(fetch(config, client=client, secrets=secrets))
