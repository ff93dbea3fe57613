"""What a source answered, and the refusals it may answer with."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pilots.connectors.errors import (
    BadAnswer,
    Busy,
    CredentialsRefused,
    NotFound,
    ServerFailed,
    TooLarge,
    TooSlow,
    Who,
)

# Of one answer in JSON, which takes about fifty times its size in memory where all of it is brackets.
MOST_VALUES = 3_000_000
LONGEST_RETRY_AFTER = timedelta(days=7).total_seconds()


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a source answered, decompressed."""

    host: str
    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    def is_web_page(self) -> bool:
        """Whether this is a page for people, such as a sign-in page, where data was expected."""
        start = self.content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or (
            "text/html" in self.headers.get("Content-Type", "").lower() and start.startswith(b"<")
        )

    def refuse_web_page(self, expected: str) -> None:
        if self.is_web_page():
            raise BadAnswer(
                f"{self.host} answered with a web page instead of {expected}, most likely a "
                "sign-in or an error page. Check the address and the credentials of the source.",
                code="html",
            )

    def refuse_nothing(self) -> None:
        if not self.content.strip():
            raise BadAnswer(
                f"{self.host} answered with nothing at all. Check the address; if it is right, "
                "ask whoever runs the server why the answer is empty.",
                code="empty",
            )

    def json(self) -> Any:
        """The answer as JSON. NaN and Infinity arrive as text, so that a row can be refused."""
        self.refuse_nothing()
        self.refuse_web_page("data")
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadAnswer(
                f"{self.host} sent JSON that is not UTF-8, so it cannot be read safely. "
                "The server should send UTF-8, as JSON requires.",
                code="encoding",
                who=Who.INTEGRATION,
            ) from error
        if text.count(",") + text.count("[") + text.count("{") > MOST_VALUES:
            raise TooLarge(
                f"{self.host} sent more than {MOST_VALUES:,} values at once. Ask for smaller pages "
                "or for totals for each period."
            )
        try:
            return json.loads(text, parse_constant=str)
        except (ValueError, RecursionError) as error:
            where = (
                f" (line {error.lineno}, column {error.colno})"
                if isinstance(error, json.JSONDecodeError)
                else ""
            )
            raise BadAnswer(
                f"{self.host} sent something that is not valid JSON{where}. Check that the "
                "address leads to data and not to a report or a file for people.",
                code="json",
            ) from error


Explain = Callable[[HttpAnswer], str]


def refuse_status(answer: HttpAnswer, explain: Explain | None = None) -> None:
    """Return if the answer is a whole one (200); raise what its status means otherwise."""
    host, status = answer.host, answer.status
    if status == 200:
        return
    reason = shortened(explain(answer)) if explain else ""
    said = f" The server said: {reason}" if reason else ""
    if status in (204, 205):
        answer_is_empty = HttpAnswer(host, answer.url, status, answer.headers, b"")
        answer_is_empty.refuse_nothing()
    if status == 401:
        raise CredentialsRefused(
            f"{host} did not accept the credentials of this source. Enter them again; if they "
            f"are right, ask the hospital's integration team whether they have expired.{said}"
        )
    if status in (403, 407):
        raise CredentialsRefused(
            f"{host} knows us but does not let us read this. Ask the hospital's integration team "
            f"to allow this account to read it.{said}",
            code="403",
            who=Who.INTEGRATION,
        )
    if status in (404, 410):
        raise NotFound(
            f"{host} has nothing at this address. Check the address for a typing mistake; if it "
            f"is right, the data was moved or removed.{said}",
            code=str(status),
        )
    if status == 408:
        raise TooSlow(f"{host} gave up waiting for our request. It will be tried again.")
    if status in (429, 503):
        wait = retry_after(answer.headers)
        when = f"in {_duration(wait)}" if wait else "later"
        why = (
            "asks us to ask less often"
            if status == 429
            else "is not available at the moment, perhaps for maintenance"
        )
        raise Busy(
            f"{host} {why}. It will be tried again {when}.{said}",
            code=str(status),
            retry_after=wait,
        )
    if status >= 500:
        raise ServerFailed(
            f"{host} failed while answering (error {status}). It will be tried again; if it goes "
            f"on, tell the hospital's integration team.{said}",
            retry_after=retry_after(answer.headers),
        )
    if 400 <= status < 500:
        raise BadAnswer(
            f"{host} does not understand the question (error {status}). Check the address and "
            f"the query of this metric.{said}",
            code="status",
            who=Who.METRIC_OWNER,
        )
    raise BadAnswer(
        f"{host} answered with status {status}, which is not a whole answer, so nothing was "
        "taken over. Ask the hospital's integration team.",
        code="status",
        who=Who.INTEGRATION,
    )


def shortened(text: str, length: int = 200) -> str:
    """Text from outside made fit for a sentence: one line, no control characters, not long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: length * 20]).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait. A date counts from the server's own Date, so no clock of ours is asked."""
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return min(float(given[:12]), LONGEST_RETRY_AFTER)
    try:
        wanted = parsedate_to_datetime(given)
        now = parsedate_to_datetime(headers.get("Date", ""))
        return min(max((wanted - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)
    except (ValueError, TypeError, OverflowError):
        return None


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"
