"""A CSV file that another system keeps at an address."""

from pilots.connectors import credentials, csv_table, row_settings
from pilots.connectors.csv_url import reading
from pilots.connectors.fields import Field
from pilots.connectors.kind import SourceKind, WholeFile

KIND = SourceKind(
    key="csv_url",
    label="CSV file, fetched",
    description="A CSV file or a spreadsheet that another system keeps at an address.",
    fields=(
        Field(
            "url",
            "Address of the file",
            type="url",
            required=True,
            placeholder="https://reports.example.org/exports/claims.csv",
        ),
        *credentials.FIELDS,
        row_settings.TIME_ZONE,
        *csv_table.FIELDS,
    ),
    read=reading.read,
    test=reading.test_connection,
    check=csv_table.check,
    file=WholeFile(
        fetch=reading.fetch,
        preview=csv_table.preview,
        read=csv_table.read,
        observe_each=csv_table.observe_each,
        gather=csv_table.gather,
    ),
)
