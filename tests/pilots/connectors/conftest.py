"""A hostile server, HTTP clients that may reach it, and what sockets were opened meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pilots.connectors.http import HttpClient
from tests.fakes.hostile_server import HostileServer, hostile_server

# For what never answers in time; anything else may take longer on a busy machine.
HASTY: dict[str, Any] = {"request_seconds": 0.8, "read_seconds": 0.5, "connect_seconds": 0.5}
_listening: list[list[Any]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _listening:
        for connected in _listening:
            connected.append(arguments[1])


sys.addaudithook(_hook)


@pytest.fixture
def connected() -> Iterator[list[Any]]:
    """Every address to which a socket was connected during the test, by any code at all."""
    addresses: list[Any] = []
    _listening.append(addresses)
    yield addresses
    _listening.remove(addresses)


@pytest.fixture(scope="session")
def hostile() -> Iterator[HostileServer]:
    with hostile_server() as server:
        yield server


@pytest.fixture
def http_client() -> Callable[..., HttpClient]:
    """A http_client that may reach loopback, and waits as long as any; `**HASTY` for hardly anything."""

    def make(**options: Any) -> HttpClient:
        return HttpClient(
            **{
                "allowed_hosts": ["127.0.0.1"],
                "max_bytes": 1024 * 1024,
                **options,
            }
        )

    return make
