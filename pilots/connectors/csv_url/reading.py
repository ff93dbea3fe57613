"""The CSV file at the source's address, as a series."""

from pilots.connectors import credentials, csv_table
from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.rows import SeriesBuilder


def fetch(visit: Visit) -> bytes:
    answer = visit.client.get(
        str(visit.config["url"]),
        credentials=credentials.headers(visit.config, visit.secrets),
        accept="text/csv, text/plain;q=0.9, */*;q=0.5",
    )
    answer.refuse_nothing()
    answer.refuse_web_page("a CSV file")
    return answer.content


def read(visit: Visit, series: SeriesBuilder) -> None:
    csv_table.read(visit.config, fetch(visit), series)


def test_connection(visit: Visit) -> ConnectionTest:
    return csv_table.first_rows(fetch(visit))
