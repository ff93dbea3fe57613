"""How a source's secrets are kept: encrypted with a key that never enters the database."""

import base64
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealedWithAnotherKey(Exception):
    """The secrets were encrypted with another key."""


def _fernet(key: str) -> Fernet:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"pilotlight source secrets").derive(
        key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(secrets: Mapping[str, str], *, key: str) -> bytes:
    """The secrets as one token; nothing for no secrets."""
    if not secrets:
        return b""
    return _fernet(key).encrypt(json.dumps(dict(secrets), sort_keys=True).encode())


def unseal(token: bytes | memoryview, *, key: str) -> dict[str, str]:
    """The secrets of a token, for the connector alone: no page, log or message gets them."""
    if not token:
        return {}
    try:
        opened: dict[str, str] = json.loads(_fernet(key).decrypt(bytes(token)))
    except InvalidToken:
        raise SealedWithAnotherKey from None
    return opened
