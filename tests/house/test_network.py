"""No test leaves this machine."""

from __future__ import annotations

import socket
import urllib.request

import pytest

from tests.network import OutsideBlocked, is_near
from tests.patience import PATIENCE


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0)])
def test_connect_beyond_loopback_is_refused(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    for way in ("connect", "connect_ex"):
        with socket.socket(family) as outside, pytest.raises(OutsideBlocked):
            getattr(outside, way)(address)


def test_sendto_beyond_loopback_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside:
        with pytest.raises(OutsideBlocked):
            outside.sendto(b"x", ("192.0.2.1", 53))
        with pytest.raises(OutsideBlocked):
            outside.sendto(b"x", 0, ("192.0.2.1", 53))


def test_lookup_of_a_foreign_name_is_refused() -> None:
    with pytest.raises(OutsideBlocked):
        socket.getaddrinfo("example.org", 443)
    with pytest.raises(OutsideBlocked):
        urllib.request.urlopen("https://example.org/", timeout=1)


def test_connect_on_loopback_works() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=PATIENCE):
            pass


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("localhost.example.org", False),
    ],
)
def test_is_near_knows_loopback_only(host: str, near: bool) -> None:
    assert is_near(host) is near
