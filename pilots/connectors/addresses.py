"""Which network addresses a source may live at.

Public addresses only, judged on the address itself and on any IPv4 address hidden inside an
IPv6 one. An administrator may allow a host by name; even then link-local addresses (cloud
metadata), multicast and "any" addresses stay closed.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA special-purpose registries; our own list because `is_global` differs between Python releases.
_NOT_PUBLIC_V4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        # Of clouds, for their own machines: IBM's services, Azure's platform.
        "161.26.0.0/16",
        "166.8.0.0/14",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
_PUBLIC_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = [
    IPv6Network(network)
    # 2002::/16 leads through relays that nobody runs any more (RFC 7526).
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]
# Where clouds answer their machines about themselves, beside the link-local addresses: Azure, Alibaba
# and Tencent, Oracle (two), Amazon, Google, Scaleway. Nobody may allow them.
_NEVER: list[IPv4Network | IPv6Network] = [
    IPv4Network("168.63.129.16/32"),
    IPv4Network("100.100.100.200/32"),
    IPv4Network("192.0.0.192/32"),
    IPv6Network("fd00:c1::a9fe:a9fe/128"),
    IPv6Network("fd20:ce::254/128"),
    IPv6Network("fd00:42::42/128"),
    IPv4Network("0.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("224.0.0.0/4"),
    IPv4Network("255.255.255.255/32"),
    IPv6Network("::/128"),
    IPv6Network("fe80::/10"),
    IPv6Network("ff00::/8"),
    IPv6Network("fd00:ec2::/32"),
]
_LOOPBACK_V6 = IPv6Address("::1")
_NAT64 = IPv6Network("64:ff9b::/96")
# Prefixes that carry an IPv4 address: (network, bits to shift right).
_CARRIERS = [
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("::/96"), 0),
    (_NAT64, 0),
    (IPv6Network("64:ff9b:1::/48"), 0),
    (IPv6Network("2002::/16"), 80),
]
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*\Z")
_LOOKS_LIKE_A_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)\Z")


def is_well_formed(host: str) -> bool:
    """Whether `host` (lower case, no brackets) is a plain name or address in its usual spelling.

    Addresses written as one number, in octal or in hexadecimal are names to us and to the
    resolver something else; they are refused before anything is looked up.
    """
    if ":" in host:
        try:
            return IPv6Address(host).scope_id is None
        except ValueError:
            return False
    if not _NAME.match(host):
        return False
    if _LOOKS_LIKE_A_NUMBER.match(host.rsplit(".", 1)[-1]):
        try:
            IPv4Address(host)
        except ValueError:
            return False
    return True


def literal(host: str) -> list[str]:
    """The host itself if it is an address; a name has to be looked up."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        return []


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that administrators may open: networks, hosts by name, and all below a domain (a
    name that begins with a dot)."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ", ".join(map(str, (*self.networks, *self.names)))

    def may_cover(self, host: str) -> bool:
        """Whether it can lie below it. Of a name that no domain covers, each connection asks by its
        address."""
        if own := literal(host):
            return self.covers(host, own[0])
        return bool(self.networks) or self._names(host)

    def covers(self, host: str, address: str) -> bool:
        """Whether a connection to this address, found for the host, lies below it. A name that
        leads to the site's own machine does not, unless a network says so."""
        wanted = ip_address(address)
        every = [wanted, *_carried(wanted)]
        if self._names(host) and not any(one.is_loopback for one in every):
            return True
        return all(any(one in network for network in self.networks) for one in every)

    def _names(self, host: str) -> bool:
        return any(
            host.endswith(name) if name.startswith(".") else host == name for name in self.names
        )


def is_reachable(address: str, *, host_is_allowed: bool = False) -> bool:
    """Whether we may open a connection to this address."""
    try:
        wanted = ip_address(address)
    except ValueError:
        return False
    if wanted == _LOOPBACK_V6:
        return host_is_allowed
    every = [wanted, *_carried(wanted)]
    if any(one in network for one in every for network in _NEVER):
        return False
    return host_is_allowed or all(_is_public(one) for one in every)


def _carried(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    return [
        IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
        for network, shift in _CARRIERS
        if address in network
    ]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    if address in _NAT64:
        return True  # the address it carries is judged beside it
    return address in _PUBLIC_V6 and not any(address in network for network in _NOT_PUBLIC_V6)
