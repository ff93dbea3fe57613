"""An authorization server and what it guards, over real sockets: OAuth client credentials (RFC 6749) and
SMART Backend Services, which checks an assertion as its specification says, and rows for whoever has a token."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote

import jwt

from tests.patience import PATIENCE

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ROWS = {"rows": [{"week": "2026-01-05", "n": 12}]}


@dataclass
class TokenServer:
    address: str
    client_id: str = "pilotlight"
    client_secret: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)  # the public ones that are registered
    lives: int | None = 300
    says: dict[str, Any] | None = None  # its answer instead of a token
    status: int = 200
    asked: list[tuple[str, str]] = field(default_factory=list)  # method and path
    forms: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)  # of the assertions that were right
    claims: list[dict[str, Any]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    @property
    def token_url(self) -> str:
        return f"{self.address}/token"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.forms.append(form)
        if self.says is not None:
            return self.status, self.says
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        wrong = (
            self._wrong_assertion(form)
            if "client_assertion" in form
            else self._wrong_secret(form, authorization)
        )
        if wrong:
            return 400, {"error": "invalid_client", "error_description": wrong}
        self.given.append(f"token-{len(self.given) + 1}")
        found = {
            "access_token": self.given[-1],
            "token_type": "bearer",
            "scope": form.get("scope", ""),
        }
        return 200, found if self.lives is None else {**found, "expires_in": self.lives}

    def _wrong_secret(self, form: dict[str, str], authorization: str) -> str:
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        if authorization.startswith("Basic "):
            name, _colon, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            given = (unquote(name), unquote(secret))
        right = self.client_secret and given == (self.client_id, self.client_secret)
        return "" if right else "unknown client"

    def _wrong_assertion(self, form: dict[str, str]) -> str:
        """SMART App Launch 2.2, Backend Services, 5.1.3: what a server checks."""
        if form.get("client_assertion_type") != JWT_BEARER or not form.get("scope"):
            return "type of assertion or scope missing"
        header = jwt.get_unverified_header(form["client_assertion"])
        if header["alg"] not in ("RS384", "ES384") or header.get("typ") != "JWT":
            return "wrong header"
        known = [one for one in self.keys if one["kid"] == header.get("kid")]
        if not known:
            return "unknown key"
        try:
            claims = jwt.decode(
                form["client_assertion"],
                jwt.PyJWK(known[0]).key,
                algorithms=[header["alg"]],
                audience=self.token_url,
                options={"require": ["iss", "sub", "aud", "exp", "jti"]},
            )
        except jwt.PyJWTError as error:
            return str(error)
        if claims["iss"] != self.client_id or claims["sub"] != self.client_id:
            return "another client"
        if claims["exp"] - claims["iat"] > 300:
            return "lives too long"
        if claims["jti"] in self._seen:
            return "used before"
        self._seen.add(claims["jti"])
        self.headers.append(header)
        self.claims.append(claims)
        return ""


@contextmanager
def token_server(context: ssl.SSLContext | None = None) -> Iterator[TokenServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            server.asked.append(("POST", self.path))
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path == "/elsewhere":
                self.respond(307, {}, {"Location": "/token"})
                return
            self.respond(*server.token(form, self.headers.get("Authorization", "")))

        def do_GET(self) -> None:
            server.asked.append(("GET", self.path))
            if self.path.endswith("/.well-known/smart-configuration"):
                self.respond(200, {"token_endpoint": server.token_url})
            elif self.headers.get("Authorization", "").removeprefix("Bearer ") in server.given[-1:]:
                self.respond(200, ROWS)
            else:
                self.respond(401, {"detail": "no token"})

        def respond(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A visitor who shows no certificate is sent away, and that is the point."""

    web = Quiet(("127.0.0.1", 0), Handler)
    if context:
        web.socket = context.wrap_socket(
            web.socket, server_side=True, do_handshake_on_connect=False
        )
    server = TokenServer(f"{'https' if context else 'http'}://127.0.0.1:{web.server_port}")
    thread = threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        web.shutdown()
        web.server_close()
        thread.join(PATIENCE)
