"""How a source's secrets are kept: as one sealed token, whose keys stand outside the database."""

import json
from collections.abc import Mapping

from innovation.rules import key_ring
from innovation.rules.key_ring import Purpose


def seal(secrets: Mapping[str, str]) -> bytes:
    """The secrets as one token; nothing for no secrets."""
    if not secrets:
        return b""
    return key_ring.seal(json.dumps(dict(secrets), sort_keys=True).encode(), Purpose.SOURCE)


def unseal(token: bytes | memoryview) -> dict[str, str]:
    """The secrets of a token, for the connector alone: no page, log or message gets them."""
    if not token:
        return {}
    opened: dict[str, str] = json.loads(key_ring.unseal(bytes(token), Purpose.SOURCE))
    return opened
