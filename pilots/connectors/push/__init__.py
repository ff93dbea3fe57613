"""Numbers that a program sends, by metric and period; nothing is asked for."""

from pilots.connectors import row_settings
from pilots.connectors.errors import BadConfig
from pilots.connectors.kind import ConnectionTest, SourceKind, Visit
from pilots.connectors.rows import SeriesBuilder


def _read(_visit: Visit, _series: SeriesBuilder) -> None:
    raise BadConfig("Nothing is asked for here: a program sends the numbers, by metric and period.")


def _test(_visit: Visit) -> ConnectionTest:
    return ConnectionTest("Nothing has to answer here: a program sends the numbers.")


KIND = SourceKind(
    key="push",
    label="Sent by a program",
    description=(
        "A script or another system sends each number to an address of the API, with a key that is good for"
        " this source alone."
    ),
    fields=(row_settings.WEEK_DAYS, row_settings.PER, row_settings.NEGATIVE_OK),
    read=_read,
    test=_test,
    brought=True,
)
