"""The CSV file that was uploaded last, as a series."""

from pathlib import Path

from pilots.connectors import csv_table
from pilots.connectors.errors import BadConfig, Who
from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.rows import SeriesBuilder


def fetch(visit: Visit) -> bytes | Path:
    """The uploaded file; nothing is fetched from anywhere."""
    if visit.content is None:
        raise BadConfig(
            "This source has no file yet. Upload one on the source's page.", who=Who.SOURCE_OWNER
        )
    return visit.content


def read(visit: Visit, series: SeriesBuilder) -> None:
    csv_table.read(visit.config, fetch(visit), series)


def test_connection(visit: Visit) -> ConnectionTest:
    return csv_table.first_rows(fetch(visit))
