"""No address of ours can be reached through a source, however it is written."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilots.connectors.addresses import Ceiling, is_reachable
from pilots.connectors.errors import AddressForbidden, BadConfig, SourceError, Unreachable
from pilots.connectors.http import HttpClient
from tests.fakes.hostile_server import HostileServer
from tests.probes.totals import TOTALS

NAMES = {
    "localhost": ["::1", "127.0.0.1"],
    "localhost.localdomain": ["127.0.0.1"],
    "ip6-localhost": ["::1"],
    "localtest.me": ["127.0.0.1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "metadata.google.internal": ["169.254.169.254"],
    "intranet": ["10.20.30.40"],
    "printer.local": ["192.168.1.7"],
    "db.internal": ["fd12:3456:789a::5"],
    "link-local.test": ["fe80::1"],
    "shared.test": ["100.64.0.1"],
    "mixed.test": ["93.184.216.34", "127.0.0.1"],
    "mixed-v6.test": ["2606:2800:220:1::1", "::ffff:10.0.0.1"],
    "nat64.test": ["64:ff9b::a9fe:a9fe"],
    "six-to-four.test": ["2002:7f00:1::1"],
    "teredo.test": ["2001:0:53aa:64c:0:fefe:80ff:fffe"],
    "multicast.test": ["224.0.0.1"],
    "any.test": ["0.0.0.0"],  # noqa: S104
}

HOSTS = [
    # one address in many spellings
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "0.0.0.0",  # noqa: S104
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "127.0.0.01",
    "127.000.000.001",
    "127.0.0.1.",
    "127.127.127.127",
    "4294967295",
    "00000000177.1",
    "3232235777",
    "2852039166",
    "169.254.169.254",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "10.0.0.1",
    "172.16.5.4",
    "172.31.255.255",
    "192.168.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "161.26.0.10",
    "166.9.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.251",
    "240.0.0.1",
    "255.255.255.255",
    # the same in version 6
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::]",
    "[2001::1]",
    "[2001:db8::1]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fd00:ec2::23]",
    "[fd20:ce::254]",
    "[fd00:c1::a9fe:a9fe]",
    "[fd00:42::42]",
    "[64:ff9b::a83f:8110]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    # letters that become digits and dots
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "１２７.0.0.1",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "LOCALHOST",
    "localhost.",
    "LocalHost%00.example.org",
    "-localhost",
    "a..b",
    *NAMES,
]

URLS = [
    "http://example.org@127.0.0.1/",
    "http://127.0.0.1:80\\@example.org/",
    "http://127.0.0.1#@example.org/",
    "http://example.org:pass@[::1]/",
    "http:\\\\127.0.0.1\\",
    "http:/127.0.0.1/",
    "http:127.0.0.1/",
    "//127.0.0.1/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1 /",
    " http://127.0.0.1/",
    "http://127.0.0.1\n/",
    "http://127.0.0.1\r\nHost: example.org/",
    "http://127.0.0.1\t/",
    "http://[::1/",
    "http://[127.0.0.1]/",
    "http:///etc/passwd",
    "http://",
    "",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/stats",
    "ftp://127.0.0.1/",
    "ldap://127.0.0.1/",
    "jar:http://127.0.0.1/!/",
    "unix:///run/postgresql/.s.PGSQL.5432",
    "data:application/json,{}",
    "javascript:alert(1)",
    "http+unix://%2Frun%2Fdocker.sock/info",
]


def as_the_system_does(host: str, port: int) -> Iterable[str]:
    """Resolve like the C library: odd spellings of numbers too."""
    if host in NAMES:
        return NAMES[host]
    try:
        return [str(ip_address(host))]
    except ValueError:
        return [socket.inet_ntoa(socket.inet_aton(host))]  # OSError for an unknown name


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_get_from_a_host_that_is_not_public_opens_no_socket(
    scheme: str, host: str, connected: list[object]
) -> None:
    http_client = HttpClient(resolver=as_the_system_does, connect_seconds=1)
    with pytest.raises((AddressForbidden, BadConfig, Unreachable)) as caught:
        http_client.get(f"{scheme}://{host}:8080/data")
    assert connected == []
    assert caught.value.sentence


@pytest.mark.parametrize("url", URLS)
def test_get_from_a_crooked_address_opens_no_socket(url: str, connected: list[object]) -> None:
    http_client = HttpClient(resolver=as_the_system_does, connect_seconds=1)
    with pytest.raises(SourceError) as caught:
        http_client.get(url)
    assert isinstance(caught.value, AddressForbidden | BadConfig)
    assert connected == []


# Ours, other people's and clouds' own: none is a source's to reach.
CLOSED = (
    "127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "168.63.129.16", "100.100.100.200", "0.0.0.0", "255.255.255.255", "224.0.0.1",  # noqa: S104
)  # fmt: skip
WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


def spellings(address: str) -> Iterator[str]:
    """One address of version 4 in all the ways that some reader of addresses takes for it."""
    a, b, c, d = (int(part) for part in address.split("."))
    number = int(ip_address(address))
    high, low = number >> 16, number & 0xFFFF
    yield from (address, f"{address}.", str(number), hex(number), f"0X{number:X}", f"0{number:o}")
    yield from (f"{a}.{b}.{low}", f"{a}.{number & 0xFFFFFF}", f"0x{a:x}.{b}.{c}.{d}")
    yield from (f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:03}.{b:03}.{c:03}.{d:03}")
    yield from (f"0x{a:02x}.0x{b:02x}.0x{c:02x}.0x{d:02x}", str(number + 2**32))
    yield from (address.translate(WIDE), address.replace(".", "。"), address.replace(".", "%2e"))
    yield from (f"example.org@{address}", f"example.org%40{address}", f"{address}%00.example.org")
    for prefix in ("::ffff:", "::", "::ffff:0:", "64:ff9b::", "64:ff9b:1::"):
        yield f"[{prefix}{address}]"
        yield f"[{prefix}{high:x}:{low:x}]"
    yield from (f"[2002:{high:x}:{low:x}::]", f"[::ffff:{address}%25eth0]", f"[::FFFF:{address}]")


def test_five_hundred_forms_of_closed_addresses_open_no_socket(connected: list[object]) -> None:
    tried = 0
    for address in CLOSED:
        for host in spellings(address):
            for url in (f"http://{host}/data", f"https://{host}:8443/data?x=1"):
                tried += 1
                http_client = HttpClient(resolver=as_the_system_does, connect_seconds=1)
                with pytest.raises((AddressForbidden, BadConfig, Unreachable)):
                    http_client.get(url)
                assert connected == [], url
    TOTALS.append(f"{tried} forms of closed addresses: no socket opened")
    assert tried > 500


def test_get_from_a_name_that_changes_its_mind_stays_with_the_checked_address(
    hostile: HostileServer, connected: list[tuple[str, int]]
) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"]])
    http_client = HttpClient(resolver=lambda *_: next(answers), allowed_hosts=["turncoat.test"])
    for _ in range(2):
        url = hostile.url("/to?url=/fine", "turncoat.test")
        assert http_client.get(url).json() == {"fine": True}
    assert {address[0] for address in connected} == {"127.0.0.1"}


def test_get_from_an_allowed_name_that_moves_to_metadata_is_refused(
    connected: list[object],
) -> None:
    for address in ("169.254.169.254", "fe80::1", "0.0.0.1", "fd00:ec2::254", "224.0.0.1"):
        http_client = HttpClient(
            resolver=lambda *_, to=address: [to], allowed_hosts=["internal.test"]
        )
        with pytest.raises(AddressForbidden):
            http_client.get("http://internal.test/")
    assert connected == []


@pytest.mark.parametrize(
    ("allowed", "host", "reached"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1:{port}", "127.0.0.1", True),
        ("127.0.0.1:1", "127.0.0.1", False),
        ("Internal.Test", "internal.test", True),
        ("internal.test", "INTERNAL.test.", True),
        ("internal.test:{port}", "internal.test", True),
        ("internal.test", "sub.internal.test", False),
        ("internal.test", "notinternal.test", False),
        ("", "internal.test", False),
        ("127.0.0.1", "internal.test", False),
    ],
)
def test_get_from_an_internal_host_needs_that_very_host_allowed(
    hostile: HostileServer, allowed: str, host: str, reached: bool
) -> None:
    http_client = HttpClient(
        resolver=lambda *_: ["127.0.0.1"], allowed_hosts=[allowed.format(port=hostile.port)]
    )
    if reached:
        assert http_client.get(hostile.url("/fine", host)).json() == {"fine": True}
    else:
        with pytest.raises(AddressForbidden, match="ask an administrator"):
            http_client.get(hostile.url("/fine", host))


BELOW = Ceiling((ipaddress.ip_network("127.0.0.0/8"),), (".hospital.test", "alone.test"))


@pytest.mark.parametrize(
    ("opened", "ceiling", "host", "reached"),
    [
        (("127.0.0.1", None), BELOW, "127.0.0.1", True),
        (("127.0.0.1", 1), BELOW, "127.0.0.1", False),
        (("lab.hospital.test", None), BELOW, "lab.hospital.test", True),
        (("lab.test", None), BELOW, "lab.test", True),  # by its address
        (("lab.hospital.test", None), BELOW, "lab2.hospital.test", False),
        (("127.0.0.1", None), Ceiling(), "127.0.0.1", False),
        # A name leads to the own machine only where a network says so.
        (("lab.hospital.test", None), Ceiling((), (".hospital.test",)), "lab.hospital.test", False),
    ],
)
def test_get_from_an_opened_host_needs_the_ceiling_above_its_address(
    hostile: HostileServer,
    opened: tuple[str, int | None],
    ceiling: Ceiling,
    host: str,
    *,
    reached: bool,
) -> None:
    http_client = HttpClient(
        resolver=lambda *_: ["127.0.0.1"], opened_hosts={opened}, ceiling=ceiling
    )
    if reached:
        assert http_client.get(hostile.url("/fine", host)).json() == {"fine": True}
    else:
        with pytest.raises(AddressForbidden):
            http_client.get(hostile.url("/fine", host))


def test_get_from_an_opened_name_that_moves_above_the_ceiling_is_refused(
    connected: list[object],
) -> None:
    """One of several addresses is enough; the cloud's own stay closed whatever the ceiling says."""
    ceiling = Ceiling(
        (ipaddress.ip_network("10.20.0.0/16"), ipaddress.ip_network("169.254.0.0/16"))
    )
    for found in (
        ["10.21.0.1"],
        ["10.20.0.1", "10.21.0.1"],
        ["169.254.169.254"],
        ["::ffff:10.21.0.1"],
    ):
        http_client = HttpClient(
            resolver=lambda *_, to=found: to, opened_hosts={("lab.test", None)}, ceiling=ceiling
        )
        with pytest.raises(AddressForbidden, match="lets nobody allow"):
            http_client.get("http://lab.test/")
    assert connected == []


