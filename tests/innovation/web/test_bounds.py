"""What is sent is bounded in size, depth and count before anything reads it."""

import io
import json

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from innovation.web.parsers import BodyTooLarge, FiniteJSONParser
from tests.factories.cast import Cast

MANY = [0] * 60_000


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.fixture
def browser(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.maya)
    return client


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (json.dumps({"title": "x" * 2_200_000}), 413, "At most 2 MB can be sent here at once."),
        (json.dumps({"title": MANY}), 400, "This JSON holds more than 50000 values."),
        (json.dumps(dict.fromkeys(range(60000), 0)), 400, "more than 50000 values"),
        (nested(40), 400, "This JSON is nested more than 32 deep."),
        (nested(900_000), 400, "This is not JSON"),
    ],
    ids=["size", "count", "names", "depth", "abyss"],
)
def test_body_of_the_api_beyond_a_bound_is_refused_with_the_bound(
    browser: Client, body: str, status: int, sentence: str
) -> None:
    answer = browser.post("/api/v1/needs/", body, content_type="application/json")
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]


def test_body_that_says_less_than_it_holds_is_cut(browser: Client, settings: Settings) -> None:
    """Where the server passes on what it was not told the length of."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    with pytest.raises(BodyTooLarge):
        FiniteJSONParser().parse(io.BytesIO(b"[" + b" " * 200 + b"]"))


def test_form_beyond_the_bound_is_a_page_that_names_it(browser: Client) -> None:
    answer = browser.post(
        reverse("innovation:need-create"),
        "problem=" + "x" * 2_200_000,
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 413
    assert "At most 2 MB can be sent here at once." in answer.content.decode()


def test_upload_beyond_its_bound_is_refused_unread(browser: Client) -> None:
    answer = browser.post(
        reverse("innovation:need-create"),
        b"--b",
        content_type="multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(61 * 2**20),
    )
    assert answer.status_code == 413
    assert "At most 60 MB" in answer.content.decode()
