"""Passwords that became known elsewhere, looked up in a list that lies on this server.

The list is as the downloader of Have I Been Pwned writes it: one file of all SHA-1 hashes in their
order, each with how often it was seen, or a directory of a file for each first five digits. It has
forty gigabytes, so a line is found by halving: some forty reads, each time in the file that is there
now, which is how a newer one takes its place.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

_LINE = re.compile(rb"([0-9A-Fa-f]{40}|[0-9A-Fa-f]{35}):(\d+)\s*")
_LONGEST = 100  # of a line, which has 50 characters at most
_PREFIX = 5  # digits that name a file of the directory
_SAMPLES = 64


class BreachedList:
    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self) -> None:
        """Raise OSError or ValueError with a sentence unless it can be searched, is in the order of
        its hashes and reaches to their end."""
        if self.path.is_dir():
            for prefix in ("00000", "7FFFF", "FFFFF"):
                with (self.path / f"{prefix}.txt").open("rb") as file:
                    _samples(file)
            return
        with self.path.open("rb") as file:
            seen = _samples(file)
        if any(len(digest) != 40 for digest in seen):
            raise ValueError(f"{self.path} holds no whole SHA-1 hashes.")
        if not seen[-1].startswith(b"FFFFF"):
            raise ValueError(f"{self.path} ends before the last hash; was it fetched to its end?")

    def holds(self, password: str) -> bool:
        """Raises OSError or ValueError where the list cannot be read."""
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        path = self.path
        if path.is_dir():
            path, digest = path / f"{digest[:_PREFIX].decode()}.txt", digest[_PREFIX:]
        with path.open("rb") as file:
            found = _parsed(_line(file, _place(file, digest)))
        return found is not None and found[0] == digest and found[1] > 0


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _line(file: BinaryIO, position: int) -> bytes:
    """The first line that begins at this byte or after it; nothing at the end."""
    file.seek(max(position - 1, 0))
    if position:
        file.readline(_LONGEST)
    return file.readline(_LONGEST)


def _parsed(line: bytes) -> tuple[bytes, int] | None:
    """A line's hash and how often it was seen; None after the last."""
    if not line.strip():
        return None
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError("A line of the list is no hash with a number.")
    return match[1].upper(), int(match[2])


def _place(file: BinaryIO, digest: bytes) -> int:
    """Before which byte all lines are smaller than this hash."""
    low, high = 0, _size(file)
    while low < high:
        middle = (low + high) // 2
        found = _parsed(_line(file, middle))
        if found is None or found[0] >= digest:
            high = middle
        else:
            low = middle + 1
    return low


def _samples(file: BinaryIO) -> list[bytes]:
    """Hashes from all over the file, the last one among them, each at or behind the one before."""
    size = _size(file)
    places = [size * part // _SAMPLES for part in range(_SAMPLES)]
    lines = [_line(file, place) for place in places]
    file.seek(max(size - _LONGEST, 0))
    lines.append(file.read().strip().rpartition(b"\n")[2])
    seen = [found[0] for line in lines if (found := _parsed(line))]
    if not seen:
        raise ValueError(f"{file.name} is empty.")
    if seen != sorted(seen):
        raise ValueError(f"{file.name} is not in the order of its hashes.")
    return seen


class BreachedPasswordValidator:
    """Refuses what is in the list, and everything while the list cannot be read."""

    def __init__(self, path: Path) -> None:
        self._list = BreachedList(path)

    def validate(self, password: str, user: object = None) -> None:
        try:
            known = self._list.holds(password)
        except (OSError, ValueError) as error:
            log.error("The list of known passwords cannot be read: %s", error)
            raise ValidationError(
                _(
                    "Passwords cannot be checked now, so none can be chosen. Tell whoever runs this"
                    " installation."
                ),
                code="breached_list_away",
            ) from None
        if known:
            raise ValidationError(
                _("This password became known in a break-in elsewhere. Choose another."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("None that became known in a break-in elsewhere.")
