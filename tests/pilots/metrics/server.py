"""A source on loopback that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.patience import PATIENCE


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def rows(*pairs: tuple[str, Any, Any]) -> Answer:
    """Rows of a REST source: (period, numerator, denominator)."""
    body = {"rows": [{"week": week, "late": a, "all": b} for week, a, b in pairs]}
    return Answer(body=json.dumps(body).encode())


def searchable(**parameters: tuple[str, ...]) -> Answer:
    """What a FHIR server says of the resources that it has, and by what each is searched."""
    resources = [
        {"type": name, "searchParam": [{"name": one} for one in names]}
        for name, names in parameters.items()
    ]
    body = {"resourceType": "CapabilityStatement", "rest": [{"resource": resources}]}
    return Answer(body=json.dumps(body).encode())


class Source:
    """Set `answer` to an Answer, or to a function of the request's path and headers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answer: Answer | Callable[[str, dict[str, str]], Answer] = rows()
        self.statement: Answer | None = None  # for whoever asks what can be searched
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.gate = threading.Event()  # cleared: answers are held back until it is set
        self.gate.set()
        self.waiting = threading.Event()  # set while a request waits at the gate


@contextmanager
def serve() -> Iterator[Source]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if source.statement and self.path.endswith("/metadata"):
                self.respond(source.statement)
                return
            source.asked.append(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            source.headers.append(headers)
            if not source.gate.is_set():
                source.waiting.set()
                source.gate.wait(PATIENCE)
            answer = source.answer
            if callable(answer):
                answer = answer(self.path, headers)
            self.respond(answer)

        def respond(self, answer: Answer) -> None:
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.type)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:
                pass  # whoever asked was killed meanwhile

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    source = Source(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield source
    finally:
        source.gate.set()
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)
