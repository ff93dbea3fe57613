"""In front of the site: a request gets one of the few threads when all of it has come.

The web server hands a request on as soon as its head is there, and a body may come a byte a second.
So bodies are taken in beside each other, without threads, into memory and then onto the disk, each
within a time; then one thread reads it at once. Whoever does not read the answer is given up within
the same time. The site behind speaks WSGI.

While the database hangs every thread waits for it: whether the process is up is answered without
one, and everybody else is told by a thread that is kept for it (watch.py).
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from asgiref.typing import (
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    HTTPScope,
    Scope,
)
from django.conf import settings

from . import request_id
from .scrape import PATH as METRICS
from .scrape import Scrape
from .watch import Watch

# What tells the site that the database hangs, so that it answers without.
HANGS = "pilotlight.database_hangs"
UP = "/healthz"
# What tells the site that the body did not come in its time.
TOO_SLOW = "pilotlight.too_slow"
# When all of a request had come (time.monotonic): from then on it waits for a thread.
ARRIVED = "pilotlight.arrived"
# What tells the site that the visitor was answered aside meanwhile.
UNHEARD = "pilotlight.unheard"
# Whoever sends at least so much has a second more for each: large files take long.
BYTES_A_SECOND = 64 * 1024
IN_MEMORY = 64 * 1024
# So many large bodies come in at a time: they are all on the disk until they are read.
FILES_AT_ONCE = 8

Environ = dict[str, Any]


class HungUp(Exception):
    """The visitor left, or reads no further."""


class WholeRequests:
    def __init__(
        self,
        site: Callable[..., Any],
        *,
        threads: int,
        seconds: float,
        watch: Watch | None = None,
        scrape: Scrape | None = None,
    ) -> None:
        self._site = site
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(threads, "site")
        self._spare = ThreadPoolExecutor(1, "spare")
        self._watch = watch or Watch()
        self._scrape = scrape
        self._files = asyncio.Semaphore(FILES_AT_ONCE)

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Only HTTP is spoken here, not {scope['type']}.")
        environ = environ_of(scope)
        if environ["PATH_INFO"] == UP and scope["method"] in ("GET", "HEAD"):
            for up in is_up(with_body=scope["method"] == "GET"):
                await send(up)
            return
        # People who leave out a slash come without, and are led to the page of that name.
        is_scrape = environ["PATH_INFO"] == METRICS and "HTTP_AUTHORIZATION" in environ
        if is_scrape and self._scrape is not None:
            await self._scrape.answer(scope, send)
            return
        loop = asyncio.get_running_loop()

        gone: asyncio.Task[None] | None = None
        has_begun = is_given_up = False

        async def sent(*events: ASGISendEvent, is_last: bool, is_aside: bool) -> None:
            nonlocal gone, has_begun
            if is_given_up and not is_aside:
                raise HungUp  # the visitor was told aside
            has_begun = True
            for event in events:
                await send(event)
            if gone is None and not is_last:
                gone = loop.create_task(until_gone(receive))

        def say(*events: ASGISendEvent, is_last: bool, is_aside: bool = False) -> None:
            saying = asyncio.run_coroutine_threadsafe(
                sent(*events, is_last=is_last, is_aside=is_aside), loop
            )
            try:
                saying.result(self._seconds)
            except TimeoutError:
                saying.cancel()
                raise HungUp from None
            if gone is not None and gone.done():
                raise HungUp

        with SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                await self._take_in(environ, receive, body)
            except TimeoutError:
                environ[TOO_SLOW] = True
            except HungUp:
                return
            body.seek(0)
            environ["wsgi.input"] = body
            environ[ARRIVED] = time.monotonic()
            request_id.of(environ)
            try:
                if not self._watch.hangs:
                    work = loop.run_in_executor(self._threads, self._answer, environ, say)
                    if await self._watch.sees_the_end_of(work) or has_begun:
                        await work
                        return
                    is_given_up = environ[UNHEARD] = True
                    work.cancel()  # a thread that has it already goes on to its end, unheard
                aside = {
                    **environ,
                    HANGS: True,
                    UNHEARD: False,
                    "wsgi.input": BytesIO(),
                    "CONTENT_LENGTH": "0",
                }
                say_aside = partial(say, is_aside=True)
                await loop.run_in_executor(self._spare, self._answer, aside, say_aside)
            finally:
                if gone is not None:
                    gone.cancel()

    async def _take_in(
        self, environ: Environ, receive: ASGIReceiveCallable, body: IO[bytes]
    ) -> None:
        """What is larger than the site reads stays where it is: the site refuses it unread."""
        length, came = length_of(environ), 0
        if length > most_of(environ):
            return
        until = asyncio.get_running_loop().time() + self._seconds
        is_large = length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if is_large:
            async with asyncio.timeout_at(until):
                await self._files.acquire()
        try:
            while came < length:
                async with asyncio.timeout_at(until + came / BYTES_A_SECOND):
                    event = await receive()
                if event["type"] != "http.request":
                    raise HungUp
                body.write(event["body"])
                came += len(event["body"])
        finally:
            if is_large:
                self._files.release()

    def _answer(self, environ: Environ, say: Callable[..., None]) -> None:
        """In a thread."""

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            head.append((int(status[:3]), headers))

        head: list[tuple[int, list[tuple[str, str]]]] = []
        answer = self._site(environ, start)
        with contextlib.closing(answer), contextlib.suppress(HungUp):
            pieces = iter(answer)
            piece = next(pieces, b"")
            status, headers = head[-1]
            begin: HTTPResponseStartEvent = {
                "type": "http.response.start",
                "status": status,
                "headers": [(n.lower().encode(), v.strip().encode("latin1")) for n, v in headers],
                "trailers": False,
            }
            before: list[ASGISendEvent] = [begin]
            while piece is not None:
                following = next(pieces, None)
                is_last = following is None
                say(*before, body_of(piece, is_last=is_last), is_last=is_last)
                piece, before = following, []


def is_up(*, with_body: bool) -> tuple[ASGISendEvent, ASGISendEvent]:
    """The process answers, whatever all others do."""
    answer = b'{"status": "up"}'
    begin: HTTPResponseStartEvent = {
        "type": "http.response.start",
        "status": 200,
        "headers": [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(answer)),
            (b"cache-control", b"no-store"),
        ],
        "trailers": False,
    }
    return begin, body_of(answer if with_body else b"", is_last=True)


def body_of(piece: bytes, *, is_last: bool) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": piece, "more_body": not is_last}


async def until_gone(receive: ASGIReceiveCallable) -> None:
    while (await receive())["type"] == "http.request":
        pass


def environ_of(scope: HTTPScope) -> Environ:
    """As WSGI says it (PEP 3333). A header with `_` in its name would pass for the one with `-`,
    which a proxy sets and watches over: it is left out."""
    server = scope["server"] or ("localhost", 80)
    path = unquote_to_bytes(scope["raw_path"]).decode("latin1")
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope["root_path"],
        "PATH_INFO": path.removeprefix(scope["root_path"]),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": scope["client"][0] if scope["client"] else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        name = raw.decode("latin1").upper()
        if "_" in name:
            continue
        key = name.replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        between = "; " if key == "HTTP_COOKIE" else ","
        text = value.decode("latin1")
        environ[key] = f"{environ[key]}{between}{text}" if key in environ else text
    return environ


def length_of(environ: Mapping[str, Any]) -> int:
    """What the body says it holds."""
    text = environ.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def most_of(environ: Mapping[str, Any]) -> int:
    """Only what carries a file may be large."""
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    carries_files = kind in ("multipart/form-data", "text/csv")
    most: int = settings.LARGEST_UPLOAD if carries_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return most
