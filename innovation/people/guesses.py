"""Wrong passwords and wrong codes slow down whoever sends them, and lock nobody out.

Three counts stand in the database, for all processes: of an account from one address, of an account
from anywhere, of an address for any account. Each forgets at its own pace. Above what is free, the
next attempt has to wait, at most as long as the count says; what is right is not counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from math import ceil

from django.db import transaction

from innovation.people.models import PasswordGuesses

_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Pace:
    """How many wrong ones are free, after how many seconds one is forgotten, and how many
    seconds the next attempt waits at most."""

    free: int
    forgets: float
    most: float


HERE = Pace(free=5, forgets=60, most=60)  # one account from one address
ADDRESS = Pace(free=200, forgets=0.5, most=1)  # a whole hospital may stand behind it


@dataclass(frozen=True)
class Secret:
    """What is guessed: its name, and the pace of one account from anywhere."""

    name: str
    account: Pace


PASSWORD = Secret("", Pace(free=50, forgets=30, most=5))  # so that no stranger keeps its owner out
# Six digits are soon guessed, and only who has the password gets to try: one in 700 in a day at
# this pace. Its owner may have to wait, until the password that is known is changed.
CODE = Secret("code", Pace(free=10, forgets=300, most=60))


@dataclass(frozen=True)
class Attempt:
    """One that was counted as wrong before its password was looked at."""

    here: str
    account: str
    address: str


@dataclass(frozen=True)
class Wait:
    seconds: int


def count(*, account: str, address: str, at: datetime, secret: Secret = PASSWORD) -> Attempt | Wait:
    """Count an attempt as a wrong one, so that a hundred at once are a hundred; or say how long
    it waits, which counts nothing."""
    attempt = _attempt(account, address, secret)
    paces = {attempt.here: HERE, attempt.account: secret.account, attempt.address: ADDRESS}
    _forget_old(at)
    with transaction.atomic():
        counts = _locked(list(paces), at)
        waits = [_wait(one, paces[one.subject], at) for one in counts]
        if (longest := max(waits, default=0.0)) > 0:
            return Wait(ceil(longest))
        for one in counts:
            one.level = _level(one, paces[one.subject], at) + 1
            one.last_at = at
        PasswordGuesses.objects.bulk_update(counts, ["level", "last_at"])
    return attempt


def was_right(attempt: Attempt, *, at: datetime) -> None:
    """It was right: what was counted is taken back, and the account begins anew here."""
    with transaction.atomic():
        counts = _locked([attempt.here, attempt.account, attempt.address], at)
        for one in counts:
            one.level = 0 if one.subject == attempt.here else max(0, one.level - 1)
        PasswordGuesses.objects.bulk_update(counts, ["level"])


def _attempt(account: str, address: str, secret: Secret) -> Attempt:
    account, network = account.strip().casefold(), _network(address)
    return Attempt(
        here=_subject(f"{secret.name}here", account, network),
        account=_subject(f"{secret.name}account", account),
        address=_subject("address", network),
    )


def _network(address: str) -> str:
    """Whoever has one IPv6 address has the 2**64 beside it."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((read, 64), strict=False)) if isinstance(read, IPv6Address) else address


def _subject(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def _locked(subjects: Sequence[str], at: datetime) -> list[PasswordGuesses]:
    """The counts, made where there are none, locked in one order."""
    ordered = sorted(subjects)
    known = set(
        PasswordGuesses.objects.filter(subject__in=ordered).values_list("subject", flat=True)
    )
    if missing := [subject for subject in ordered if subject not in known]:
        PasswordGuesses.objects.bulk_create(
            [PasswordGuesses(subject=subject, level=0, last_at=at) for subject in missing],
            ignore_conflicts=True,
        )
    rows = PasswordGuesses.objects.filter(subject__in=ordered).order_by("subject")
    return list(rows.select_for_update(no_key=True))


def _forget_old(at: datetime) -> None:
    """A transaction of its own that waits for nobody, so it stands in nobody's way."""
    with transaction.atomic():
        old = PasswordGuesses.objects.filter(last_at__lt=at - _FORGOTTEN)
        rows = old.select_for_update(skip_locked=True)[:100].values_list("subject", flat=True)
        if stale := list(rows):
            PasswordGuesses.objects.filter(subject__in=stale).delete()


def _level(one: PasswordGuesses, pace: Pace, at: datetime) -> float:
    """The wrong ones that are not forgotten yet."""
    return max(0.0, one.level - (at - one.last_at).total_seconds() / pace.forgets)


def _wait(one: PasswordGuesses, pace: Pace, at: datetime) -> float:
    """Seconds until the next attempt is looked at: one, two, four and so on above what is free."""
    above = _level(one, pace, at) - pace.free
    if above < 0:
        return 0.0
    pause = min(pace.most, float(1 << min(int(above), 20)))
    return pause - (at - one.last_at).total_seconds()
