"""Secrets at rest, encrypted with keys that never enter the database.

There is one key, and while it is being replaced its predecessor: what is written is sealed with the
first, what is read may have been sealed with either (`manage.py rotate_secrets`). Each purpose has a
key of its own derived from it, so that what was sealed for one opens nothing of another.
"""

import base64
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Purpose(StrEnum):
    SOURCE = "source secrets"
    SECOND_STEP = "second step"
    SESSION = "session data"
    DRAFT = "drafts on a device"


class SealedWithAnotherKey(Exception):
    """The secret was encrypted with a key that is not on the ring."""


def _derived(key: str, what_for: str) -> bytes:
    info = f"pilotlight {what_for}".encode()
    return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(key.encode())


@lru_cache(maxsize=32)
def _fernet(key: str, purpose: Purpose) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(key, purpose)))


def _newest(purpose: Purpose) -> Fernet:
    return _fernet(settings.CREDENTIAL_KEY, purpose)


def _keys() -> list[str]:
    return [key for key in (settings.CREDENTIAL_KEY, settings.FORMER_CREDENTIAL_KEY) if key]


def _ring(purpose: Purpose) -> MultiFernet:
    return MultiFernet([_fernet(key, purpose) for key in _keys()])


def handed_to(person: int, purpose: Purpose) -> str:
    """Keys of one person's own, for a page of theirs: the newest first, base64, with spaces.

    They stay the same through a new password: what somebody typed before they forgot the old one
    would be lost with it.
    """
    keys = [_derived(key, f"{purpose} of {person}") for key in _keys()]
    return " ".join(base64.b64encode(key).decode() for key in keys)


def seal(secret: bytes, purpose: Purpose) -> bytes:
    """The secret as a token of printable ASCII, which only this installation opens."""
    return _newest(purpose).encrypt(secret)


def unseal(token: bytes, purpose: Purpose) -> bytes:
    """What was sealed, with the key or its predecessor."""
    try:
        return _ring(purpose).decrypt(token)
    except InvalidToken:
        raise SealedWithAnotherKey from None


def resealed(token: bytes, purpose: Purpose) -> bytes | None:
    """The token sealed anew with the newest key; None where that is what sealed it."""
    try:
        _newest(purpose).decrypt(token)
    except InvalidToken:
        return seal(unseal(token, purpose), purpose)
    return None


@dataclass
class Tally:
    """What a change of keys found in one table: how many tokens are sealed anew, how many had the
    newest key already, and of what those are that no key on the ring opens."""

    anew: int = 0
    newest: int = 0
    lost: list[str] = field(default_factory=list)

    def take(self, token: bytes, purpose: Purpose, *, of: str) -> bytes:
        """The token as the newest key seals it, or as it was."""
        try:
            found = resealed(token, purpose)
        except SealedWithAnotherKey:
            self.lost.append(of)
            return token
        if found is None:
            self.newest += 1
            return token
        self.anew += 1
        return found
