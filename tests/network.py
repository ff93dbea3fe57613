"""No test reaches beyond this machine: sockets are loopback, Unix, or the services named."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urlsplit


class OutsideBlocked(AssertionError):
    """Not an OSError, so that no retry or fallback can swallow it."""


def is_near(host: object) -> bool:
    """Loopback, this machine's own name, or a database or broker that the environment names."""
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost") or host in named_services():
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def named_services() -> set[str | None]:
    urls = (os.environ.get(name, "") for name in ("DATABASE_URL", "CELERY_BROKER_URL"))
    return {urlsplit(url).hostname for url in urls} - {None}


@contextmanager
def only_loopback() -> Iterator[None]:
    """While this holds, connecting, sending or asking a name server beyond loopback fails."""
    originals = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}
    getaddrinfo = socket.getaddrinfo

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def call(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_near(address[0]):
                raise OutsideBlocked(f"A test tried to reach {address}.")
            return original(self, *arguments)

        return call

    @wraps(getaddrinfo)
    def guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if not is_near(host):
            raise OutsideBlocked(f"A test tried to look up {host!r}.")
        return getaddrinfo(host, *arguments, **options)

    for name, original in originals.items():
        setattr(socket.socket, name, guarded(original))
    socket.getaddrinfo = guarded_getaddrinfo
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(socket.socket, name, original)
        socket.getaddrinfo = getaddrinfo
