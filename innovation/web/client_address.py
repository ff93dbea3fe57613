"""Which address a request comes from, seen through the proxies that an administrator named.

A proxy adds the address it was asked from on the right of `X-Forwarded-For`; everything further to
the left is what somebody said. So the client is the right-most hop that is no proxy of ours.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
_MOST_HOPS = 10


def client_address(request: HttpRequest) -> str:
    """The client's address, "" where the server was told none (a socket without a proxy)."""
    peer = _read(request.META.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY or not _is_proxy(peer):
        return str(peer or "")
    nearest = peer
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    for hop in reversed(forwarded.rsplit(",", _MOST_HOPS)[-_MOST_HOPS:]):
        read = _read(hop)
        if read is None:
            break
        nearest = read
        if not settings.TRUSTED_PROXIES or not _is_proxy(read):
            break
    return str(nearest or "")


def _is_proxy(address: Address | None) -> bool:
    """Of ours: one that is named or, where none is, whoever stands before the server. No address
    is a socket on this machine."""
    if not settings.TRUSTED_PROXIES or address is None:
        return True
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _read(text: str) -> Address | None:
    """An address, also `192.0.2.1:4711` and `[2001:db8::1]:4711`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
