"""What cannot be read is refused at the door, kindly."""

import logging
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from innovation.web.one_line import OneLine
from tests.factories.cast import Cast


@pytest.mark.parametrize(
    "ask",
    [
        {"path": "/needs/?q=%00"},
        {"path": "/profile/tokens/%00/revoke/"},
        {"path": "/needs/", "CONTENT_TYPE": "text/plain; charset=hex"},
        {"path": "/needs/", "HTTP_COOKIE": r'sessionid="\000"'},
        {"path": "/api/v1/needs/", "HTTP_AUTHORIZATION": "Token \xff"},
    ],
)
def test_request_that_cannot_be_read_is_refused(ask: dict[str, Any]) -> None:
    browser = Client(raise_request_exception=False)
    answer = browser.generic("GET", **ask)
    assert answer.status_code == 400
    assert b"could not read" in answer.content


def test_pages_of_whoever_signed_in_are_not_kept(cast: Cast) -> None:
    browser = Client()
    assert "no-store" not in browser.get("/robots.txt").get("Cache-Control", "")
    browser.force_login(cast.maya)
    for path in ("/", "/needs/", "/needs/0/", "/api/v1/needs/"):
        assert "no-store" in browser.get(path)["Cache-Control"], path
    answer = Client().get("/api/v1/needs/", headers={"Authorization": "Token none"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", ["line", "access"])
def test_message_of_the_log_is_one_line(name: str, settings: Settings) -> None:
    how = dict(settings.LOGGING["formatters"][name])
    assert how.pop("()") == f"{OneLine.__module__}.{OneLine.__qualname__}"
    record = logging.LogRecord(
        "granian.access",
        logging.INFO,
        "",
        0,
        "GET %s",
        ("/a\r\n2026 \x1b[31m\u2028é 4 West",),
        None,
    )
    told = OneLine(how["format"], style=how["style"]).format(record)
    assert told.endswith("GET /a\\r\\n2026 \\x1b[31m\\u2028é 4 West")
    assert len(told.splitlines()) == 1


def test_button_opened_like_a_page_says_where_to_press_it(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.maya)
    answer = browser.get("/inbox/read/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "belongs to a button" in answer.content.decode()


def test_fragment_from_no_address_is_sent_to_sign_in(db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://["}
    answer = Client(raise_request_exception=False).get("/", headers=headers)
    assert "/accounts/login/" in answer["HX-Redirect"]


def test_api_over_plain_http_is_refused_and_not_redirected(cast: Cast, settings: Settings) -> None:
    """Led on to https, a program would go on sending its token where everybody reads it."""
    settings.SECURE_SSL_REDIRECT = True
    browser = Client()
    browser.force_login(cast.maya)
    for path in ("/api/v1/needs/", "/scim/v2/Users"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "Send it over https" in answer.json()["detail"]
    assert browser.get("/needs/")["Location"] == "https://testserver/needs/"
    assert browser.get("/api/v1/needs/", secure=True).status_code == 200
    assert browser.get("/healthz").status_code == 200


def test_form_of_another_site_is_refused(cast: Cast) -> None:
    """Neither a page nor the API takes what a browser sends without the form's token."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.maya)
    for path in ("/needs/new/", "/profile/sessions/end/", "/api/v1/needs/", "/look/"):
        assert browser.post(path, {"problem": "x"}).status_code == 403, path
    browser.get("/needs/new/")
    token = browser.cookies["csrftoken"].value
    answer = browser.post("/look/", {"theme": "dark", "csrfmiddlewaretoken": token})
    assert answer.status_code == 302
    foreign = {"Origin": "https://evil.example"}
    assert (
        browser.post("/look/", {"csrfmiddlewaretoken": token}, headers=foreign).status_code == 403
    )


def test_trace_gives_nothing_back(cast: Cast) -> None:
    for path in ("/", "/needs/", "/api/v1/needs/", "/healthz", "/accounts/login/"):
        answer = Client().trace(path, HTTP_COOKIE="sessionid=a-secret")
        assert b"a-secret" not in answer.content
        assert answer.status_code in (302, 401, 405), (path, answer.status_code)


@pytest.mark.parametrize(
    "path",
    [
        "/.git/HEAD",
        "/.git/",
        "/static/",
        "/static/css/",
        "/static/../manage.py",
        "/static/..%2f..%2fmanage.py",
        "/innovation/settings.py",
        "/requirements.lock",
        "/media/",
    ],
)
def test_static_files_are_all_that_is_served(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_refusal_is_written_down_with_who_was_refused(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Client()
    browser.force_login(cast.ana)
    for path in ("/people/", "/needs/999999/", "/api/v1/events/"):
        caplog.clear()
        status = browser.get(path, REMOTE_ADDR="192.0.2.7").status_code
        assert status in (403, 404)
        said = [one.getMessage() for one in caplog.records if one.name == "pilotlight.refusals"]
        assert said == [f"{status} GET {path} to {cast.ana.ref} at 192.0.2.7"]
    caplog.clear()
    browser.get("/needs/")
    assert [one.name for one in caplog.records] == ["pilotlight.access"]
