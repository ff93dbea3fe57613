"""A SAML identity provider (pysaml2), and how its assertions are spoiled.

pysaml2 reads the request, answers it and writes the assertion. It would sign by a program that is not on
every machine, so the signature is made here, by xmlsec; before it, a test may change the assertion.
"""

from __future__ import annotations

import base64
import html
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client
from django.urls import reverse
from lxml import etree

from tests.patience import PATIENCE

with (
    warnings.catch_warnings()
):  # pysaml2 7.5 names a cipher of which cryptography warns; not used here
    warnings.simplefilter("ignore")
    from saml2 import BINDING_HTTP_REDIRECT
    from saml2.config import IdPConfig
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server

Assertion = Any  # an element of lxml
NAMES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
}
PASSWORD_THERE = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


def key_and_certificate() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return secret.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


class SAMLServer:
    """One provider, at its own address; `says` makes a person known to it."""

    def __init__(self, directory: Path) -> None:
        self.key, self.certificate = key_and_certificate()
        self._files = (directory / "key.pem", directory / "certificate.pem")
        for path, text in zip(self._files, (self.key, self.certificate), strict=True):
            path.write_text(text)
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.base = f"http://127.0.0.1:{self._web.server_port}"
        self.people: dict[str, dict[str, Any]] = {}
        self.be_honest()

    def be_honest(self) -> None:
        self.change: Callable[[Assertion], None] | None = None
        self.change_after: Callable[[Any], None] | None = None
        self.signer: str | None = self.key
        self.signs = "Assertion"
        self.name_id_format = NAMEID_FORMAT_PERSISTENT
        self.asked: list[str] = []
        self.context = PASSWORD_THERE

    def says(self, subject: str, **attributes: Any) -> None:
        self.people[subject] = attributes

    def settings(self, **more: Any) -> dict[str, Any]:
        """As the environment would name it."""
        return {
            "key": "harbor",
            "name": "Harbor login",
            "speaks": "saml",
            "groups": "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
            "domains": ["lakeshore.example"],
            "second_step": [],
            "makes_accounts": True,
            "entity_id": f"{self.base}/metadata",
            "sign_in": f"{self.base}/sso",
            "sign_out": f"{self.base}/slo",
            "certificates": [self.certificate],
            "subject": "",
            "address": ["urn:oid:0.9.2342.19200300.100.1.3"],
            "display_name": ["urn:oid:2.16.840.1.113730.3.1.241"],
            **more,
        }

    def knows(self, sp_metadata: str) -> None:
        """Read what the installation says of itself, as an administrator there would upload it."""
        config = IdPConfig().load(
            {
                "entityid": f"{self.base}/metadata",
                "crypto_backend": "XMLSecurity",  # which asks for no program; nothing is signed by it
                "key_file": str(self._files[0]),
                "cert_file": str(self._files[1]),
                "service": {
                    "idp": {
                        "endpoints": {
                            "single_sign_on_service": [(f"{self.base}/sso", BINDING_HTTP_REDIRECT)]
                        },
                        "policy": {"default": {"lifetime": {"minutes": 5}}},
                    }
                },
                "metadata": {"inline": [sp_metadata]},
            }
        )
        self._idp = Server(config=config)

    def answer(self, target: str, subject: str) -> tuple[str, str]:
        """What somebody's browser posts where, after they signed in there as the subject."""
        asked = parse_qs(urlsplit(target).query)["SAMLRequest"][0]
        request = self._idp.parse_authn_request(asked, BINDING_HTTP_REDIRECT).message
        self.asked.append(str(request))
        arguments = self._idp.response_args(request)
        response = self._idp.create_authn_response(
            identity=self.people[subject],
            userid=subject,
            name_id=NameID(format=self.name_id_format, text=subject),
            authn={"class_ref": self.context, "authn_auth": self.base},
            sign_response=False,
            sign_assertion=False,
            **arguments,
        )
        return arguments["destination"], base64.b64encode(self._signed(str(response))).decode()

    def _signed(self, text: str) -> bytes:
        response = etree.fromstring(text.encode())
        assertion = response.find("saml:Assertion", NAMES)
        if self.change:
            self.change(assertion)
        if self.signer:
            self._sign(assertion if self.signs == "Assertion" else response)
        if self.change_after:
            self.change_after(response)
        return bytes(etree.tostring(response))

    def _sign(self, node: Any) -> None:
        template = xmlsec.template.create(
            node, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
        )
        node.find("saml:Issuer", NAMES).addnext(template)
        reference = xmlsec.template.add_reference(
            template, xmlsec.constants.TransformSha256, uri=f"#{node.get('ID')}"
        )
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        xmlsec.tree.add_ids(node, ["ID"])
        context = xmlsec.SignatureContext()
        assert self.signer is not None
        context.key = xmlsec.Key.from_memory(self.signer, xmlsec.constants.KeyDataFormatPem)
        context.sign(template)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            """The provider's own pages: who are you, your answer, you have signed out."""

            def do_GET(self) -> None:
                if self.path.startswith("/slo"):
                    server.asked.append(self.path)
                    self._show("<h1>You have signed out</h1>")
                else:
                    self._show(
                        "<h1>Who are you?</h1><form method=post><input name=sub aria-label=sub>"
                        "<button>Sign in there</button></form>"
                    )

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                where, what = server.answer(self.path, parse_qs(body)["sub"][0])
                self._show(
                    f"<form method=post action='{html.escape(where)}'><input type=hidden "
                    f"name=SAMLResponse value='{what}'><button>Go on</button></form>"
                )

            def _show(self, body: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                page = (
                    f"<!doctype html><title>Harbor login</title><link rel=icon href=data:,>{body}"
                )
                self.wfile.write(page.encode())

            def log_message(self, *_given: object) -> None:
                """Nobody reads it."""

        return Handler

    @contextmanager
    def running(self) -> Iterator[SAMLServer]:
        thread = Thread(target=self._web.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._web.shutdown()
            thread.join(PATIENCE)
            self._web.server_close()


def ask(client: Client, *, next_url: str = "/") -> str:
    page = client.post(reverse("sso_begin", args=["harbor"]), {"next": next_url})
    assert page.status_code == 200, page.content
    return str(page.headers["Refresh"]).removeprefix("0; url=")


def post(client: Client, where: str, what: str) -> Any:
    """The browser brings the answer; our cookie does not come along, so it comes by itself after."""
    page = Client().post(where.removeprefix("http://testserver"), {"SAMLResponse": what})
    assert page.status_code == 302, page.content
    client.cookies["saml-answer"] = page.cookies["saml-answer"].value
    return client.get(page.headers["Location"])


def come_in(client: Client, server: SAMLServer, subject: str, **asked: Any) -> Any:
    return post(client, *server.answer(ask(client, **asked), subject))
