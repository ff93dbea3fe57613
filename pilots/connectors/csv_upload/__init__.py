"""A CSV file that somebody uploads."""

from pilots.connectors import csv_table, row_settings
from pilots.connectors.csv_upload import reading
from pilots.connectors.kind import SourceKind, WholeFile

FILE = WholeFile(
    fetch=reading.fetch,
    preview=csv_table.preview,
    read=csv_table.read,
    observe_each=csv_table.observe_each,
    gather=csv_table.gather,
)

KIND = SourceKind(
    key="csv_upload",
    label="CSV file, uploaded",
    description="A CSV file or a spreadsheet that somebody exports and uploads here.",
    fields=(row_settings.TIME_ZONE, *csv_table.FIELDS),
    read=reading.read,
    test=reading.test_connection,
    check=csv_table.check,
    file=FILE,
    uploaded=True,
)
