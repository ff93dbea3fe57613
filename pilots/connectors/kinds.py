"""The kind table: every kind of source there is, in the order in which forms offer them.

A new kind is a folder beside its neighbours and a row here; docs/adding.md says how.
"""

from pilots.connectors import csv_upload, csv_url, fhir_counts, rest_json
from pilots.connectors.kind import SourceKind

KINDS: dict[str, SourceKind] = {
    kind.key: kind
    for kind in (
        csv_upload.KIND,
        csv_url.KIND,
        rest_json.KIND,
        fhir_counts.KIND,
    )
}


def get(key: str) -> SourceKind:
    """The kind of that key."""
    return KINDS[key]


def choices() -> list[tuple[str, str]]:
    """(key, label) of every kind, for lists to choose from."""
    return [(kind.key, kind.label) for kind in KINDS.values()]
