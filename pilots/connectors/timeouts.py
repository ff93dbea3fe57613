"""Timeouts and size limits of one request, counted where the bytes arrive.

http.client waits for whole lines and whole pieces, so a server that sends a byte a second would
hold it for as long as it likes. Reading through a limited socket gives every single receive only
the time that is left.
"""

from __future__ import annotations

import queue
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from io import BufferedReader, RawIOBase
from socket import socket
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from urllib3.exceptions import HTTPError

from pilots.connectors.errors import (
    CertificateRefused,
    SourceError,
    TooLarge,
    TooSlow,
    Unreachable,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_SLACK = 64 * 1024  # status line, headers and chunk marks come on top of the body
Result = TypeVar("Result")


@dataclass(slots=True)
class Limits:
    """The stopwatch and the byte counter of one request."""

    host: str
    deadline: float
    read_seconds: float
    max_bytes: int
    received: int = 0

    def left(self) -> float:
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise too_slow(self.host)
        return seconds

    def count(self, received: int) -> None:
        self.received += received
        if self.received > self.max_bytes + _SLACK:
            raise too_large(self.host, self.max_bytes)


class _LimitedReader(RawIOBase):
    """Reads a socket with the time that is left, so that a byte a second cannot hold us."""

    def __init__(self, sock: socket, limits: Limits) -> None:
        self._sock = sock
        # A reader of the socket's own: http.client closes the socket as soon as it has seen
        # "Connection: close", and only a reader keeps it open until the body is read.
        self._reader = sock.makefile("rb", buffering=0)
        self._limits = limits

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._sock.settimeout(min(self._limits.read_seconds, self._limits.left()))
        received = self._reader.readinto(buffer)
        assert received is not None  # a socket with a timeout waits
        self._limits.count(received)
        return received

    def close(self) -> None:
        self._reader.close()
        super().close()


class LimitedSocket:
    """A connected socket whose reading side keeps to its limits; everything else passes through."""

    def __init__(self, sock: socket, limits: Limits) -> None:
        self.plain = sock
        self._limits = limits

    def makefile(self, *_args: object, **_kwargs: object) -> BufferedReader:
        return BufferedReader(_LimitedReader(self.plain, self._limits))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)


class plain_errors:
    """Turns what the network throws into a sentence."""

    def __init__(self, host: str, *, connecting: bool = False) -> None:
        self.host = host
        self.connecting = connecting

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if error is None or isinstance(error, SourceError):
            return
        for cause in _causes(error):
            if isinstance(cause, SourceError):
                raise cause
            if isinstance(cause, TimeoutError):
                raise too_slow(self.host) from error
            if isinstance(cause, ssl.SSLError):
                refusal = _untrusted(self.host, cause) if self.connecting else _broken(self.host)
                raise refusal from error
            if isinstance(cause, ConnectionRefusedError):
                raise Unreachable(
                    f"{self.host} refused the connection: nothing is listening there. Check the "
                    "address and port; if they are right, the server is down."
                ) from error
        if isinstance(error, (OSError, HTTPError, HTTPException, zlib.error)):
            raise _broken(self.host) from error


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def with_timeout(work: Callable[[], Result], limits: Limits, seconds: float) -> Result:
    """Run `work` for at most so long. A name look-up cannot be stopped, only left behind."""
    done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except BaseException as error:  # handed on to who waits
            done.put((None, error))

    threading.Thread(target=run, daemon=True, name="resolve").start()
    try:
        result, error = done.get(timeout=min(seconds, limits.left()))
    except queue.Empty as nothing:
        raise too_slow(limits.host) from nothing
    if error is not None:
        raise error
    return result  # type: ignore[return-value]


def too_slow(host: str) -> TooSlow:
    return TooSlow(
        f"{host} did not finish answering in the time we wait. It will be tried again; if it goes "
        "on, ask the hospital's integration team whether the server is overloaded."
    )


def too_large(host: str, max_bytes: int) -> TooLarge:
    return TooLarge(
        f"{host} sent more than {max_bytes // (1024 * 1024) or 1} MB, so reading was stopped. "
        "A metric needs counts, not records: ask for totals for each period, or for a shorter time."
    )


def _broken(host: str) -> Unreachable:
    return Unreachable(
        f"The connection to {host} broke before the answer was complete, so nothing of it was "
        "taken over. It will be tried again.",
        code="broken",
    )


def _untrusted(host: str, error: BaseException) -> CertificateRefused:
    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateRefused(
            f"{host} could not prove that it is {host}: its certificate was refused "
            f"({error.verify_message.rstrip('.')}). Ask the hospital's integration team to renew "
            "or correct the certificate."
        )
    return CertificateRefused(
        f"A secure connection to {host} could not be made. Check that the address should begin "
        "with https:// and that the port is right."
    )
