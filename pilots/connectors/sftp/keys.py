"""The keys with which a source signs in at a server: made here, the public half shown."""

import asyncssh

from pilots.connectors import signing
from pilots.connectors.errors import BadConfig, Who

ALGORITHMS = {"ssh-ed25519": "Ed25519", "ssh-rsa": "RSA, 3,072 bits, for older servers"}
_RSA_BITS = 3072


def new_key(algorithm: str) -> str:
    """A private key as PEM."""
    key = (
        asyncssh.generate_private_key("ssh-rsa", key_size=_RSA_BITS)
        if algorithm == "ssh-rsa"
        else asyncssh.generate_private_key("ssh-ed25519")
    )
    return key.export_private_key().decode("ascii")


def loaded(pem: str) -> asyncssh.SSHKey:
    """The private key of a PEM that may have lost its line breaks on the way; BadConfig where it is none."""
    try:
        return asyncssh.import_private_key(signing.unfolded(pem))
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        raise BadConfig(
            "The key of this source is not a private key without a password. Enter another one on the source's"
            " page.",
            who=Who.SOURCE_OWNER,
        ) from error


def public(pem: str, comment: str = "") -> str:
    """The line that goes into the server's list of keys (authorized_keys)."""
    line = " ".join(loaded(pem).export_public_key().decode("ascii").split()[:2])
    return f"{line} {comment}".strip()
