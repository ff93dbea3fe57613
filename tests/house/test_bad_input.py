"""No page answers 500, whatever is sent to it.

Every address of the table in `routes.py` is asked with hostile queries, and every form on it is
sent back with hostile values: all of them at once, then one at a time among plausible ones, so
that they get as far as the rules. Somebody who holds every role asks. The answer is always a page
that says something, and whatever was refused has changed nothing.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from innovation.people.models import RoleGrant, User
from innovation.people.roles import ROLES
from tests.factories.cast import NOW, Cast
from tests.house.routes import ROOMS, Row

HOSTILE = (
    "\x00",
    "9" * 30,
    "-1",
    "²",
    "٣",
    "1e400",
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "😀\u202egnp.exe\u200b",
    "\udc80\ud800",  # halves of characters, as no text may have
    "{{ 7|add:7 }}{% now %}",
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "' OR 1=1; DROP TABLE innovation_need; --",
    "%00%s%(x)s{0.__class__}",
    "\r\nSet-Cookie: a=b",
    "//evil.example/",
    "x" * 1_000_000,
)
QUERY = (
    "q", "sort", "after", "before", "unit", "status", "setting", "whose", "need", "idea", "source",
    "cycle", "kind", "next", "show", "dimension", "role", "person", "pilot", "below", "step", "as",
    "cursor", "page", "page_size", "subject", "what", "who", "since", "until", "word", "gate",
    "pathway", "closed", "accounts", "into", "starts_on", "ends_on", "percent", "format",
)  # fmt: skip
# Fields of addresses that take a POST and show no form of their own.
BARE = ("reason", "note", "next", "key", "problem", "title", "affects_me", "notice", "q", "into",
        "theme", "names_nobody", "needs", "on", "amount")  # fmt: skip
# Sent with anything, these do what they are for and answer with a page.
ANSWERS_WITH_A_PAGE = {
    "innovation:token-create",
    "innovation:need-draft",
    "innovation:person-password-link",
}
# Too much of these would only try allauth and Django's admin once more.
OF_OTHERS = {"account", "back_room"}
RAREST = 4  # values that each query is tried with; every one of HOSTILE comes up over all pages


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    value: str


class _Forms(HTMLParser):
    """The forms of a page: where each is sent, and its fields with what they say now."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, list[Field]]] = []
        self._select: tuple[str, str | None] | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        if tag == "form":
            method = attributes.get("method", "get").lower()
            self.forms.append((method, attributes.get("action", ""), []))
        elif tag == "option" and self._select and (value := attributes.get("value")):
            self._select = (self._select[0], self._select[1] or value)
        elif not self.forms or not (name := attributes.get("name")):
            return
        elif tag == "select":
            self._select = (name, None)
        elif tag == "textarea":
            self._add(name, "textarea", "A plain sentence.")
        elif tag == "input":
            self._add(name, attributes.get("type", "text"), attributes.get("value", ""))
        elif tag == "button" and attributes.get("value"):
            self._add(name, "button", attributes["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self._add(self._select[0], "select", self._select[1] or "")
            self._select = None

    def _add(self, name: str, kind: str, value: str) -> None:
        plausible = {"date": "2026-12-01", "number": "3", "email": "new@lakeshore.example"}
        value = value or plausible.get(kind, "A plain sentence.")
        fields = self.forms[-1][2]
        if name != "csrfmiddlewaretoken" and name not in {field.name for field in fields}:
            fields.append(Field(name, kind, value))


@dataclass
class Attacker:
    """Somebody with every role, and what became of what they sent."""

    browser: Client
    faults: list[str]

    def ask(self, url: str) -> HttpResponse:
        return self._judge("GET", url, "", lambda: self.browser.get(url))

    def send(self, url: str, fields: Mapping[str, Any], note: str, *, changes: bool) -> None:
        body = "&".join(
            f"{quote(name)}={quote(str(value), errors='surrogatepass')}"
            for name, value in fields.items()
        )
        self._judge(
            "POST",
            url,
            note,
            lambda: self.browser.post(url, body, "application/x-www-form-urlencoded"),
            changes=changes,
        )

    def send_files(self, url: str, names: list[str], *, changes: bool) -> None:
        files = {name: io.BytesIO(b"\x89PNG\r\n\x1a\n\x00\xff") for name in names}
        self._judge("POST", url, "files", lambda: self.browser.post(url, files), changes=changes)

    def _judge(
        self, method: str, url: str, note: str, act: Any, *, changes: bool = False
    ) -> HttpResponse:
        with _undone():
            before = _fingerprint() if method == "POST" else ""
            answer: HttpResponse = act()
            where = f"{method} {url[:160]!r} {note[:120]!r}: {answer.status_code}"
            if answer.status_code >= 500:
                self.faults.append(where)
                return answer
            refused = answer.status_code >= 400 or (answer.status_code == 200 and not changes)
            if method == "POST" and refused and _fingerprint() != before:
                self.faults.append(f"{where}, and yet something changed")
            html = answer.headers.get("Content-Type", "").startswith("text/html")
            if answer.status_code >= 400 and html and b"<h1" not in answer.content:
                self.faults.append(f"{where}, without a word")
            if b"<script>alert(1)" in answer.content or b"onerror=alert(1)>" in answer.content:
                self.faults.append(f"{where}, and the script is on the page")
            if "evil.example" in answer.headers.get("Location", "").partition("?")[0]:
                self.faults.append(f"{where}, and sent to another site")
            return answer


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        point = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(point)


def _fingerprint() -> str:
    """Everything that is in the database, but sessions, in one short text."""
    if not _fingerprint.sql:  # type: ignore[attr-defined]
        tables = [
            name
            for name in connection.introspection.table_names()
            if name.startswith(("innovation_", "pilots_", "okrs_"))
        ]
        _fingerprint.sql = "SELECT " + " || ' ' || ".join(  # type: ignore[attr-defined]
            f"(SELECT COALESCE(sum(hashtextextended(t::text, 0)), 0) || ',' || count(*) FROM {t} t)"
            for t in sorted(tables)
        )
    with connection.cursor() as cursor:
        cursor.execute(_fingerprint.sql)  # type: ignore[attr-defined]
        return str(cursor.fetchone()[0])


_fingerprint.sql = ""  # type: ignore[attr-defined]


@pytest.fixture
def attacker(cast: Cast) -> Attacker:
    user = User.objects.create_user("wide@lakeshore.example", "Wide Open", unit=cast.lakeshore)
    RoleGrant.objects.bulk_create(
        RoleGrant(person=user, unit=cast.lakeshore, role=role, granted_at=NOW) for role in ROLES
    )
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return Attacker(browser, [])


def is_page(name: str) -> bool:
    return ":api-" not in name


@pytest.mark.parametrize("room", sorted(set(ROOMS) - OF_OTHERS))
def test_page_given_hostile_input_answers_kindly_and_changes_nothing(
    room: str, cast: Cast, attacker: Attacker
) -> None:
    dice = random.Random(room)
    for name, row in ROOMS[room].items():
        if is_page(name):
            with _undone():
                _attack(name, row, cast, attacker, dice)
    assert not attacker.faults, "\n" + "\n".join(attacker.faults)


def _attack(name: str, row: Row, cast: Cast, attacker: Attacker, dice: random.Random) -> None:
    kwargs = dict(row.kwargs(cast)) if row.kwargs else {}
    url = reverse(name, kwargs=kwargs or None)
    if row.query:
        url = f"{url}?{row.query(cast)}"
    for key in (0, 10**18, 10**30):
        if isinstance(kwargs.get("pk"), int):
            attacker.ask(reverse(name, kwargs=kwargs | {"pk": key}))
    page = b""
    if row.get:
        answer = attacker.ask(url)
        page = answer.content if answer.status_code == 200 else b""
        mark = "&" if "?" in url else "?"
        for value in dice.sample(HOSTILE, RAREST):
            said = quote(value[:5000], errors="surrogatepass")
            attacker.ask(url + mark + "&".join(f"{key}={said}&{key}=1" for key in QUERY))
    if row.post:
        fields = _fields_of(page, url)
        changes = name in ANSWERS_WITH_A_PAGE
        attacker.send(url, {}, "nothing", changes=changes)
        for value in dice.sample(HOSTILE[:-1], RAREST):
            sent = {field.name: value for field in fields}
            attacker.send(url, sent, f"all {value[:40]!r}", changes=changes)
        plausible = {field.name: field.value for field in fields if field.kind != "button"}
        for field in fields:
            value = dice.choice(HOSTILE)
            note = f"{field.name}={value[:40]!r}"
            attacker.send(url, plausible | {field.name: value}, note, changes=changes)
        attacker.send_files(url, [field.name for field in fields], changes=changes)


def _fields_of(page: bytes, url: str) -> list[Field]:
    """The fields of the forms that this page sends to itself; without any, what may be sent."""
    reader = _Forms()
    reader.feed(page.decode())
    found = [
        field
        for method, action, fields in reader.forms
        if method == "post" and action in ("", url)
        for field in fields
    ]
    return found or [Field(name, "text", "A plain sentence.") for name in BARE]


@pytest.mark.parametrize(
    ("headers", "cookie"),
    [
        ({"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://["}, ""),
        ({"HTTP_REFERER": "http://[", "HTTP_ACCEPT_LANGUAGE": "😀,;q=x"}, ""),
        ({"HTTP_ACCEPT": "text/\x00, */*;q=nan"}, ""),
        ({"HTTP_RANGE": "bytes=9-1", "HTTP_IF_MODIFIED_SINCE": "never"}, ""),
        ({}, r'sessionid="\000"; csrftoken="\000"; pilotlight_theme="\000"; messages="\000"'),
        ({}, "sessionid=" + "x" * 4000),
        ({"HTTP_HOST": "evil.example"}, ""),
        ({"HTTP_AUTHORIZATION": "Token \xff\x00"}, ""),
        ({"HTTP_AUTHORIZATION": "Token"}, ""),
        ({"HTTP_AUTHORIZATION": "Basic \xff"}, ""),
    ],
)
@pytest.mark.parametrize("path", ["/", "/needs/?q=a", "/api/v1/needs/", "/static/x", "/nowhere/"])
def test_request_with_hostile_headers_gets_an_answer(
    path: str, headers: dict[str, str], cookie: str, cast: Cast
) -> None:
    for signed_in in (True, False):
        browser = Client(raise_request_exception=False)
        if signed_in:
            browser.force_login(cast.maya)
        if cookie:
            browser.cookies.clear()
            headers = headers | {"HTTP_COOKIE": cookie}
        answer = browser.generic("GET", path, **headers)
        assert answer.status_code < 500, answer.status_code


def test_name_of_nobody_and_nothing_is_not_found(cast: Cast, attacker: Attacker) -> None:
    for token in ("%00", "%F0%9F%98%80", "a" * 3000, "..%2f..%2fetc%2fpasswd"):
        answer = attacker.browser.post(f"/profile/tokens/{token}/revoke/")
        assert answer.status_code in (400, 404)
    with pytest.raises(NoReverseMatch):
        reverse("innovation:need-detail", kwargs={"pk": -1})
