"""Measurements from lines such as “2026-09-07 16.2”."""

from collections.abc import Iterator, Mapping
from pathlib import Path

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
from pilots.connectors.rows import Row, Rules, SeriesBuilder


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
    """What the lines say about a window."""
    counts = counts if counts is not None else RowCounts()
    builder = SeriesBuilder(Rules.of(config, cadence, measure), window, counts)
    for number, line in enumerate(_lines(config, client), start=1):
        period, *values = line.split()
        column = int(str(config["column"]))
        builder.add(Row(number, period, value=values[column - 1] if len(values) >= column else ""))
    counts.requests, counts.bytes = client.requests, client.bytes
    yield from builder.close()


def test_connection(
    config: Config,
    *,
    client: HttpClient,
    secrets: Mapping[str, str],
    content: bytes | Path | None = None,
) -> ConnectionTest:
    """How many lines there are."""
    return ConnectionTest(f"The address answers with {len(_lines(config, client))} lines.")


def _lines(config: Config, client: HttpClient) -> list[str]:
    answer = client.get(str(config["address"]), accept="text/plain")
    return [line for line in answer.content.decode().splitlines() if line.strip()]
