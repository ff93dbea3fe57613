"""Numbers that somebody counted and types in, saying from what; nothing is asked for."""

from pilots.connectors import row_settings
from pilots.connectors.errors import BadConfig
from pilots.connectors.kind import ConnectionTest, SourceKind, Visit
from pilots.connectors.rows import SeriesBuilder


def _read(_visit: Visit, _series: SeriesBuilder) -> None:
    raise BadConfig("Nothing is asked for here: somebody counts, and types each number in.")


def _test(_visit: Visit) -> ConnectionTest:
    return ConnectionTest("Nothing has to answer here: somebody counts, and types each number in.")


KIND = SourceKind(
    key="by_hand",
    label="Counted by hand",
    description=(
        "Somebody of the team counts, types the number in and says from what they counted it. It is marked as typed in"
        " wherever it is shown."
    ),
    fields=(row_settings.PER, row_settings.NEGATIVE_OK),
    read=_read,
    test=_test,
    brought=True,
)
