"""The smallest kind of source: an address that answers with a day and a number on each line."""

from pilots.connectors import row_settings
from pilots.connectors.fields import Field
from pilots.connectors.kind import SourceKind
from tests.fakes.plain_lines import reading

KIND = SourceKind(
    key="plain_lines",
    label="Plain lines",
    description="An address that answers with a day and a number on each line.",
    fields=(
        Field("address", "Address", type="url", required=True),
        Field("column", "Column", "The first number of a line is 1.", scope="metric", default="1"),
        row_settings.NEGATIVE_OK,
    ),
    read=reading.read,
    test=reading.test_connection,
)
