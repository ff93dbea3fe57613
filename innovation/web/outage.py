"""Telling a database that is away from a statement that failed."""

from collections.abc import Iterator

from django.db import InterfaceError, InternalError, OperationalError

# Connection exceptions, shutting down or starting up, too many connections; and one that only reads: of
# several that is the one that just was the first, or is about to be.
_AWAY = ("08", "57P", "53300", "25006")
# A statement, or the wait for a row (settings: STATEMENT_SECONDS, LOCK_SECONDS).
_TOO_LONG = ("57014", "55P03")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _states(error: BaseException | None) -> list[str]:
    return [state for e in _chain(error) if (state := getattr(e, "sqlstate", None))]


def took_too_long(error: BaseException | None) -> bool:
    """Whether the database answers, and was given up because it took longer than a page may."""
    return isinstance(error, OperationalError) and _states(error)[:1] in ([s] for s in _TOO_LONG)


def is_away(error: BaseException | None) -> bool:
    """Whether this error says that the database could not be reached or went away."""
    if not isinstance(error, OperationalError | InterfaceError | InternalError):
        return False
    states = _states(error)
    if isinstance(error, InternalError) and not states:
        return False
    # No state at all: the server never answered, or the connection broke under us.
    return not states or states[0].startswith(_AWAY)
