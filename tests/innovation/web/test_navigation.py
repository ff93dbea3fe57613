"""Who sees which way through the house."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import include, path, reverse

from innovation.house import Entry
from innovation.web import navigation, panels
from innovation.web.navigation import Shell, lines_for
from tests.factories.cast import NOW, Cast


def nothing(request: Any) -> Any:
    raise AssertionError("never called")


urlpatterns = [
    path(
        "",
        include(
            (
                [
                    path("", nothing, name="home"),
                    path("needs/", nothing, name="needs"),
                    path("needs/triage/", nothing, name="triage"),
                ],
                "house",
            )
        ),
    )
]
HOUSE = (
    Entry("Home", "house:home", "inbox"),
    Entry("Needs", "house:needs", "need"),
    Entry("Triage", "house:triage", "triage", permissions=("needs.triage",)),
    Entry("Not built", "house:not-built", "log"),
)


class Person:
    is_authenticated = True

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def may(self, permission: str, unit_id: int | None = None) -> bool:
        return permission in self.permissions

    def reach(self, permission: str | None = None) -> frozenset[int]:
        return frozenset({1} if self.permissions else ())


def labels(lines: list[navigation.NavigationItem]) -> list[str]:
    return [line.label for line in lines]


@pytest.mark.urls("tests.innovation.web.test_navigation")
def test_lines_leave_out_what_the_person_may_not_and_what_is_not_there() -> None:
    assert labels(lines_for(Person("needs.read"), "/", HOUSE)) == ["Home", "Needs"]
    assert lines_for(Person(), "/", HOUSE) == []
    assert labels(lines_for(Person("needs.triage"), "/", HOUSE)) == ["Home", "Needs", "Triage"]
    assert lines_for(AnonymousUser(), "/", HOUSE) == []


@pytest.mark.urls("tests.innovation.web.test_navigation")
@pytest.mark.parametrize(
    ("at", "current"),
    [
        ("/", ["Home"]),
        ("/needs/", ["Needs"]),
        ("/needs/12/", ["Needs"]),
        ("/needs/triage/", ["Triage"]),
        ("/elsewhere/", []),
    ],
)
def test_lines_mark_the_nearest_as_current(at: str, current: list[str]) -> None:
    lines = lines_for(Person("needs.triage"), at, HOUSE)
    assert [line.label for line in lines if line.current] == current


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(panels, "_places", {})
    yield


def item(title: str, days: int) -> panels.WaitingItem:
    from datetime import timedelta

    return panels.WaitingItem(title, "", "/", NOW - timedelta(days=days), "need", "Answer")


def test_waiting_is_asked_once_a_request_and_longest_comes_first(places: None) -> None:
    asked = []

    def mine(user: Any) -> list[panels.WaitingItem]:
        asked.append(user)
        return [item("younger", 1), item("older", 5)]

    panels.register("waiting", mine)
    panels.register("waiting", lambda user: [item("between", 3)])
    request = RequestFactory().get("/")
    request.user = Person()  # type: ignore[assignment]  # a stand-in for a user
    shell = Shell(request)
    assert panels.waiting_known(request) is None
    found = panels.waiting_on(request)
    assert [each.title for each in found] == ["older", "between", "younger"]
    assert panels.waiting_on(request) is found
    assert ">3</span>" in shell.waiting_count
    assert len(asked) == 1


def test_shell_does_not_ask_what_waits_where_the_page_did_not(places: None) -> None:
    panels.register("waiting", nothing)
    request = RequestFactory().get("/")
    request.user = Person()  # type: ignore[assignment]  # a stand-in for a user
    count = Shell(request).waiting_count
    assert 'data-waiting="/waiting/count/" hidden' in count


@pytest.mark.django_db
def test_count_waiting_for_the_navigation(cast: Cast, client: Client, places: None) -> None:
    panels.register("waiting", lambda user: [item("a", 1)] * (3 if user == cast.ana else 120))
    client.force_login(cast.ana)
    assert client.get("/waiting/count/").json() == {"count": "3"}
    client.force_login(cast.victor)
    assert client.get("/waiting/count/").json() == {"count": "99+"}


def test_waiting_of_a_stranger_is_nothing(places: None) -> None:
    panels.register("waiting", nothing)
    assert panels.waiting_for(AnonymousUser()) == []


def test_register_twice_answers_once_and_keeps_the_order(places: None) -> None:
    def late(user: Any, subject: Any) -> None:
        return None

    def early(user: Any, subject: Any) -> panels.Panel:
        return panels.Panel("t", "x.html")

    panels.register("need", late, order=5)
    panels.register("need", early)
    panels.register("need", late, order=5)
    assert panels.panels("need") == [early, late]
    assert panels.panels_for("need", AnonymousUser(), None) == [panels.Panel("t", "x.html")]


def test_search_asks_every_room_with_trimmed_words(places: None) -> None:
    heard = []

    def room(user: Any, text: str) -> list[panels.SearchHit]:
        heard.append(text)
        return [panels.SearchHit("a", "b", "/", "Needs")]

    panels.register("search", room)
    assert len(panels.search(Person(), "  vitals ")) == 1
    assert panels.search(Person(), "   ") == []
    assert panels.search(AnonymousUser(), "vitals") == []
    assert heard == ["vitals"]


@pytest.mark.django_db
def test_choose_theme_is_kept_with_the_person_and_on_the_device(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    response = client.post("/look/", {"theme": "dark", "next": "/design/"})
    assert response.status_code == 302
    assert response.headers["Location"] == "/design/"
    cast.ana.refresh_from_db()
    assert cast.ana.theme == "dark"
    assert b'data-theme="dark"' in client.get("/design/").content
    client.post("/look/", {"theme": ""})
    cast.ana.refresh_from_db()
    assert cast.ana.theme == ""
    assert b"data-theme=" not in client.get("/design/").content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("back", "ends"),
    [
        ("/needs/?q=bed", "/needs/?q=bed"),
        ("http://testserver/needs/", "http://testserver/needs/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_choose_theme_never_leads_to_another_site(client: Client, back: str, ends: str) -> None:
    asked = client.post("/look/", {"theme": "dark", "next": back})
    came = client.post("/look/", {"theme": "dark"}, headers={"referer": back})
    assert [asked["Location"], came["Location"]] == [ends, ends]


@pytest.mark.django_db
def test_choose_theme_takes_no_other_words_and_no_other_way(client: Client) -> None:
    assert client.post("/look/", {"theme": "url(x)"}).cookies["pilotlight_theme"].value == ""
    assert client.get("/look/").status_code == 405


def test_every_page_has_the_way_out(client: Client, cast: Cast) -> None:
    client.force_login(cast.ana)
    for name in ("waiting", "need-list", "need-create", "profile", "search"):
        page = client.get(reverse(f"innovation:{name}")).content.decode()
        assert reverse("account_logout") in page, name
