"""The visitor's own address, whatever a visitor or a proxy says."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from innovation.web.client_address import client_address

NAMED = ["10.0.0.0/24", "192.0.2.7"]


@pytest.mark.parametrize(
    ("behind", "named", "peer", "forwarded", "client"),
    [
        (False, [], "203.0.113.5", "198.51.100.1", "203.0.113.5"),
        (False, NAMED, "10.0.0.1", "198.51.100.1", "10.0.0.1"),
        (False, [], "", "198.51.100.1", ""),
        (True, [], "127.0.0.1", "203.0.113.5", "203.0.113.5"),
        (True, [], "127.0.0.1", "1.2.3.4, 203.0.113.5", "203.0.113.5"),
        (True, [], "127.0.0.1", "", "127.0.0.1"),
        (True, [], "", "203.0.113.5", "203.0.113.5"),
        (True, NAMED, "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (True, NAMED, "10.0.0.1", "1.2.3.4, 203.0.113.5, 192.0.2.7", "203.0.113.5"),
        (True, NAMED, "10.0.0.1", "1.2.3.4, nonsense, 192.0.2.7", "192.0.2.7"),
        (True, NAMED, "10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
        (True, NAMED, "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        (True, NAMED, "::ffff:10.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"),
        (True, NAMED, "10.0.0.1", "," * 50_000, "10.0.0.1"),
    ],
)
def test_client_address_is_the_right_most_hop_that_is_no_proxy(
    behind: bool, named: list[str], peer: str, forwarded: str, client: str, settings: Settings
) -> None:
    settings.BEHIND_PROXY = behind
    settings.TRUSTED_PROXIES = [ip_network(text) for text in named]
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded}, REMOTE_ADDR=peer)
    assert client_address(request) == client
