"""What cannot be read is refused at the door, kindly."""

from typing import Any

import pytest
from django.test import Client

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
