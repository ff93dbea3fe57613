"""What a web process takes in has bounds of memory: measured on a real one."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.conf import settings

from innovation.people.actions import create_token
from innovation.web.scopes import Scope
from tests.factories.cast import NOW, make_cast
from tests.probes.server import HIGHEST, MEGABYTE, serving

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data; boundary=x"
NEEDS = "/api/v1/needs/"
# What a worker holds after its first pages, and how much a body may add at its worst.
MOST_ADDED = 120.0


@pytest.fixture
def token(transactional_db: None) -> str:
    _token, text = create_token(
        by=make_cast().maya, at=NOW, name="probe", days=1, scopes=Scope.values
    )
    return text


def file_of(size: int) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    return head + b"0" * size + b"\r\n--x--\r\n"


def large_bodies() -> Iterator[tuple[str, str, bytes]]:
    """As large as may be sent, and larger, in the shapes that cost most to read."""
    fits = settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 100
    yield "sixty megabytes of brackets", JSON, b"[" + b"[]," * (20 * 10**6) + b"[]]"
    yield "brackets", JSON, b"[" + b"[]," * (fits // 3) + b"[]]"
    yield "objects", JSON, b"[" + b"{}," * (fits // 3) + b"{}]"
    yield "one depth", JSON, b"[" * (fits // 2) + b"]" * (fits // 2)
    yield "names", JSON, json.dumps({f"k{number}": 0 for number in range(fits // 15)}).encode()
    yield "one number", JSON, b"[" + b"1" * fits + b"]"
    yield "escapes", JSON, b'["' + b"\\u00e9" * (fits // 6) + b'"]'
    yield "fields", FORM, b"a&" * (fits // 2)
    yield "a file", FILES, file_of(58 * MEGABYTE)
    yield "parts", FILES, file_of(10) * 20_000


def test_memory_of_a_worker_stays_small_whatever_is_sent(token: str) -> None:
    """Sixty megabytes of JSON took a process to 2.5 GB, and kept it there (2026-11-27)."""
    own = {"Authorization": f"Token {token}"}
    with serving() as server:
        for _ in range(2):
            assert server.ask("GET", NEEDS, headers=own) == 200
        before = server.memory()
        for name, kind, body in large_bodies():
            status = server.ask("POST", NEEDS, body, {**own, "Content-Type": kind})
            assert status in (0, 400, 413, 415), (name, status)
            highest = server.memory(HIGHEST) - before
            assert highest < MOST_ADDED, f"{name}: {highest:.0f} MB more"
        assert server.ask("GET", NEEDS, headers=own) == 200
