"""The readings that may be shown, one a period, as the room that keeps them wrote them down."""

import json
from pathlib import Path

from pilots.connectors.errors import BadConfig
from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.rows import MappedRow, SeriesBuilder


def read(visit: Visit, series: SeriesBuilder) -> None:
    content = visit.content
    if content is None:
        raise BadConfig(
            "Only a metric of a pilot has answers of groups. Plan it on a pilot's page."
        )
    text = content.read_bytes() if isinstance(content, Path) else content
    for row in json.loads(text):
        series.add(MappedRow(row["line"], row["period"], value=row["value"], n=row["n"]))
        series.counts.note(row["said"])


def test_connection(_visit: Visit) -> ConnectionTest:
    return ConnectionTest("What groups answered is kept here; nobody has to be asked for it.")
