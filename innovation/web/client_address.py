"""Which address a request comes from, seen through the proxies that an administrator named.

A proxy adds the address it was asked from on the right of `X-Forwarded-For`; everything further to
the left is what somebody said. So the client is the right-most hop that is no proxy of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
_MOST_HOPS = 10


def is_from_proxy(environ: Mapping[str, Any]) -> bool:
    """Whether a proxy of ours hands this request on, so that its headers are believed."""
    return settings.BEHIND_PROXY and _is_proxy(_read(environ.get("REMOTE_ADDR", "")))


def client_address(request: HttpRequest) -> str:
    """The client's address, "" where the server was told none (a socket without a proxy)."""
    peer = _read(request.META.get("REMOTE_ADDR", ""))
    if not is_from_proxy(request.META):
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
