"""The http_client over TLS: the pinned address must prove the name that was asked for."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pilots.connectors.errors import CertificateRefused, RedirectRefused, Unreachable
from pilots.connectors.http import HttpClient
from tests.fakes.hostile_server import HostileServer, hostile_server

NAME = "fhir.hospital.test"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for one name, signed by itself, and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="module")
def secure(certificate: Path) -> Iterator[HostileServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with hostile_server(context) as server:
        yield server


def http_client(ca_file: Path | None = None) -> HttpClient:
    return HttpClient(
        resolver=lambda *_: ["127.0.0.1"],
        allowed_hosts=[NAME, "other.test"],
        ca_file=str(ca_file) if ca_file else None,
    )


def test_get_with_a_known_certificate_goes_to_the_pinned_address_under_its_name(
    secure: HostileServer, certificate: Path, connected: list[tuple[str, int]]
) -> None:
    headers = http_client(certificate).get(secure.url("/echo", NAME)).json()
    assert headers["Host"] == f"{NAME}:{secure.port}"
    assert {address[0] for address in connected} == {"127.0.0.1"}


def test_get_with_a_certificate_of_another_name_is_refused(
    secure: HostileServer, certificate: Path
) -> None:
    with pytest.raises(CertificateRefused, match=r"could not prove that it is other\.test") as told:
        http_client(certificate).get(secure.url("/echo", "other.test"))
    assert not told.value.retry


def test_get_with_a_certificate_nobody_knows_is_refused_and_sends_nothing(
    secure: HostileServer,
) -> None:
    secure.seen.clear()
    with pytest.raises(CertificateRefused, match="certificate was refused"):
        http_client().get(secure.url("/echo", NAME), credentials={"Authorization": "Bearer secret"})
    assert secure.seen == []


def test_get_slow_body_over_tls_is_bounded(secure: HostileServer, certificate: Path) -> None:
    visit = HttpClient(
        resolver=lambda *_: ["127.0.0.1"],
        allowed_hosts=[NAME],
        ca_file=str(certificate),
        request_seconds=0.6,
    )
    with pytest.raises(Exception, match="did not finish answering"):
        visit.get(secure.url("/slow-body", NAME))


def test_get_https_from_a_plain_port_says_so(hostile: HostileServer, certificate: Path) -> None:
    with pytest.raises(CertificateRefused, match="secure connection"):
        http_client(certificate).get(f"https://{NAME}:{hostile.port}/fine")


def test_get_plain_http_from_a_secure_port_is_told(secure: HostileServer) -> None:
    with pytest.raises(Unreachable, match="broke"):
        http_client().get(f"http://{NAME}:{secure.port}/fine")


def test_redirect_from_secure_to_plain_is_refused(
    secure: HostileServer, hostile: HostileServer, certificate: Path
) -> None:
    with pytest.raises(RedirectRefused, match="one that is not"):
        http_client(certificate).get(secure.url(f"/to?url=http://{NAME}:{hostile.port}/fine", NAME))
