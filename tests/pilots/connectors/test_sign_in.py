"""Signing in with a token that is got for it, by secret or signature; and certificates over TLS."""

from __future__ import annotations

import base64
import datetime
import hashlib
import ipaddress
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from pilots.connectors import credentials, kinds, signing
from pilots.connectors.errors import (
    BadAnswer,
    BadConfig,
    CertificateRefused,
    CredentialsRefused,
    RedirectRefused,
    SourceError,
    Unreachable,
)
from pilots.connectors.http import HttpClient
from pilots.connectors.kind import Visit
from pilots.connectors.measurement import Measurement, Window
from tests.fakes.token_server import TokenServer, token_server

WINDOW = Window(datetime.date(2026, 1, 5), datetime.date(2026, 1, 12))
WEAK = 1024
KEYS = {algorithm: signing.new_key(algorithm) for algorithm in signing.ALGORITHMS}


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server() as found:
        yield found


def client(**options: Any) -> HttpClient:
    return HttpClient(allowed_hosts=["127.0.0.1"], **options)


def settings_of(server: TokenServer, **config: Any) -> dict[str, Any]:
    return {
        "base_url": f"{server.address}/r4", "path": "/data", "rows": "rows", "period": "week", "value": "n",
        "client_id": "pilotlight", **config,
    }  # fmt: skip


def read(server: TokenServer, secrets: dict[str, str], **config: Any) -> list[int]:
    items = kinds.get("rest_json").observe(
        settings_of(server, **config),
        WINDOW,
        cadence="week",
        measure="value",
        client=client(),
        secrets=secrets,
    )
    return [int(item.value or 0) for item in items if isinstance(item, Measurement)]


# OAuth, client credentials


@pytest.mark.parametrize("way", ["header", "form"])
def test_token_is_got_by_client_id_and_secret(server: TokenServer, way: str) -> None:
    server.client_secret = "s3cr:et/&=+ü"
    found = read(
        server,
        {"client_secret": server.client_secret},
        auth="oauth",
        token_url=server.token_url,
        client_auth=way,
        scope="read all",
    )
    assert found == [12]
    assert server.asked == [("POST", "/token"), ("GET", "/r4/data")]
    assert server.forms[0]["scope"] == "read all"
    assert ("client_secret" in server.forms[0]) is (way == "form")


def test_wrong_secret_is_told_with_the_reason_and_without_the_secret(server: TokenServer) -> None:
    server.client_secret = "right"
    with pytest.raises(CredentialsRefused, match="invalid_client: unknown client") as caught:
        read(server, {"client_secret": "wr0ng"}, auth="oauth", token_url=server.token_url)
    assert "wr0ng" not in caught.value.sentence
    assert not caught.value.retry


@pytest.mark.parametrize(
    ("says", "status", "error", "words"),
    [
        ({"token_type": "bearer"}, 200, BadAnswer, "without an access token"),
        ({"access_token": 7}, 200, BadAnswer, "without an access token"),
        ({"access_token": "a\nb"}, 200, BadAnswer, "without an access token"),
        ({"access_token": "a", "token_type": "mac"}, 200, BadAnswer, "of a kind"),
        ({}, 503, SourceError, "not available"),
        ({}, 401, CredentialsRefused, "did not accept"),
    ],
)
def test_answers_that_are_no_token(
    server: TokenServer, says: dict[str, Any], status: int, error: type[SourceError], words: str
) -> None:
    server.says, server.status = says, status
    with pytest.raises(error, match=words):
        read(server, {"client_secret": "x"}, auth="oauth", token_url=server.token_url)


def test_what_proves_who_we_are_follows_no_redirect(server: TokenServer) -> None:
    with pytest.raises(RedirectRefused, match="what proves who we are"):
        read(server, {"client_secret": "x"}, auth="oauth", token_url=f"{server.address}/elsewhere")
    assert server.asked == [("POST", "/elsewhere")]


@pytest.mark.parametrize(
    ("config", "secrets", "words"),
    [
        ({"auth": "oauth"}, {"client_secret": "x"}, "Address for tokens: This is needed"),
        ({"auth": "oauth", "client_id": ""}, {}, "Client id: This is needed"),
        ({"auth": "oauth", "token_url": "http://127.0.0.1:9/"}, {}, "no client secret yet"),
        ({"auth": "smart"}, {}, "no signing key yet"),
        ({"auth": "smart", "client_id": ""}, {}, "Client id: This is needed"),
        ({"auth": "smart"}, {"signing_key": "nonsense"}, "not a private key"),
        ({"ca_certificate": "nonsense"}, {}, "no certificate in PEM"),
        ({"client_certificate": "nonsense"}, {}, "no certificate in PEM"),
    ],
)
def test_what_is_missing_is_named_before_anybody_is_asked(
    server: TokenServer, config: dict[str, Any], secrets: dict[str, str], words: str
) -> None:
    with pytest.raises(BadConfig, match=words):
        read(server, secrets, **config)
    assert ("POST", "/token") not in server.asked


