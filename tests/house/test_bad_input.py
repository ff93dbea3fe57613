"""No page answers 500, whatever is sent to it.

The addresses of the table in `routes.py` are asked with hostile queries, and every form there is
sent back with hostile values: all of them at once, then one at a time among plausible ones, so
that they get as far as the rules. Somebody who holds every role asks. The answer is always a page
that says something, and whatever was refused has changed nothing.

The suite takes every eighth page and two values for each, `python3 dev.py probes` all of them.
"""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from innovation.people.models import RoleGrant, User
from innovation.people.roles import ROLES
from tests.factories.cast import NOW, Cast
from tests.house.pages import Field, Watch, fields_of, undone
from tests.house.routes import ROOMS, Row, each_row
from tests.probes import WHOLE, sample

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
    "cursor", "page", "page_size", "subject", "what", "who", "since", "until", "type", "gate",
    "pathway", "closed", "accounts", "into", "starts_on", "ends_on", "percent", "format",
)  # fmt: skip
# Fields of addresses that take a POST and show no form of their own.
BARE = ("reason", "note", "next", "key", "problem", "title", "affects_me", "notice", "q", "into",
        "theme", "names_nobody", "needs", "on", "amount")  # fmt: skip
# Sent with anything, these do what they are for and answer with a page.
ANSWERS_WITH_A_PAGE = {
    "innovation:token-create",
    "innovation:scim-token-create",
    "pilots:push-key-create",
    "innovation:need-draft",
    "innovation:own-data",
    "innovation:person-password-link",
    "pilots:metric-edit",  # its “Try it” asks the source
}
# Too much of these would only try allauth and Django's admin once more.
OF_OTHERS = {"account", "back_room"}
# Values that each query and each form is tried with; every one of HOSTILE comes up over all pages.
TRIED = len(HOSTILE) - 1 if WHOLE else 2


@dataclass
class Attacker:
    """Somebody with every role, what became of what they sent, and a watch on what it changed."""

    browser: Client
    faults: list[str]
    watch: Watch

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
        with undone():
            answer: HttpResponse = act()
            where = f"{method} {url[:160]!r} {note[:120]!r}: {answer.status_code}"
            if answer.status_code >= 500:
                self.faults.append(where)
                return answer
            refused = answer.status_code >= 400 or (answer.status_code == 200 and not changes)
            if method == "POST" and refused and self.watch.changed():
                self.faults.append(f"{where}, and yet something changed")
            html = answer.headers.get("Content-Type", "").startswith("text/html")
            if answer.status_code >= 400 and html and b"<h1" not in answer.content:
                self.faults.append(f"{where}, without a word")
            if b"<script>alert(1)" in answer.content or b"onerror=alert(1)>" in answer.content:
                self.faults.append(f"{where}, and the script is on the page")
            if "evil.example" in answer.headers.get("Location", "").partition("?")[0]:
                self.faults.append(f"{where}, and sent to another site")
            return answer


@pytest.fixture
def attacker(cast: Cast) -> Attacker:
    user = User.objects.create_user("wide@lakeshore.example", "Wide Open", unit=cast.lakeshore)
    RoleGrant.objects.bulk_create(
        RoleGrant(person=user, unit=cast.lakeshore, role=role, granted_at=NOW) for role in ROLES
    )
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return Attacker(browser, [], Watch())


def is_page(name: str) -> bool:
    return ":api-" not in name


@pytest.mark.parametrize("room", sorted(set(ROOMS) - OF_OTHERS))
def test_page_given_hostile_input_answers_kindly_and_changes_nothing(
    room: str, cast: Cast, attacker: Attacker
) -> None:
    dice = random.Random(room)
    pages = sample({name: row for name, row in ROOMS[room].items() if is_page(name)}, every=8)
    for name, row, kwargs in each_row(pages, cast):
        _attack(name, row, cast, kwargs, attacker, dice)
    assert not attacker.faults, "\n" + "\n".join(attacker.faults)


def _attack(
    name: str,
    row: Row,
    cast: Cast,
    kwargs: dict[str, Any],
    attacker: Attacker,
    dice: random.Random,
) -> None:
    url = reverse(name, kwargs=kwargs)
    if row.query:
        url = f"{url}?{row.query(cast)}"
    attacker.watch = Watch()
    for key in (0, 10**18, 10**30):
        if isinstance(kwargs.get("pk"), int):
            attacker.ask(reverse(name, kwargs=kwargs | {"pk": key}))
    page = b""
    if row.get:
        answer = attacker.ask(url)
        page = answer.content if answer.status_code == 200 else b""
        mark = "&" if "?" in url else "?"
        for value in dice.sample(HOSTILE, TRIED):
            said = quote(value[:5000], errors="surrogatepass")
            attacker.ask(url + mark + "&".join(f"{key}={said}&{key}=1" for key in QUERY))
    if row.post:
        # Without a form of its own, what may be sent to such an address.
        fields = fields_of(page, url) or [Field(name, "text", "A plain sentence.") for name in BARE]
        changes = name in ANSWERS_WITH_A_PAGE
        attacker.send(url, {}, "nothing", changes=changes)
        for value in dice.sample(HOSTILE[:-1], TRIED):
            sent = {field.name: value for field in fields}
            attacker.send(url, sent, f"all {value[:40]!r}", changes=changes)
        plausible = {field.name: field.value for field in fields if field.kind != "button"}
        for field in fields:
            value = dice.choice(HOSTILE)
            note = f"{field.name}={value[:40]!r}"
            attacker.send(url, plausible | {field.name: value}, note, changes=changes)
        attacker.send_files(url, [field.name for field in fields], changes=changes)


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
    path: str, headers: dict[str, Any], cookie: str, cast: Cast
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
