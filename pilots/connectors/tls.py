"""What a source's own servers are met with: a certificate of ours, and an authority of their own."""

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cryptography import x509

from pilots.connectors.errors import BadConfig, Who
from pilots.connectors.signing import unfolded


@dataclass(frozen=True)
class Tls:
    """For the servers of one source, in PEM."""

    authority: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)

    def add_to(self, context: ssl.SSLContext) -> None:
        """Trust the authority besides those that the system trusts, and show our certificate."""
        if self.authority:
            try:
                context.load_verify_locations(cadata=unfolded(self.authority))
            except (ssl.SSLError, ValueError) as error:
                raise _wrong("The certificate of the authority cannot be read.") from error
        if self.certificate:
            if not self.key:
                raise _wrong("This source has a certificate of ours and no key for it yet.")
            pem = f"{unfolded(self.certificate)}{unfolded(self.key)}"
            try:
                with _as_file(pem.encode()) as path:
                    context.load_cert_chain(path)
            except (ssl.SSLError, ValueError, OSError) as error:
                raise _wrong(
                    "Our certificate and its key do not fit, or cannot be read."
                ) from error


def problem(pem: str) -> str:
    """What is wrong with certificates that were entered, or nothing."""
    try:
        x509.load_pem_x509_certificates(unfolded(pem).encode())
    except ValueError:
        return "This is no certificate in PEM. It begins with -----BEGIN CERTIFICATE-----."
    return ""


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """A name under which OpenSSL finds the content: in memory where the system can, so that no key is
    written to a disk."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("certificate")
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file.name


def _wrong(sentence: str) -> BadConfig:
    return BadConfig(f"{sentence} Enter both again on the source's page.", who=Who.SOURCE_OWNER)