# SMART Backend Services


@pytest.mark.parametrize("algorithm", signing.ALGORITHMS)
@pytest.mark.parametrize("found", [True, False])
def test_assertion_is_what_the_specification_asks_for(
    server: TokenServer, algorithm: str, found: bool
) -> None:
    secrets = {"signing_key": KEYS[algorithm]}
    server.keys = [json.loads(json.dumps(one)) for one in signing.published(secrets)]
    config = {} if found else {"token_url": server.token_url}
    scope = "system/MeasureReport.rs"
    assert read(server, secrets, auth="smart", scope=scope, **config) == [12]
    (header,), (claims,) = server.headers, server.claims
    assert header == {"alg": algorithm, "kid": server.keys[0]["kid"], "typ": "JWT"}
    assert claims["iss"] == claims["sub"] == "pilotlight"
    assert claims["aud"] == server.token_url
    assert claims["exp"] - claims["iat"] == 300
    assert abs(claims["iat"] - time.time()) < 60
    assert (("GET", "/r4/.well-known/smart-configuration") in server.asked) is found


def test_each_assertion_is_used_once_and_a_token_until_it_nearly_ends(server: TokenServer) -> None:
    secrets = {"signing_key": KEYS["ES384"]}
    server.keys = signing.published(secrets)
    config = settings_of(server, auth="smart", scope="s", token_url=server.token_url)
    visit = Visit(config, client(), secrets)
    assert credentials.headers(visit) == credentials.headers(visit)
    assert len(server.given) == 1
    server.lives = 20  # less than a request may take
    visit = Visit(config, client(), secrets)
    assert credentials.headers(visit) != credentials.headers(visit)
    assert len(server.given) == 3
    assert len({one["jti"] for one in server.claims}) == 3
    server.lives = None
    visit = Visit(config, client(), secrets)
    assert credentials.headers(visit) == credentials.headers(visit)


def test_key_that_nobody_registered_is_told(server: TokenServer) -> None:
    with pytest.raises(CredentialsRefused, match="unknown key"):
        read(
            server,
            {"signing_key": KEYS["ES384"]},
            auth="smart",
            scope="s",
            token_url=server.token_url,
        )


def test_former_and_next_key_are_published_so_that_a_key_can_be_changed(
    server: TokenServer,
) -> None:
    secrets = {"signing_key": KEYS["ES384"], "next_signing_key": KEYS["RS384"]}
    server.keys = signing.published(secrets)
    config = {"auth": "smart", "scope": "s", "token_url": server.token_url}
    assert read(server, secrets, **config) == [12]
    changed = {"signing_key": KEYS["RS384"], "former_signing_key": KEYS["ES384"]}
    assert read(server, changed, **config) == [12]
    assert [one["kid"] for one in signing.published(changed)] == [
        one["kid"] for one in reversed(server.keys)
    ]
    assert [one["alg"] for one in server.headers] == ["ES384", "RS384"]


@pytest.mark.parametrize("algorithm", signing.ALGORITHMS)
def test_published_key_is_its_public_half_and_named_by_its_thumbprint(algorithm: str) -> None:
    (found,) = signing.published({"signing_key": KEYS[algorithm]})
    private = {"d", "p", "q", "dp", "dq", "qi"}
    assert not private & set(found)
    parts = {name: found[name] for name in ("crv", "e", "kty", "n", "x", "y") if name in found}
    text = json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
    assert (found["kid"], found["use"], found["alg"]) == (thumbprint, "sig", algorithm)


