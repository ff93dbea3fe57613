"""Who may open which address: every route in the resolver, everybody in the cast.

The table is `routes.py`, where each room adds its rows. The suite asks as everybody who is to be refused
and as one of those who are let in, in turns; `python3 dev.py probes` asks as all of these, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views.generic import RedirectView

from innovation.web.entrance import AnyRole
from tests.factories.cast import Cast
from tests.house.pages import undone
from tests.house.routes import PEOPLE, ROOMS, ROUTES, Row, each_row
from tests.present import present
from tests.probes import WHOLE

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

METHODS = ("get", "post", "put", "patch", "delete")
OUTSIDER, STRANGER = "victor", "stranger"


def walk(resolver: Any, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route with its name, namespaces and all; a nameless one by its pattern, unless it only
    sends on to one with a name."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry, inner)
        elif entry.name or getattr(entry.callback, "view_class", None) is not RedirectView:
            yield f"{namespace}{entry.name or entry.pattern}", entry


def routes() -> dict[str, URLPattern]:
    return dict(walk(get_resolver()))


def address(name: str, row: Row, cast: Cast, kwargs: dict[str, Any]) -> str:
    url = reverse(name, kwargs=kwargs)
    return f"{url}?{row.query(cast)}" if row.query else url


@dataclass(frozen=True)
class Stage:
    """The cast, and everybody's browser: signed in once for all routes."""

    cast: Cast
    browsers: dict[str, Client]

    def ask(self, method: str, url: str, who: str) -> _MonkeyPatchedWSGIResponse:
        """One request, whose effects are undone: each is tried from the same start."""
        browser = self.browsers[who]
        with undone():
            answer: _MonkeyPatchedWSGIResponse = getattr(browser, method)(url)
            # The back room sends everybody to its own door first, which says what it thinks.
            if answer.headers.get("Location", "").startswith(reverse("back-room:login")):
                answer = browser.get(answer.headers["Location"])
            return answer


@pytest.fixture
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is drawn for the first who gets to see it; what the others get, its status says. Most
    of the time of these tests went into drawing the same pages twelve times (2026-11-28)."""
    draw, drawn = Template.render, set()

    def draw_once(template: Template, context: Any = None, request: Any = None) -> str:
        page = (template.origin.name, request.path if request else "")
        if page[0].endswith("problem.html"):
            page = (page[0], "")
        if page in drawn:
            return ""
        drawn.add(page)
        return draw(template, context, request)

    monkeypatch.setattr(Template, "render", draw_once)


@pytest.fixture
def stage(cast: Cast, drawn_once: None) -> Stage:
    browsers = {STRANGER: Client()}
    for who in (*PEOPLE, OUTSIDER):
        browsers[who] = Client()
        browsers[who].force_login(getattr(cast, who))
    return Stage(cast, browsers)


def outcome(response: _MonkeyPatchedWSGIResponse) -> str:
    """allowed, refused, sign in or error."""
    target = response.headers.get("Location", "")
    if response.status_code == 302 and target.startswith(reverse("account_login")):
        return "sign in"
    if response.status_code == 401:
        return "sign in"
    if response.status_code in (403, 404, 405):
        return "refused"
    return "error" if response.status_code >= 500 else "allowed"


def test_authorisation_every_route_has_a_row() -> None:
    missing = sorted(set(routes()) - set(ROUTES))
    assert not missing, f"add rows to tests/house/routes_<room>.py for: {missing}"


def test_authorisation_every_row_has_a_route() -> None:
    gone = sorted(set(ROUTES) - set(routes()))
    assert not gone, f"these rows lead nowhere: {gone}"


# Open without an entrance: the process answers, the look of the sign-in page, signing in itself,
# an invitation's link, the link of one's own calendar, the public keys of a source that signs.
WITHOUT_ENTRANCE = {
    *("healthz", "readyz", "innovation:theme", "account_login", "account_logout"),
    *("account_reauthenticate", "sso_begin", "openid_connect_callback"),
    *("saml_acs", "saml_finish_acs", "saml_sls", "saml_metadata"),
    "innovation:invitation-accept",
    "innovation:mail-off",
    "pilots:calendar-feed",
    "pilots:source-keys",
    *("pilots:survey-answer", "pilots:survey-thanks"),  # by a round's link, without a name
}


def test_authorisation_every_view_of_ours_stands_behind_the_entrance() -> None:
    bare = []
    for name, route in routes().items():
        view: Any = route.callback
        doors = getattr(getattr(view, "cls", None), "permission_classes", None)
        if doors is not None:
            # One door, nothing beside it: `[Holds(word)]` or the default.
            guarded = len(doors) == 1 and issubclass(doors[0], present(AnyRole.__base__))
        else:
            guarded = hasattr(view, "entrance")
        ours = view.__module__.startswith(("innovation.", "pilots.", "okrs.", "drf_spectacular"))
        if ours and not guarded and name not in WITHOUT_ENTRANCE and "back-room" not in name:
            bare.append(name)
    assert not bare, f"these views pass nobody's entrance: {bare}"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_authorisation_of_room_is_as_stated(room: str, stage: Stage) -> None:
    wrong = [
        fault
        for name, row, kwargs in each_row(ROOMS[room], stage.cast)
        for fault in faults(stage, name, row, address(name, row, stage.cast, kwargs))
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def faults(stage: Stage, name: str, row: Row, url: str) -> list[str]:
    """Whoever gets another answer at this route than its row says."""
    found = []
    for method in METHODS:
        allowed = getattr(row, method)
        if allowed is None:
            continue
        expected = {who: "allowed" if who in allowed else "refused" for who in PEOPLE}
        expected[OUTSIDER] = "allowed" if row.outsider else "refused"
        expected[STRANGER] = "allowed" if row.stranger else "sign in"
        if row.by_token:
            expected = dict.fromkeys(expected, "sign in")
        for who, wanted in asked(f"{name} {method}", expected).items():
            answer = stage.ask(method, url, who)
            if (got := outcome(answer)) != wanted:
                status = answer.status_code
                found.append(f"{name}: {method.upper()} {url} as {who}: {got} ({status})")
    return found


def asked(what: str, expected: dict[str, str]) -> dict[str, str]:
    """Whom the suite asks as: letting somebody in is what every other test of a page does."""
    let_in = [who for who, wanted in expected.items() if wanted == "allowed"]
    if WHOLE or not let_in:
        return expected
    one = let_in[crc32(what.encode()) % len(let_in)]
    return {who: wanted for who, wanted in expected.items() if wanted != "allowed" or who == one}
