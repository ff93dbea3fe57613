"""The CSV file at the source's address, as a series."""

from pilots.connectors import credentials, csv_table, next_link
from pilots.connectors.errors import BadAnswer
from pilots.connectors.kind import ConnectionTest, Visit
from pilots.connectors.rows import SeriesBuilder


def fetch(visit: Visit) -> bytes:
    answer = visit.client.get(
        str(visit.config["url"]),
        credentials=credentials.headers(visit),
        accept="text/csv, text/plain;q=0.9, */*;q=0.5",
    )
    answer.refuse_nothing()
    answer.refuse_web_page("a CSV file")
    if next_link.in_header(answer):
        raise BadAnswer(
            f"{answer.host} says that the file goes on at another address, so this is not the whole and nothing "
            "was taken over. Use an address that gives all of it.",
            code="truncated",
        )
    return answer.content


def read(visit: Visit, series: SeriesBuilder) -> None:
    csv_table.read(visit.config, fetch(visit), series)


def test_connection(visit: Visit) -> ConnectionTest:
    return csv_table.first_rows(fetch(visit))