def test_thumbprint_is_that_of_rfc_7638() -> None:
    """3.1: the key of the example has this modulus and this thumbprint."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB"
        "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8"
        "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_"
        "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    parts = {"e": "AQAB", "kty": "RSA", "n": modulus}
    assert signing.thumbprint(parts) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_pem_that_lost_its_line_breaks_is_read() -> None:
    for pem in KEYS.values():
        for folded in (pem.replace("\n", " "), pem.replace("\n", ""), pem.replace("\n", "\r\n")):
            assert signing.unfolded(folded) == pem
            assert signing.public(folded) == signing.public(pem)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (rsa.generate_private_key(public_exponent=65537, key_size=WEAK), "fewer than 2048 bits"),
        (ec.generate_private_key(ec.SECP256R1()), "one of the curve P-384"),
    ],
)
def test_key_that_no_server_accepts_is_refused(key: Any, words: str) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with pytest.raises(BadConfig, match=words):
        signing.loaded(pem)


# Certificates


@dataclass(frozen=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def signs(self, name: str) -> tuple[str, str]:
        """A certificate for that name and for loopback, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder(name, self.certificate.subject, key.public_key()).add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        return made.sign(self.key, hashes.SHA256()).public_bytes(
            serialization.Encoding.PEM
        ).decode(), _written(key)


def authority(name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        _builder(name, subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )
    return Authority(key, made.sign(key, hashes.SHA256()))


def _builder(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )


def _written(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture(scope="module")
def hospital_authority() -> Authority:
    return authority("Lakeshore internal authority")


@pytest.fixture
def guarded(hospital_authority: Authority, tmp_path: Path) -> Iterator[TokenServer]:
    """A server whose certificate the hospital signed itself, and which asks for one."""
    certificate, key = hospital_authority.signs("fhir.lakeshore.test")
    pem = tmp_path / "server.pem"
    pem.write_text(certificate + key)
    ca = tmp_path / "ca.pem"
    ca.write_text(hospital_authority.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.load_verify_locations(ca)
    context.verify_mode = ssl.CERT_REQUIRED
    with token_server(context) as found:
        found.client_secret = "x"
        yield found


def ours(authority: Authority) -> tuple[dict[str, str], dict[str, str]]:
    certificate, key = authority.signs("pilotlight")
    config = {"ca_certificate": authority.pem, "client_certificate": certificate}
    return config, {"client_key": key, "client_secret": "x"}


def test_own_authority_and_our_certificate_open_a_server_that_asks_for_both(
    guarded: TokenServer, hospital_authority: Authority
) -> None:
    config, secrets = ours(hospital_authority)
    oauth = {"auth": "oauth", "token_url": guarded.token_url}
    assert read(guarded, secrets, **config, **oauth) == [12]
    folded = {name: text.replace("\n", " ") for name, text in config.items()}
    assert read(guarded, {**secrets, "client_key": secrets["client_key"].replace("\n", "")}, **folded, **oauth) == [12]  # fmt: skip
    smart = {"signing_key": KEYS["ES384"], "client_key": secrets["client_key"]}
    guarded.keys = signing.published(smart)
    assert read(guarded, smart, **config, auth="smart", scope="s") == [12]


def test_without_the_authority_or_with_another_the_server_is_not_believed(
    guarded: TokenServer, hospital_authority: Authority
) -> None:
    config, secrets = ours(hospital_authority)
    for wrong in ("", authority("Somebody else").pem):
        with pytest.raises(CertificateRefused):
            read(guarded, secrets, **{**config, "ca_certificate": wrong})


def test_without_our_certificate_or_with_another_authoritys_we_are_sent_away(
    guarded: TokenServer, hospital_authority: Authority
) -> None:
    config, secrets = ours(hospital_authority)
    foreign, key = authority("Somebody else").signs("pilotlight")
    for sent, own in (("", ""), (foreign, key)):
        with pytest.raises((Unreachable, CertificateRefused)):
            read(
                guarded,
                {**secrets, "client_key": own},
                **{**config, "client_certificate": sent},
            )


def test_certificate_without_its_key_or_with_another_is_said(
    guarded: TokenServer, hospital_authority: Authority
) -> None:
    config, _secrets = ours(hospital_authority)
    with pytest.raises(BadConfig, match="no key for it yet"):
        read(guarded, {}, **config)
    with pytest.raises(BadConfig, match="do not fit"):
        read(guarded, {"client_key": hospital_authority.signs("x")[1]}, **config)


def test_only_the_servers_of_the_source_are_met_with_them(hospital_authority: Authority) -> None:
    config, secrets = ours(hospital_authority)
    by = client()
    Visit({**config, "base_url": "https://fhir.lakeshore.test/r4"}, by, secrets)
    assert set(by.met_with) == {"fhir.lakeshore.test"}
    assert "PRIVATE KEY" not in repr(by.met_with)
    plain = client()
    Visit({"base_url": "https://fhir.lakeshore.test/r4"}, plain, {})
    assert plain.met_with == {}
