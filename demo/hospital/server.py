"""The server: who may ask, which face answers, and switches to make a face fail."""

import base64
import json
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from urllib.parse import parse_qs, urlsplit

from demo.hospital import fhir
from demo.hospital.calendar import Calendar
from demo.hospital.reports import BadQuestion, Reports
from demo.hospital.series import Series

FHIR_TOKEN = "lakeshore-fhir-counts-2026"
REPORT_USER = "pilotlight"
REPORT_PASSWORD = "between-lake-and-harbour"
LONGEST_DELAY = 120.0

_WELCOME = """Lakeshore Health, a fictional health system (seeded, aggregates only)

FHIR R4   /fhir/metadata, /fhir/<Resource>?...&_summary=count   bearer token
JSON      /api/v1/<report>/weekly?from=&to=&page=                 basic
CSV       /exports/<file>.csv                                     basic or bearer
"""


@dataclass
class Switches:
    """What is slow or broken on purpose: path -> (status or 0, seconds)."""

    _set: dict[str, tuple[int, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, path: str, status: int, seconds: float) -> None:
        with self._lock:
            self._set[path] = (status, min(seconds, LONGEST_DELAY))

    def drop(self, path: str) -> None:
        with self._lock:
            self._set.pop(path, None)

    def of(self, path: str) -> tuple[int, float]:
        with self._lock:
            return next(
                (what for prefix, what in self._set.items() if path.startswith(prefix)), (0, 0.0)
            )


class Hospital(ThreadingHTTPServer):
    """Lakeshore Health on a loopback port."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        port: int,
        *,
        today: date,
        now: Callable[[], date] | None = None,
        switches: Switches | None = None,
        quiet: bool = True,
    ) -> None:
        series = Series(Calendar(today))
        the_day = now or (lambda: today)
        self.fhir = fhir.Server(series, the_day)
        self.reports = Reports(series, the_day)
        self.switches = switches or Switches()
        self.quiet = quiet
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """A visitor who hangs up early is no fault of ours."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Hospital
    protocol_version = "HTTP/1.1"
    server_version = "Lakeshore/1"
    sys_version = ""
    timeout = 30
    # Headers and body leave together; else a visitor who stays waits 40 ms for each answer.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        status, seconds = self.server.switches.of(parts.path)
        if seconds:
            time.sleep(seconds)
        if status:
            self._json(status, {"title": "Switched to fail", "detail": "This is a demonstration."})
        elif parts.path == "/":
            self._send(200, "text/plain; charset=utf-8", _WELCOME)
        elif match := re.fullmatch(r"/fhir/([A-Za-z]*)", parts.path):
            self._fhir(match[1], parts.query)
        elif match := re.fullmatch(r"/api/v1/([a-z-]+)/weekly", parts.path):
            self._report(match[1], parts.query)
        elif match := re.fullmatch(r"/exports/([a-z-]+\.csv)", parts.path):
            self._file(match[1])
        else:
            self._json(404, {"title": "Not found", "detail": "There is nothing at this path."})

    def do_POST(self) -> None:
        """POST /switches?path=/exports/falls.csv&status=503&seconds=2 (neither: switch it off)."""
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        if parts.path != "/switches" or not self._is_reporter():
            self._json(403 if parts.path == "/switches" else 405, {"title": "Not allowed"})
            return
        try:
            path = asked["path"][0]
            status = int(asked.get("status", ["0"])[0])
            seconds = float(asked.get("seconds", ["0"])[0])
            if not (status == 0 or 400 <= status <= 599) or not 0 <= seconds <= LONGEST_DELAY:
                raise ValueError
        except (KeyError, ValueError):
            self._json(400, {"title": "Give path, and status (400 to 599) or seconds."})
            return
        if status or seconds:
            self.server.switches.put(path, status, seconds)
        else:
            self.server.switches.drop(path)
        self._json(200, {"path": path, "status": status, "seconds": seconds})

    def _fhir(self, resource: str, query: str) -> None:
        if resource != "metadata" and not self._has_token():
            self._send(
                401,
                fhir.TYPE,
                json.dumps(fhir.outcome("login", "A bearer token is needed.")),
                {"WWW-Authenticate": 'Bearer realm="Lakeshore FHIR"'},
            )
            return
        strict = "handling=strict" in self.headers.get("Prefer", "")
        base = f"{self.server.address}/fhir"
        status, body = self.server.fhir.answer(resource, query, base=base, strict=strict)
        self._send(status, fhir.TYPE, json.dumps(body))

    def _report(self, name: str, query: str) -> None:
        if not self._is_reporter():
            self._refuse()
        elif name not in self.server.reports.weekly:
            self._json(404, {"title": "Not found", "detail": f"There is no report {name}."})
        else:
            try:
                self._json(200, self.server.reports.page(name, query))
            except BadQuestion as problem:
                self._json(400, {"title": "Bad request", "detail": str(problem)})

    def _file(self, name: str) -> None:
        if not (self._is_reporter() or self._has_token()):
            self._refuse()
        elif name not in self.server.reports.files:
            self._json(404, {"title": "Not found", "detail": f"There is no file {name}."})
        else:
            kind = "text/html" if name == "broken.csv" else "text/csv"
            self._send(200, f"{kind}; charset=utf-8", self.server.reports.files[name]())

    def _is_reporter(self) -> bool:
        return self._authorised("Basic", _basic(REPORT_USER, REPORT_PASSWORD))

    def _has_token(self) -> bool:
        return self._authorised("Bearer", FHIR_TOKEN)

    def _authorised(self, way: str, expected: str) -> bool:
        given_way, _, given = self.headers.get("Authorization", "").partition(" ")
        return given_way.lower() == way.lower() and compare_digest(
            given.strip().encode("utf-8", "replace"), expected.encode()
        )

    def _refuse(self) -> None:
        self._send(
            401,
            "application/json",
            json.dumps({"title": "Unauthorised", "detail": "Sign in with name and password."}),
            {"WWW-Authenticate": 'Basic realm="Lakeshore reports"'},
        )

    def _json(self, status: int, body: dict[str, object]) -> None:
        self._send(status, "application/json", json.dumps(body))

    def _send(
        self, status: int, kind: str, text: str, headers: dict[str, str] | None = None
    ) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        if not self.server.quiet:
            super().log_message(format, *args)


def _basic(name: str, password: str) -> str:
    return base64.b64encode(f"{name}:{password}".encode()).decode("ascii")