@pytest.mark.parametrize(
    ("host", "covered"),
    [
        ("alone.test", True),
        ("notalone.test", False),
        ("hospital.test", False),
        ("a.b.hospital.test", True),
        ("evilhospital.test", False),
    ],
)
def test_ceiling_of_names_covers_hosts_and_what_is_below_a_domain(
    host: str, *, covered: bool
) -> None:
    ceiling = Ceiling((), (".hospital.test", "alone.test"))
    assert ceiling.may_cover(host) is covered
    assert ceiling.covers(host, "10.0.0.1") is covered


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:2800:220:1::1", "64:ff9b::808:808"]
)
def test_public_addresses_are_reachable(address: str) -> None:
    assert is_reachable(address)


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_what_python_knows_to_be_private_is_never_reachable(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_link_local:
        nat64 = isinstance(address, ipaddress.IPv6Address) and address in ipaddress.ip_network(
            "64:ff9b::/96"
        )
        assert nat64 or not is_reachable(str(address))


@given(st.ip_addresses(v=4))
def test_an_address_hidden_in_version_six_is_judged_like_itself(
    address: ipaddress.IPv4Address,
) -> None:
    hidden = f"64:ff9b::{address}"
    assert is_reachable(hidden) == is_reachable(str(address))
    for hidden in (f"::ffff:{address}", f"::{address}", _six_to_four(address)):
        assert not is_reachable(hidden)


def _six_to_four(address: ipaddress.IPv4Address) -> str:
    return str(ipaddress.IPv6Address((0x2002 << 112) | (int(address) << 80) | 1))
