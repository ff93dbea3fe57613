"""Measurements from the CSV file that was uploaded last."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pilots.connectors import csv_table
from pilots.connectors.errors import BadConfig, Who
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
) -> bytes | Path:
    """The uploaded file; nothing is fetched from anywhere."""
    if content is None:
        raise BadConfig(
            "This source has no file yet. Upload one on the source's page.", who=Who.SOURCE_OWNER
        )
    return content


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
    """What the uploaded file says about a window."""
    yield from csv_table.observe(
        config,
        window,
        cadence=cadence,
        measure=measure,
        content=fetch(config, client=client, secrets=secrets, content=content),
        counts=counts,
    )


def test_connection(
    config: Config,
    *,
    client: HttpClient,
    secrets: Mapping[str, str],
    content: bytes | Path | None = None,
) -> ConnectionTest:
    """The first rows of the uploaded file."""
    return csv_table.first_rows(fetch(config, client=client, secrets=secrets, content=content))
