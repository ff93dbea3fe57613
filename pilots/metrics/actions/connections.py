"""The connection test: whether a source answers and lets us in. Nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass

from innovation.people.models import User
from pilots.connectors.errors import SourceError
from pilots.connectors.kind import ConnectionTest
from pilots.metrics import collect
from pilots.metrics.actions.outcomes import who_can_fix
from pilots.metrics.models import Source
from pilots.metrics.permissions import check_can_edit_source


@dataclass(frozen=True)
class ConnectionTried:
    """What a connection test found, or the sentence why nothing and who can fix it."""

    found: ConnectionTest | None = None
    problem: str = ""
    who_can_fix: str = ""


def test_connection(source: Source, *, by: User) -> ConnectionTried:
    """Ask a source for as little as shows that address and credentials are right."""
    check_can_edit_source(by, source)
    try:
        found = source.connector.test(collect.visit(source))
    except SourceError as error:
        return ConnectionTried(None, error.sentence, who_can_fix(error, source))
    return ConnectionTried(found)
