"""Each request has an id: in the header of its answer, on pages of errors, in its lines of the log."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpRequest, StreamingHttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from innovation.web import request_id
from innovation.web.request_id import HEADER
from innovation.web.whole_requests import HANGS
from tests.factories.cast import Cast
from tests.log_lines import log_lines

ONE = re.compile(r"[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){2}")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_answers_carry_ids_of_their_own(cast: Cast) -> None:
    browser = Client()
    given = [browser.get(one)[HEADER] for one in ("/", "/nowhere/", "/api/v1/needs/", "/healthz")]
    assert all(ONE.fullmatch(one) for one in given), given
    assert len(set(given)) == len(given)
    assert request_id.current() == ""


@pytest.mark.parametrize("address", ["/people/", "/needs/999999/", "/inbox/read/"])
def test_refusals_show_the_id_to_say(cast: Cast, address: str) -> None:
    browser = Client()
    browser.force_login(cast.ana)
    answer = browser.get(address)
    assert answer.status_code in (403, 404, 405)
    assert f"<code>{answer[HEADER]}</code>" in answer.content.decode()


def test_database_that_is_away_shows_the_id_to_say() -> None:
    away: Any = {HANGS: True}
    answer = Client().get("/", **away)
    assert answer.status_code == 503
    assert f"<code>{answer[HEADER]}</code>" in answer.content.decode()


def test_accident_shows_the_id_of_its_traceback(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise ZeroDivisionError("nobody divides by it")

    monkeypatch.setattr("innovation.needs.models.NeedQuerySet.visible_to", broken)
    browser = Client(raise_request_exception=False)
    browser.force_login(cast.ana)
    with log_lines("line") as lines:
        answer = browser.get("/needs/")
    assert answer.status_code == 500
    assert f"<code>{answer[HEADER]}</code>" in answer.content.decode()
    in_passing = browser.get("/needs/", headers={"HX-Request": "true"})
    assert f"({in_passing[HEADER]})" in in_passing.content.decode()
    told = [line for line in lines if "ZeroDivisionError" in line]
    assert told
    assert f" {answer[HEADER]} " in told[0].splitlines()[0]


def test_id_of_a_proxy_of_ours_is_kept(settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    assert Client().get("/", headers={"X-Request-ID": "gateway-4711-x"})[HEADER] == "gateway-4711-x"
    assert Client().get("/", headers={"traceparent": TRACE})[HEADER] == TRACE.split("-")[1]


@pytest.mark.parametrize(
    ("behind", "peer"),
    [(False, "127.0.0.1"), (True, "192.0.2.66")],
)
def test_id_of_whoever_is_no_proxy_is_not_taken(
    settings: Settings, behind: bool, peer: str
) -> None:
    settings.BEHIND_PROXY, settings.TRUSTED_PROXIES = behind, [ip_network("10.0.0.0/8")]
    said = {"X-Request-ID": "a-visitor-4711", "traceparent": TRACE}
    answer = Client().get("/", headers=said, REMOTE_ADDR=peer)
    assert ONE.fullmatch(answer[HEADER])


@pytest.mark.parametrize(
    "said",
    [
        {"X-Request-ID": "short"},
        {"X-Request-ID": "a" * 65},
        {"X-Request-ID": "line\nbreak-in-it"},
        {"X-Request-ID": "<script>alert(1)</script>"},
        {"X-Request-ID": "naïve-letters"},
        {"traceparent": "00-" + "0" * 32 + "-00f067aa0ba902b7-01"},
        {"traceparent": TRACE.replace("4bf9", "4BF9")},
        {"traceparent": "nonsense"},
    ],
)
def test_id_that_is_none_is_not_taken(settings: Settings, said: dict[str, str]) -> None:
    settings.BEHIND_PROXY = True
    assert ONE.fullmatch(Client().get("/", headers=said)[HEADER])


def test_a_trace_that_goes_with_a_bad_id_is_taken(settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    answer = Client().get("/", headers={"X-Request-ID": "<b>", "traceparent": TRACE})
    assert answer[HEADER] == TRACE.split("-")[1]


def _pieces(_request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(f"{request_id.current()} " for _piece in range(2))


urlpatterns = [path("pieces/", _pieces)]


@pytest.mark.urls(__name__)
def test_id_is_known_until_the_last_piece_was_sent(db: None) -> None:
    """What is written while it is sent is written under the id, too."""
    answer: Any = Client().get("/pieces/")
    assert request_id.current() == answer[HEADER]
    assert answer.getvalue().decode().split() == [answer[HEADER]] * 2
    answer.close()
    assert request_id.current() == ""
