"""Codes for the day the phone is lost: made once, shown once, kept as hashes, each used once.

The sign-in library derives its codes from a seed that it can open again (65.21.1), so whoever has
the database and its key has the codes; here nobody has. A set has one salt: what somebody types is
stretched once and compared with all of the set, where a salt for each would take ten times as long.
"""

from __future__ import annotations

import re
import secrets

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import (
    BasePasswordHasher,
    PBKDF2PasswordHasher,
    get_hasher,
    identify_hasher,
)
from django.db import transaction
from django.utils.crypto import constant_time_compare

from innovation.people.models import User
from innovation.rules.transactions import atomic

COUNT = 10
# Fifty bits, so that the hashes of a stolen database are not worth trying; without what is easily
# mistaken. Codes from before are of eight digits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_SHAPE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}|\d{{8}}", re.ASCII)
ROUNDS = 600_000  # of PBKDF2-SHA-256: a sixth of a second for each code that is made or typed


def hashes_of(codes: list[str]) -> list[str]:
    """As they are kept."""
    hasher = get_hasher()
    salt = hasher.salt()
    return [_hashed(hasher, code, salt, ROUNDS) for code in codes]


def _hashed(hasher: BasePasswordHasher, code: str, salt: str, rounds: int) -> str:
    if isinstance(hasher, PBKDF2PasswordHasher):
        return str(hasher.encode(code, salt, rounds))
    return str(hasher.encode(code, salt))


@atomic
def make(person: User, *, anew: bool) -> tuple[Authenticator, list[str]] | None:
    """A set, and its codes in clear, which nobody sees again; those before open nothing. None where
    there is a set and none is wanted `anew`."""
    User.objects.select_for_update().get(pk=person.pk)  # a second browser waits
    before = _sets(person)
    if before.exists() and not anew:
        return None
    codes = [_random() for _code in range(COUNT)]
    data = {"codes": hashes_of(codes), "of": COUNT}
    before.delete()
    kept = Authenticator.objects.create(user=person, type=_TYPE, data=data)
    return kept, [f"{code[:5]}-{code[5:]}" for code in codes]


def left(kept: Authenticator) -> int:
    return len(kept.data.get("codes", ()))


def spend(person: User, typed: str) -> Authenticator | None:
    """Cross the code out, under the lock of its row, and say of which set it was; None if of none."""
    code = re.sub(r"[\s\-\u2010-\u2015]", "", typed).upper()
    if not _SHAPE.fullmatch(code):
        return None
    with transaction.atomic():
        kept = _sets(person).select_for_update().first()
        if kept is None or not kept.data.get("codes"):
            return None
        hashes: list[str] = kept.data["codes"]
        hasher = identify_hasher(hashes[0])
        known = hasher.decode(hashes[0])
        given = _hashed(hasher, code, known["salt"], known.get("iterations", 0))
        others = [one for one in hashes if not constant_time_compare(one, given)]
        if len(others) == len(hashes):
            return None
        kept.data["codes"] = others
        kept.save(update_fields=["data"])
        return kept


_TYPE = Authenticator.Type.RECOVERY_CODES


def _sets(person: User):  # type: ignore[no-untyped-def] # the library's models have no types
    return Authenticator.objects.filter(user_id=person.pk, type=_TYPE)


def _random() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
