"""A request gets a thread when all of it has come."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pytest_django import Settings

from innovation.web.whole_requests import FILES_AT_ONCE, TOO_SLOW, WholeRequests, environ_of
from tests.patience import PATIENCE

Event = dict[str, Any]


class Pieces:
    """An answer of the site, in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.taken = 0
        self.closed = False
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.taken += 1
            yield piece

    def close(self) -> None:
        self.closed = True


class Site:
    """What stands behind: it notes what it was given."""

    def __init__(self, *pieces: bytes) -> None:
        self.asked: list[Event] = []
        self.answer = Pieces(*(pieces or (b"read",)))

    def __call__(self, environ: Event, start: Callable[..., None]) -> Pieces:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.asked.append({**environ, "body": body, "thread": threading.current_thread().name})
        start("200 OK", [("Content-Type", "text/plain"), ("Set-Cookie", " a=1")])
        return self.answer


class Visitor:
    """Somebody whose body comes in these pieces; `...` waits for ever, None hangs up."""

    def __init__(self, *pieces: Any, length: int | None = None, kind: str = "text/plain") -> None:
        self._pieces = list(pieces)
        self.got: list[Event] = []
        said = sum(len(piece) for piece in pieces if piece) if length is None else length
        self.headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % said)]

    async def receive(self) -> Event:
        piece = self._pieces.pop(0) if self._pieces else ...
        if piece is ...:
            await asyncio.sleep(PATIENCE)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}

    async def send(self, event: Event) -> None:
        self.got.append(event)


def scope_of(*headers: tuple[bytes, bytes], path: bytes = b"/needs/", **more: Any) -> Any:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "raw_path": path,
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("192.0.2.7", 4711),
        "server": ("127.0.0.1", 8000),
        **more,
    }


def ask(site: Site, *visitors: Any, seconds: float = PATIENCE) -> None:
    """All of them at the same time, of one server with one thread."""

    async def together() -> None:
        server: Any = WholeRequests(site, threads=1, seconds=seconds)
        await asyncio.gather(
            *(server(scope_of(*one.headers), one.receive, one.send) for one in visitors)
        )

    run(together())


def run(what: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: a browser's test may have left a loop running in this one."""
    with ThreadPoolExecutor(1) as alone:
        alone.submit(asyncio.run, what).result()


def test_body_that_comes_in_pieces_is_read_whole() -> None:
    site, visitor = Site(), Visitor(b"title=", b"", b"A long wait")
    ask(site, visitor)
    assert site.asked[0]["body"] == b"title=A long wait"
    assert site.asked[0]["REMOTE_ADDR"] == "192.0.2.7"
    assert [event["type"] for event in visitor.got] == ["http.response.start", "http.response.body"]
    assert visitor.got[0]["status"] == 200
    assert visitor.got[0]["headers"] == [(b"content-type", b"text/plain"), (b"set-cookie", b"a=1")]
    assert (visitor.got[1]["body"], visitor.got[1]["more_body"]) == (b"read", False)
    assert site.answer.closed


def test_slow_senders_hold_no_thread_and_are_given_up_in_time() -> None:
    site = Site()
    slow = [Visitor(b"a", ..., length=1000) for _ in range(20)]
    ask(site, *slow, Visitor(b"quick"), seconds=0.2)
    assert TOO_SLOW not in site.asked[0]
    assert site.asked[0]["body"] == b"quick"
    assert [TOO_SLOW in asked for asked in site.asked[1:]] == [True] * 20


def test_whoever_keeps_sending_has_longer() -> None:
    """A second for each 64 kB: here the clock would have run out between two pieces."""

    class Steady(Visitor):
        async def receive(self) -> Event:
            await asyncio.sleep(0.3)
            return await super().receive()

    site = Site()
    steady, drips = Steady(*[b"x" * 64_000] * 5), Steady(*[b"x"] * 5)
    ask(site, steady, drips, seconds=1)
    fate = {len(asked["body"]) > 5: TOO_SLOW in asked for asked in site.asked}
    assert fate == {True: False, False: True}


def test_visitor_who_hangs_up_half_way_asks_nothing() -> None:
    site, visitor = Site(), Visitor(b"half", None, length=1000)
    ask(site, visitor)
    assert site.asked == []
    assert visitor.got == []


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_body_larger_than_the_site_reads_is_not_taken_in(kind: str) -> None:
    site = Site()
    ask(site, Visitor(..., length=61 * 2**20, kind=kind), seconds=1)
    assert TOO_SLOW not in site.asked[0]
    assert site.asked[0]["body"] == b""


def test_few_large_files_come_at_a_time_and_small_ones_pass_them(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    files = [
        Visitor(b"a", ..., length=1000, kind="multipart/form-data; boundary=x")
        for _ in range(FILES_AT_ONCE)
    ]
    more = Visitor(b"b" * 1000, kind="multipart/form-data; boundary=x")
    small, site = Visitor(b"small"), Site()
    ask(site, *files, more, small, seconds=0.2)
    assert site.asked[0]["body"] == b"small"
    assert TOO_SLOW in site.asked[1]


def test_whoever_reads_no_further_frees_the_thread() -> None:
    class Stuck(Visitor):
        async def send(self, event: Event) -> None:
            await super().send(event)
            if event["type"] == "http.response.body":
                await asyncio.sleep(3)

    site, stuck, other = Site(b"1", b"2", b"3"), Stuck(b"x"), Visitor(b"y")
    ask(site, stuck, seconds=0.2)
    assert site.answer.closed
    assert [event.get("body") for event in stuck.got] == [None, b"1"]
    ask(site, other)
    assert [event.get("body") for event in other.got] == [None, b"1", b"2", b"3"]


def test_answer_to_whoever_left_is_made_no_further() -> None:
    site = Site(*[b"line"] * 1000)
    ask(site, Visitor(b"x", None))
    assert site.answer.taken < 1000
    assert site.answer.closed


def test_headers_are_what_the_proxy_says_and_not_what_looks_like_it() -> None:
    environ = environ_of(
        scope_of(
            (b"x-forwarded-proto", b"http"),
            (b"x_forwarded_proto", b"https"),
            (b"x-forwarded-for", b"192.0.2.1"),
            (b"x-forwarded-for", b"192.0.2.2"),
            (b"cookie", b"a=1"),
            (b"cookie", b"b=2"),
            path=b"/n%C3%A9%ff/",
        )
    )
    assert environ["HTTP_X_FORWARDED_PROTO"] == "http"
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1,192.0.2.2"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["PATH_INFO"].encode("latin1") == b"/n\xc3\xa9\xff/"
    assert environ["SERVER_PORT"] == "8000"


def test_other_protocols_are_not_spoken() -> None:
    server: Any = WholeRequests(Site(), threads=1, seconds=1)
    with pytest.raises(ValueError, match="websocket"):
        run(server(scope_of(type="websocket"), Visitor().receive, Visitor().send))
