"""Whoever sends a body a byte at a time stops nobody: asked of a real web server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from tests.patience import PATIENCE
from tests.probes.server import Server, serving

THREADS = 2
SENDERS = 12


@contextmanager
def beginning(server: Server, path: str, kind: str, length: int) -> Iterator[socket.socket]:
    """A line on which a request has begun, with one byte of its body."""
    head = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}"]
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall("\r\n".join([*head, f"Content-Length: {length}", "", "a"]).encode())
        yield line


def all_of(line: socket.socket) -> bytes:
    """The answer, to where the server closes the line."""
    answer = b""
    while piece := line.recv(65536):
        answer += piece
    return answer


def test_slow_senders_on_every_thread_stop_nobody_and_are_told(db: None) -> None:
    ways = (
        ("/accounts/login/", "application/x-www-form-urlencoded"),
        ("/api/v1/needs/", "application/json"),
    )
    with serving(THREADS, PILOTLIGHT_BODY_SECONDS="3") as server, ExitStack() as lines:
        slow = [
            lines.enter_context(beginning(server, *ways[number % 2], 1000))
            for number in range(SENDERS)
        ]
        assert server.ask("GET", "/accounts/login/") == 200
        for line in slow:
            line.sendall(b"a")
        for line in slow:
            answer = all_of(line)
            assert answer.startswith(b"HTTP/1.1 408 ")
            assert b"did not arrive in full" in answer
        assert server.ask("GET", "/accounts/login/") == 200


def test_body_that_is_too_large_is_refused_before_it_comes(db: None) -> None:
    with serving(THREADS) as server:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        with beginning(server, "/api/v1/needs/", "application/json", most + 1) as line:
            assert all_of(line).startswith(b"HTTP/1.1 413 ")
