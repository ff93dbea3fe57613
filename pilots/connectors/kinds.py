"""The kind table: every kind of source there is, in the order in which forms offer them.

A new kind is a folder beside its neighbours and a row here; docs/adding.md says how.
"""

from pilots.connectors import (
    by_hand,
    csv_upload,
    csv_url,
    fhir_counts,
    fhir_measures,
    group_answers,
    prometheus,
    push,
    rest_json,
    sftp,
    sql,
)
from pilots.connectors.errors import BadConfig
from pilots.connectors.kind import ConnectionTest, SourceKind, Visit
from pilots.connectors.rows import SeriesBuilder

KINDS: dict[str, SourceKind] = {
    kind.key: kind
    for kind in (
        csv_upload.KIND,
        csv_url.KIND,
        sftp.KIND,
        rest_json.KIND,
        fhir_counts.KIND,
        fhir_measures.KIND,
        sql.KIND,
        prometheus.KIND,
        push.KIND,
        by_hand.KIND,
        group_answers.KIND,
    )
}


def get(key: str) -> SourceKind:
    """The kind of that key; KeyError where there is none."""
    return KINDS[key]


def of_source(key: str) -> SourceKind:
    """The kind that a source was made with, which may have left the table since: its numbers and
    its page stay, and each pull says why no more come."""
    return KINDS.get(key) or _gone(key)


def _gone(key: str) -> SourceKind:
    sentence = f"This version of Pilotlight has no kind of source “{key}” any more."

    def read(_visit: Visit, _series: SeriesBuilder) -> None:
        raise BadConfig(sentence)

    def test(_visit: Visit) -> ConnectionTest:
        raise BadConfig(sentence)

    return SourceKind(
        key=key, label=f"{key} (gone)", description=sentence, fields=(), read=read, test=test
    )


def choices() -> list[tuple[str, str]]:
    """(key, label) of every kind, for lists to choose from."""
    return [(kind.key, kind.label) for kind in KINDS.values()]
