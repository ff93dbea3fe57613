"""A server on loopback that does everything a source must not do, over real sockets."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.patience import PATIENCE

LONGEST = PATIENCE  # seconds that any one behaviour lasts, whatever its visitor does
BOMB = gzip.compress(bytes(80 * 1024 * 1024), 9)


class HostileServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.over = threading.Event()
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.scheme = "https" if context else "http"
        if context:
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Visitors hang up on a hostile server; that is the point of it."""


@contextmanager
def hostile_server(context: ssl.SSLContext | None = None) -> Iterator[HostileServer]:
    server = HostileServer(context)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


class _Handler(BaseHTTPRequestHandler):
    server: HostileServer
    protocol_version = "HTTP/1.1"
    timeout = LONGEST

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        # Only the well-mannered paths leave the connection open for another question.
        self.close_connection = not parts.path.startswith("/stay")
        self.server.seen.append((self.path, dict(self.headers.items())))
        name = parts.path.strip("/")
        if name.isdigit():
            self.send(int(name), b'{"detail": "the server says why"}')
        elif name.startswith("chain/"):
            self.send(302, headers={"Location": f"/chain/{int(name[6:]) + 1}"})
        elif name == "to":
            self.send(302, headers={"Location": parse_qs(parts.query)["url"][0]})
        else:
            BEHAVIOURS[name](self)

    def send(
        self,
        status: int = 200,
        body: bytes = b"",
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        given = headers or {}
        if "Content-Length" not in given:
            self.send_header("Content-Length", str(len(body)))
        for header, value in given.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, piece: bytes, every: float = 0.1) -> None:
        """Send a piece again and again, until the visitor leaves or the test is over."""
        for _ in range(int(LONGEST / every)):
            self.wfile.write(piece)
            if self.server.over.wait(every):
                return

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _raw(data: bytes) -> Callable[[_Handler], None]:
    def say(visit: _Handler) -> None:
        visit.wfile.write(data)

    return say


def _silent(visit: _Handler) -> None:
    visit.server.over.wait(LONGEST)


def _slow_body(visit: _Handler) -> None:
    visit.send(headers={"Content-Length": "100000"})
    visit.drip(b" ")


def _slow_headers(visit: _Handler) -> None:
    visit.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    visit.drip(b"y")


def _endless_headers(visit: _Handler) -> None:
    visit.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-More: yes\r\n" * 100_000)


def _endless_continue(visit: _Handler) -> None:
    visit.drip(b"HTTP/1.1 100 Continue\r\n\r\n", 0.02)


def _endless_body(visit: _Handler) -> None:
    visit.send(headers={"Content-Length": str(10 * 1024**3)})
    _pour(visit)


def _endless_chunks(visit: _Handler) -> None:
    visit.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    while not visit.server.over.is_set():
        visit.wfile.write(chunk)


def _pour(visit: _Handler) -> None:
    while not visit.server.over.is_set():
        visit.wfile.write(bytes(65536))


def _compressed(body: bytes, encoding: str = "gzip") -> Callable[[_Handler], None]:
    return lambda visit: visit.send(body=body, headers={"Content-Encoding": encoding})


def _late_body(visit: _Handler) -> None:
    """Says that it will close, and sends the body a moment after the headers."""
    body = json.dumps({"rows": list(range(20_000))}).encode()
    visit.wfile.write(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    visit.server.over.wait(0.1)
    visit.wfile.write(body[:1000])
    visit.server.over.wait(0.1)
    visit.wfile.write(body[1000:])


def _stay_then_leave(visit: _Handler) -> None:
    """Answers as if it would stay, and hangs up without a word."""
    visit.send(body=b'{"fine": true}')
    visit.close_connection = True


def _cut_gzip(visit: _Handler) -> None:
    """A compressed body that ends too early in a message that does not say how long it is."""
    half = gzip.compress(json.dumps(list(range(5000))).encode())[:4000]
    visit.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + half)


def _echo(visit: _Handler) -> None:
    visit.send(body=json.dumps(dict(visit.headers.items())).encode())


def _status(status: int, **headers: str) -> Callable[[_Handler], None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda visit: visit.send(status, headers=named)


def _body(body: bytes, kind: str = "application/json") -> Callable[[_Handler], None]:
    return lambda visit: visit.send(body=body, kind=kind)


def _dated(visit: _Handler) -> None:
    visit.wfile.write(
        b"HTTP/1.1 429 Slow down\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\n"
        b"Retry-After: Mon, 23 Nov 2026 10:05:00 GMT\r\nContent-Length: 0\r\n\r\n"
    )


BEHAVIOURS: dict[str, Callable[[_Handler], None]] = {
    "fine": _body(b'{"fine": true}'),
    "echo": _echo,
    "late-body": _late_body,
    "stay": _body(b'{"fine": true}'),
    "stay-chunked": _raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n[1, 2]\r\n0\r\n\r\n"
    ),
    "stay-then-leave": _stay_then_leave,
    "gzipped": _compressed(gzip.compress(b'{"fine": ') + gzip.compress(b"true}")),
    "busy": _status(429, Retry_After="120"),
    "busy-until": _dated,
    "busy-nonsense": _status(429, Retry_After="tomorrow"),
    "busy-forever": _status(429, Retry_After="9" * 40),
    "unavailable": _status(503, Retry_After="30"),
    "silent": _silent,
    "slow-body": _slow_body,
    "slow-headers": _slow_headers,
    "endless-headers": _endless_headers,
    "endless-continue": _endless_continue,
    "huge": _endless_body,
    "endless-chunks": _endless_chunks,
    "bomb": _compressed(BOMB),
    "double-gzip": _compressed(gzip.compress(BOMB), "gzip, gzip"),
    "brotli": _compressed(b"\x0b\x02\x80fine\x03", "br"),
    "not-gzip": _compressed(b"this is not gzip"),
    "cut-gzip": _cut_gzip,
    "cut-body": lambda visit: visit.send(body=b'{"a":', headers={"Content-Length": "1000"}),
    "cut-chunks": _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n[1, 2"),
    "bad-chunks": _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[1]\r\n"),
    "hang-up": lambda visit: None,
    "not-http": _raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "loop": _status(302, Location="/loop"),
    "loop-a": _status(302, Location="/loop-b"),
    "loop-b": _status(302, Location="/loop-a"),
    "nowhere": _status(302),
    "web-page": _body(b"<!DOCTYPE html><html><body>Sign in</body></html>", "text/html"),
    "web-page-as-json": _body(b"\n <html><body>Sign in</body></html>"),
    "empty": _body(b""),
    "blank": _body(b"  \n "),
    "latin-1": _body('{"name": "Zürich"}'.encode("latin-1")),
    "broken-json": _body(b'{"rows": [1, 2'),
    "deep-json": _body(b"[" * 200_000),
    "long-number": _body(b"[" + b"9" * 10_000 + b"]"),
}
