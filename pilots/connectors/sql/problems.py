"""What a database says when it refuses, as a sentence. Its own words are repeated only where they speak of
the statement: in others there may be what stands in a cell."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from pilots.connectors.answer import shortened
from pilots.connectors.errors import (
    BadAnswer,
    BadConfig,
    Busy,
    CertificateRefused,
    CredentialsRefused,
    NotFound,
    ServerFailed,
    SourceError,
    Unreachable,
    Who,
)
from pilots.connectors.timeouts import too_slow

READ_ONLY = (
    "The statement would change something, and the database refused it: only reading is possible here. Nothing"
    " was changed."
)


def of(error: DBAPIError, place: str) -> SourceError:
    """What a driver threw."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state:
        return _of_state(state, _words(error), place)
    return _of_words(error, _words(error), place)


def _of_state(state: str, words: str, place: str) -> SourceError:
    if state == "57014":
        return too_slow(place)
    if state in ("25006", "25001"):
        return BadConfig(READ_ONLY, code="read_only")
    if state == "42501":
        return CredentialsRefused(
            f"{place} knows us but does not let us read this. Ask the hospital's integration team to allow this"
            f" login to read it. The database said: {words}",
            code="403",
            who=Who.INTEGRATION,
        )
    if state == "3D000":
        return NotFound(f"{place} has no database of this name. Check it on the source's page.")
    if state[:2] == "28":
        return _login_refused(place)
    if state[:2] == "42":
        return _not_understood(words)
    if state[:2] == "22":
        return BadAnswer(
            "A value could not be calculated or changed into another type, as where a text is no number or a"
            f" number is divided by 0 (error {state}). Correct the statement.",
            code="type",
            who=Who.METRIC_OWNER,
        )
    if state[:2] == "53" or state in ("57P03", "55P03"):
        return Busy(
            f"{place} has no place for us at the moment. It will be tried again.", code=state
        )
    if state[:2] in ("08", "57"):
        return _broken(place)
    if state[:2] == "0A":
        return BadConfig(f"The database cannot do what the statement asks: {words}")
    return ServerFailed(
        f"{place} failed while answering (error {state}). It will be tried again; if it goes on, tell the"
        " hospital's integration team."
    )


# What drivers say that give no code, in the order in which it is looked for: words, and what they mean.
_LOGIN = ("password authentication failed", "authentication method requirement", "no password")
_TLS = ("ssl", "certificate")
_STATEMENT = (
    "no such", "syntax error", "parser error", "binder error", "catalog error", "ambiguous column",
    "incomplete input", "near ", "wrong number of arguments", "misuse of", "unrecognized token",
)  # fmt: skip
_CHANGE = (
    "readonly database", "multiple statements", "read-only", "not authorized", "prohibited", "only execute one statement",
    "permission error", "disabled by configuration", "configuration has been locked",
)  # fmt: skip


def _of_words(error: DBAPIError, words: str, place: str) -> SourceError:
    low = words.casefold()

    def says(*some: str) -> bool:
        return any(one in low for one in some)

    if says("interrupt"):
        return too_slow(place)
    if says(*_CHANGE):
        return BadConfig(READ_ONLY, code="read_only")
    if says(*_LOGIN):
        return _login_refused(place)
    if says("does not exist") and says("role"):
        return _login_refused(place)
    if says("does not exist") and says("database"):
        return NotFound(f"{place} has no database of this name. Check it on the source's page.")
    if says("no pg_hba.conf entry"):
        return CredentialsRefused(
            f"{place} does not let this login in from here. Ask the hospital's integration team to allow it.",
            code="403",
            who=Who.INTEGRATION,
        )
    if says(
        "too many", "starting up", "database is locked", "conflicting lock", "could not set lock"
    ):
        return Busy(f"{place} has no place for us at the moment. It will be tried again.")
    if says("refused"):
        return Unreachable(
            f"{place} refused the connection: nothing is listening there. Check the host and port; if they are"
            " right, the server is down."
        )
    if says("timeout", "timed out"):
        return too_slow(place)
    if says(*_TLS):
        return CertificateRefused(
            f"A secure connection to {place} could not be made: it has no certificate that is known here, or"
            " none of this name. Ask the hospital's integration team to correct it."
        )
    if says("conversion error", "out of range error", "invalid input", "too big"):
        return BadAnswer(
            "A value could not be calculated or changed into another type. Correct the statement.",
            code="type",
            who=Who.METRIC_OWNER,
        )
    if says(
        "not a database", "malformed", "unable to open", "io error", "serialization", "encrypted"
    ):
        return BadAnswer(
            f"{place} cannot be opened as a database of this kind. Check the kind of the source and the file.",
            code="file",
        )
    if says(*_STATEMENT):
        return _not_understood(words)
    if hasattr(error.orig, "sqlstate"):  # a server's driver
        return _broken(place)
    return BadAnswer(
        f"{place} could not answer the statement. Correct the statement, or ask whoever puts the file there.",
        code="statement",
        who=Who.METRIC_OWNER,
    )


def _words(error: DBAPIError) -> str:
    """The first line of what the driver says; the next ones point into the statement."""
    diagnosis = getattr(error.orig, "diag", None)
    said = getattr(diagnosis, "message_primary", None) or str(error.orig)
    return shortened(said.partition("\nLINE")[0], 300)


def _not_understood(words: str) -> BadAnswer:
    return BadAnswer(
        f"The database does not understand the statement: {words.rstrip('.')}. Correct it, or ask whether the"
        " table was changed.",
        code="statement",
        who=Who.METRIC_OWNER,
    )


def _login_refused(place: str) -> CredentialsRefused:
    return CredentialsRefused(
        f"{place} did not accept the credentials of this source. Enter them again; if they are right, ask the"
        " hospital's integration team whether they have expired."
    )


def _broken(place: str) -> Unreachable:
    return Unreachable(
        f"The connection to {place} broke before the answer was complete, so nothing of it was taken over. It"
        " will be tried again.",
        code="broken",
    )
