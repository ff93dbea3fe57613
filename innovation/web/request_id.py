"""The id of a request: in its answer's header, on the page of an error, in every line of the log that
it caused, and on the rows and messages that it leaves for later.

Who works for a request is under its id: a thread of the web server, a task. Work that nobody asked
for (the schedule's) begins an id of its own.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .client_address import is_from_proxy

HEADER = "X-Request-ID"
LONGEST = 64
# In the environ of a request (WSGI).
KEPT = "pilotlight.request_id"
# Read aloud to an IT desk: no letter that is taken for another (Crockford's base 32).
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_GROUPS, _GROUP = 3, 4
_GIVEN = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{7,{LONGEST - 1}}}")
# W3C Trace Context: version, trace, parent, flags.
_TRACE = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id under which this thread or task works; "" for none."""
    return _current.get()


def begin(request_id: str) -> None:
    """Work under this id from now on, until `end`."""
    _current.set(request_id)


def end() -> None:
    _current.set("")


@contextmanager
def under(request_id: str) -> Iterator[None]:
    """Work under this id; where it is "", go on under the present one."""
    token = _current.set(request_id or current())
    try:
        yield
    finally:
        _current.reset(token)


def new() -> str:
    """Sixty random bits: `k3m9-qwx2-fb7h`."""
    number = secrets.randbits(5 * _GROUP * _GROUPS)
    letters = "".join(_ALPHABET[number >> 5 * i & 31] for i in range(_GROUP * _GROUPS))
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def of(environ: MutableMapping[str, Any]) -> str:
    """The id of a request: the one that our proxy gave it, or else a new one."""
    known: str = environ.get(KEPT, "")
    if not known:
        known = _given(environ) or new()
        environ[KEPT] = known
    return known


def _given(environ: MutableMapping[str, Any]) -> str:
    if not is_from_proxy(environ):
        return ""
    said: str = environ.get("HTTP_X_REQUEST_ID", "").strip()
    if _GIVEN.fullmatch(said):
        return said
    trace = _TRACE.fullmatch(environ.get("HTTP_TRACEPARENT", "").strip())
    return trace[1] if trace else ""


def of_record(record: logging.LogRecord) -> str:
    """Under which id a line was written; a line may also name one itself."""
    named: str = getattr(record, "request_id", "")
    return named or current()


def begin_request(environ: MutableMapping[str, Any], **_given: object) -> None:
    """Django's signal at the start of a request."""
    begin(of(environ))


def end_request(**_given: object) -> None:
    """Django's signal when all of the answer was sent."""
    end()
