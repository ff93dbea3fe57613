"""An OpenID provider (oidc-provider-mock: Authlib behind Flask), and how its tokens are spoiled.

Codes, nonces, keys and the endpoints are the package's own. Before a token leaves, a test may change
its claims, or have it signed by somebody else.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import flask
import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse
from werkzeug.serving import make_server

from tests.patience import PATIENCE

with warnings.catch_warnings(record=True):  # Authlib shows its own, whatever the filters say
    import oidc_provider_mock

Claims = dict[str, Any]


class OpenIDServer:
    """One provider, at its own address; `says` makes a person known to it."""

    def __init__(self) -> None:
        self.app = oidc_provider_mock.app(require_nonce=True)
        self.app.after_request(self._spoil)
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self.be_honest()

    def be_honest(self) -> None:
        self.change: Callable[[Claims], Claims] | None = None
        self.signer: tuple[str, Any] | None = None
        self.tokens_given: list[str] = []
        self.token_to_repeat: str | None = None

    def says(self, subject: str, **claims: Any) -> None:
        answer = self.app.test_client().put(f"/users/{subject}", json=claims)
        assert answer.status_code == 204

    def settings(self, **more: Any) -> dict[str, Any]:
        """As the environment would name it."""
        return {
            "key": "lakeshore",
            "name": "Lakeshore ID",
            "speaks": "openid",
            "groups": "groups",
            "domains": ["lakeshore.example"],
            "second_step": [],
            "makes_accounts": True,
            "issuer": self.issuer,
            "client_id": "pilotlight",
            "client_secret": "a secret between the two",
            "scope": ["openid", "profile", "email"],
            "acr_values": "",
            **more,
        }

    def _spoil(self, answer: flask.Response) -> flask.Response:
        if flask.request.path != "/oauth2/token" or answer.status_code != 200:
            return answer
        body = answer.get_json()
        key = flask.g.oidc_provider_mock_storage.jwk
        if self.change or self.signer:
            claims = jwt.decode(body["id_token"], options={"verify_signature": False})
            algorithm, signer = self.signer or ("RS256", key.get_private_key())
            headers = {"kid": key.thumbprint()}
            body["id_token"] = jwt.encode(
                self.change(claims) if self.change else claims, signer, algorithm, headers=headers
            )
        if self.token_to_repeat:
            body["id_token"] = self.token_to_repeat
        self.tokens_given.append(body["id_token"])
        answer.set_data(flask.json.dumps(body))
        return answer

    @contextmanager
    def running(self) -> Iterator[OpenIDServer]:
        thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join(PATIENCE)


def another_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def ask(client: Client, *, next_url: str = "/", key: str = "lakeshore") -> str:
    """Press the provider's button; the address at the provider to which that leads."""
    page = client.post(reverse("sso_begin", args=[key]), {"next": next_url})
    assert page.status_code == 200, page.content
    return str(page.headers["Refresh"]).removeprefix("0; url=")


def answer(target: str, subject: str) -> str:
    """Sign in at the provider as a subject; the address back to us, with its answer."""
    back = requests.post(target, data={"sub": subject}, allow_redirects=False, timeout=PATIENCE)
    assert back.status_code == 302, back.text
    return back.headers["Location"].removeprefix("http://testserver")


def come_in(client: Client, subject: str, **asked: Any) -> Any:
    """The whole way, from the button to our answer."""
    return client.get(answer(ask(client, **asked), subject))
