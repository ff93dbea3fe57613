"""Requests that nobody sends by mistake: each is answered, and nothing falls over.

Made from a seed, so that the same number makes the same request: JSON of odd shapes, sizes and
types, forms, query strings, expressions and tables.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.test import Client
from django.urls import reverse

from tests.factories.cast import Cast
from tests.house.pages import undone
from tests.house.routes import Row, each_row

WRITING = ("post", "put", "patch", "delete")
TEXTS = (
    "", " ", "\x00", "\ufeff", "\u202egnp.exe", "😀" * 2000, "x" * 70_000, "-0", "0", "-1", "9" * 400,
    "1e999", "-1e-999", "NaN", "Infinity", "0x1F", "１２", "²", "٣", "1_000", "1,5", "true", "null",
    "[]", "{}", "0000-00-00", "2026-02-30", "9999-12-31", "10000-01-01", "-2026-01-01", "24:61",
    "2026-11-23T09:00:00+99:99", "' OR 1=1 --", "'; DROP TABLE innovation_need; --", "%s%n%x",
    "{{ 7*7 }}", "{% debug %}", "${jndi:ldap://x}", "<script>alert(1)</script>", "\r\nX: y", "../" * 40,
    "$(sleep 5)", "`sleep 5`", "|sleep 5", "a@b", "http://[", "javascript:alert(1)", "\\", "\"", "'",
    "(((((((((((", "a" * 30 + "!", "@" * 5000, "[*][*][*][*]", "[?a=='b'" * 40, "sort_by(@,&@)" * 9,
    "=HYPERLINK(\"http://x\")", "a,b\n\"unclosed", "a;b\n1;2;3;4", "day,n\n" + "2026-01-05,1\n" * 3000,
    "\udc80\ud800",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 10**4000, 0.1, -0.0, 1e308, 5e-324)
RAW = (
    b"", b" ", b"{", b"}", b"[", b"nul", b"NaN", b"-Infinity", b"1e400", b'"\\ud800"', b'{"a":1,"a":2}',
    b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"\x00", b"[" * 40 + b"]" * 40, b"[" * 5000, b"{}{}",
    b'{"__proto__":{"x":1}}', b"[1,]", b"{'a':1}", b"// c\n{}", b'{"a":' * 60 + b"1" + b"}" * 60,
    b"[" + b"0," * 60_000 + b"0]", b'{"a":"' + b"x" * 1_500_000 + b'"}', b"9" * 5000,
)  # fmt: skip
KINDS = (
    "application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/xml", "x/" * 20,
)  # fmt: skip


@dataclass(frozen=True)
class Poison:
    """One request."""

    note: str
    method: str
    url: str
    body: bytes
    kind: str


def value(dice: random.Random, depth: int = 0) -> Any:
    """Anything that JSON can say, and more."""
    which = dice.randrange(8 if depth < 4 else 4)
    if which < 3:
        return dice.choice(TEXTS[:-1])
    if which == 3:
        return dice.choice(NUMBERS)
    if which == 4:
        return dice.choice((None, True, False))
    if which == 5:
        return [value(dice, depth + 1) for _ in range(dice.randrange(4))]
    if which == 6:
        return {
            str(dice.choice(TEXTS[:-1]))[:50]: value(dice, depth + 1)
            for _ in range(dice.randrange(4))
        }
    return [value(dice, 4)] * dice.choice((1, 50, 400) if depth == 0 else (1, 3))


def written(given: object) -> bytes:
    try:
        return json.dumps(given).encode()
    except ValueError:  # a number that Python writes no more
        return b'{"a": ' + b"9" * 4400 + b"}"


def request(dice: random.Random, method: str, url: str, fields: list[str]) -> Poison:
    """One of the forms that poison takes."""
    form = dice.randrange(6)
    names = fields or ["title", "reason"]
    if form == 0:
        raw = dice.choice(RAW)
        return Poison(f"raw {raw[:30]!r}", method, url, raw, dice.choice(KINDS))
    if form == 1:
        return Poison("any JSON", method, url, written(value(dice)), KINDS[0])
    if form in (2, 3):
        given = {name: value(dice) for name in names if dice.random() < 0.7}
        return Poison("fields as JSON", method, url, written(given), KINDS[0])
    pairs = "&".join(
        f"{quote(name)}={quote(dice.choice(TEXTS)[:5000], errors='surrogatepass')}"
        for name in names
        for _ in range(dice.choice((1, 1, 2)))
    )
    if form == 4:
        return Poison("a form", method, url, pairs.encode(), KINDS[2])
    return Poison("a query", method, f"{url}?{pairs[:20_000]}", written(value(dice)), KINDS[0])


FIELDS = (
    "title", "problem", "population", "outcome", "setting", "frequency", "people_affected", "reason",
    "minutes_lost", "unit", "name", "amount", "on", "key", "note", "lines", "percent", "starts_on",
    "ends_on", "role", "person", "lead", "needs", "idea", "sponsor", "config", "secrets", "binding",
    "rows", "expression", "url", "status", "done", "answers", "claimed", "start", "target", "into",
    "decision", "until", "approve", "scopes", "days", "email", "kind", "source", "measurements", "q",
)  # fmt: skip


def poisons(rows: dict[str, Row], cast: Cast, each: int, seed: int) -> Iterator[Poison]:
    """So many for each writing method of each address of these rows."""
    for name, row, kwargs in each_row(rows, cast):
        url = reverse(name, kwargs=kwargs)
        for method in WRITING:
            if getattr(row, method) is None:
                continue
            dice = random.Random(f"{seed} {name} {method}")
            for _ in range(each):
                yield request(dice, method, url, dice.sample(FIELDS, 12))


def fell_over(browser: Client, poison: Poison) -> list[str]:
    """What went wrong; nothing where the request was answered."""
    with undone():
        answer = browser.generic(poison.method.upper(), poison.url, poison.body, poison.kind)
    if answer.status_code < 500:
        return []
    return [f"{poison.method.upper()} {poison.url[:120]} ({poison.note}): {answer.status_code}"]
