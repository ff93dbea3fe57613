"""Lines such as “2026-09-07 16.2”, as a series."""

from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.rows import MappedRow, SeriesBuilder


def read(visit: Visit, series: SeriesBuilder) -> None:
    column = int(str(visit.config["column"]))
    for number, line in enumerate(_lines(visit), start=1):
        period, *values = line.split()
        series.add(
            MappedRow(number, period, value=values[column - 1] if len(values) >= column else "")
        )


def test_connection(visit: Visit) -> ConnectionTest:
    return ConnectionTest(f"The address answers with {len(_lines(visit))} lines.")


def _lines(visit: Visit) -> list[str]:
    answer = visit.client.get(str(visit.config["address"]), accept="text/plain")
    return [line for line in answer.content.decode().splitlines() if line.strip()]
