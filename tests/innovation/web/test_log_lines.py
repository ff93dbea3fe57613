"""Each line of the log knows its request, is one line, and holds nothing that is secret."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client

from innovation.web import request_id
from innovation.web.json_line import FIELDS
from innovation.web.request_id import HEADER
from tests.factories.cast import Cast
from tests.log_lines import formatter, log_lines

logger = logging.getLogger("pilotlight.tests")
EVIL = "/a\r\n2026 \x1b[31m\u2028é"


def asked(path: str, browser: Client | None = None, **named: Any) -> tuple[Any, list[Any]]:
    with log_lines("json") as lines:
        answer = (browser or Client()).get(path, **named)
    return answer, [json.loads(line) for line in lines]


def test_request_is_told_in_one_line(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.ana)
    answer, lines = asked("/needs/", browser, query_params={"q": "a-private-word"})
    [line] = [one for one in lines if one["logger"] == "pilotlight.access"]
    assert line["request_id"] == answer[HEADER]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/needs/", 200)
    assert line["route"] == "innovation:need-list"
    assert line["seconds"] > 0
    assert line["time"].endswith("+00:00")
    assert "a-private-word" not in json.dumps(lines)
    assert set(line) <= set(FIELDS)


def test_all_lines_of_a_request_have_its_id(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.ana)
    answer, lines = asked("/people/", browser)
    assert answer.status_code == 403
    assert {one["logger"] for one in lines} == {
        "pilotlight.refusals",
        "pilotlight.access",
        "django.request",
    }
    assert {one["request_id"] for one in lines} == {answer[HEADER]}


@pytest.mark.parametrize(
    "path",
    [
        "/invitations/a-secret-of-somebody/",
        "/mail/off/a-secret-of-somebody/",
        "/accounts/password/reset/key/1-a-secret-of-somebody/",
    ],
)
@pytest.mark.parametrize("name", ["line", "json"])
def test_secret_of_a_link_is_in_no_line(db: None, path: str, name: str) -> None:
    with log_lines(name) as lines:
        answer = Client().get(path)
    assert lines, answer
    assert "a-secret" not in "".join(lines)
    assert path[:8] in "".join(lines)


def test_who_watches_the_process_fills_no_log(db: None) -> None:
    assert asked("/healthz")[1] == []
    file, lines = asked("/static/img/pilotlight.svg")
    assert b"".join(file.streaming_content)
    assert lines == []


@pytest.mark.parametrize("name", ["line", "json"])
def test_line_is_one_line_whoever_chose_its_words(name: str) -> None:
    with log_lines(name) as lines:
        logger.warning("refused %s", EVIL)
        logger.warning("refused", extra={"path": EVIL, "request": "a whole request"})
    assert [len(line.splitlines()) for line in lines] == [1, 1]
    assert "a whole request" not in "".join(lines)


def test_traceback_is_in_the_object() -> None:
    with log_lines("json") as lines, request_id.under("k3m9-qwx2-fb7h"):
        try:
            raise ZeroDivisionError(EVIL)
        except ZeroDivisionError:
            logger.exception("broke")
    [line] = lines
    told = json.loads(line)
    assert len(line.splitlines()) == 1
    assert told["exc_info"].endswith(f"ZeroDivisionError: {EVIL}")
    assert told["request_id"] == "k3m9-qwx2-fb7h"


def test_line_of_no_request_says_so() -> None:
    record = logging.LogRecord("beat", logging.INFO, "", 0, "tick", (), None)
    assert formatter("line").format(record).endswith(" INFO beat - tick")
    assert "request_id" not in json.loads(formatter("json").format(record))
