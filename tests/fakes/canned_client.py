"""An HTTP client behind which answers lie ready, for tests of what is made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pilots.connectors.answer import Explain, HttpAnswer, refuse_status
from pilots.connectors.http import HttpClient


class CannedClient(HttpClient):
    """Answers from a function of the URL: a body, (status, body) or (status, body, headers); a body that
    is not bytes is sent as JSON."""

    def __init__(self, answers: Callable[[str], Any]) -> None:
        super().__init__()
        self._answers = answers
        self.asked: list[str] = []
        self.waited: list[float] = []
        self.sent: list[dict[str, str]] = []

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        credentials: Mapping[str, str] | None = None,
        accept: str = "application/json",
        explain: Explain | None = None,
        may_come_later: bool = False,
    ) -> HttpAnswer:
        self.requests += 1
        self.asked.append(url)
        self.sent.append({**(headers or {}), **(credentials or {}), "Accept": accept})
        body = self._answers(url)
        status, body, *more = body if isinstance(body, tuple) else (200, body)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = HttpAnswer("fhir.example.org", url, status, more[0] if more else {}, content)
        if status != 202 or not may_come_later:
            refuse_status(answer, explain)
        return answer

    def post(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        credentials: Mapping[str, str] | None = None,
        explain: Explain | None = None,
    ) -> HttpAnswer:
        raise AssertionError("Nothing is sent here; a test of tokens has a server.")

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
