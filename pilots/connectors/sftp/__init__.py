"""A file in a directory of a hospital's SFTP server."""

from pilots.connectors import csv_table, row_settings
from pilots.connectors.fields import Field
from pilots.connectors.kind import SourceKind, WholeFile
from pilots.connectors.sftp import host_keys, keys, names, reading

_KEPT = "Kept encrypted; it is never shown again."

KIND = SourceKind(
    key="sftp",
    label="File on an SFTP server",
    description=(
        "A CSV file or a spreadsheet that a system puts into a directory, from where the newest one is fetched."
    ),
    fields=(
        Field(
            "host",
            "Server",
            "With its port where that is not 22: files.example.org:2022.",
            type="host",
            required=True,
            placeholder="files.example.org",
        ),
        Field(
            "directory",
            "Directory",
            "Left empty, the one in which the login begins.",
            type="code",
            check=reading.directory_problem,
            placeholder="/outgoing/reports",
        ),
        Field(
            "pattern",
            "Name of the file",
            "* stands for anything, ? for one character; {year}, {month}, {day}, {week}, {hour} and {minute} for"
            " a date in the name, by which the newest is known. Without one, the file that was changed last"
            " is.",
            type="code",
            required=True,
            check=names.problem,
            placeholder="falls_{year}-{month}-{day}.csv",
        ),
        Field("username", "User name", "A login that may only read.", required=True),
        Field(
            "auth",
            "How to sign in",
            type="choice",
            choices=(("key", "A key that is made here"), ("password", "Password")),
            default="key",
            may_be_required=True,
        ),
        Field("password", "Password", help=_KEPT, secret=True, only_if=("auth", ("password",))),
        Field(
            "signing_algorithm",
            "Kind of key",
            type="choice",
            choices=tuple(keys.ALGORITHMS.items()),
            default="ssh-ed25519",
            only_if=("auth", ("key",)),
            optional=True,
        ),
        Field(
            "finished",
            "A file is finished when",
            type="choice",
            choices=(
                ("stable", "its size stays the same"),
                ("marker", "another file beside it says so"),
            ),
            default="stable",
            may_be_required=True,
        ),
        Field(
            "marker",
            "That file is called",
            "{name} stands for the name of the file.",
            type="code",
            check=names.marker_problem,
            only_if=("finished", ("marker",)),
            placeholder="{name}.done",
        ),
        row_settings.TIME_ZONE,
        Field(
            "host_key",
            "Key of the server",
            "Left empty, it is asked for when the source is tried, and shown to be compared and confirmed.",
            type="host_key",
            check=host_keys.problem,
            placeholder="ssh-ed25519 AAAA…",
        ),
        Field(
            "signing_key",
            "Private key",
            "Only where the server knows one already. Left empty, one is made here.",
            type="pem",
            secret=True,
            seldom=True,
        ),
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
