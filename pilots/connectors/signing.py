"""The keys with which a source shows who asks (SMART Backend Services): made, published, signed with.

An assertion lives five minutes, is used once, and names its key in the header; the key's name is the
thumbprint of its public half (RFC 7638), so both sides get it from the key alone.
"""

import base64
import hashlib
import json
import secrets as random
import time
from collections.abc import Mapping

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pilots.connectors.errors import BadConfig, Who

ALGORITHMS = ("RS384", "ES384")
SECONDS = 300
# Among the secrets of a source: the key that signs, the one that will, and the one that did.
SIGNS, WILL_SIGN, SIGNED = "signing_key", "next_signing_key", "former_signing_key"
_RSA_BITS = 3072
_LEAST_RSA_BITS = 2048

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def new_key(algorithm: str) -> str:
    """A private key for one of the algorithms, as PEM."""
    key: Key = (
        ec.generate_private_key(ec.SECP384R1())
        if algorithm == "ES384"
        else rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def loaded(pem: str) -> Key:
    """The private key of a PEM that may have lost its line breaks on the way; BadConfig where it is none
    that can sign."""
    try:
        key = serialization.load_pem_private_key(unfolded(pem).encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key("is not a private key in PEM without a password") from error
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < _LEAST_RSA_BITS:
            raise _no_key(f"has fewer than {_LEAST_RSA_BITS} bits, which no server accepts")
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1):
        return key
    raise _no_key("is neither an RSA key nor one of the curve P-384")


def unfolded(pem: str) -> str:
    """The PEM in lines, whatever a form made of its breaks."""
    found = []
    for part in pem.replace("-----BEGIN ", "\0-----BEGIN ").split("\0")[1:]:
        head, _mark, rest = part.removeprefix("-----BEGIN ").partition("-----")
        body = "".join(rest.partition("-----END ")[0].split())
        lines = [body[at : at + 64] for at in range(0, len(body), 64)]
        found.append("\n".join([f"-----BEGIN {head}-----", *lines, f"-----END {head}-----", ""]))
    return "".join(found)


def algorithm_of(key: Key) -> str:
    return "RS384" if isinstance(key, rsa.RSAPrivateKey) else "ES384"


def public(pem: str) -> dict[str, str]:
    """The public half as a JSON Web Key."""
    key = loaded(pem)
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        parts = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    else:
        point = key.public_key().public_numbers()
        parts = {"crv": "P-384", "kty": "EC", "x": _number(point.x, 48), "y": _number(point.y, 48)}
    return {**parts, "kid": thumbprint(parts), "alg": algorithm_of(key), "use": "sig"}


def thumbprint(parts: Mapping[str, str]) -> str:
    """The name of a public key (RFC 7638)."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return _base64(hashlib.sha256(text.encode()).digest())


def published(secrets: Mapping[str, str]) -> list[dict[str, object]]:
    """What a server has to know of a source's keys: of each its public half, the signing one first."""
    keys = (secrets[name] for name in (SIGNS, WILL_SIGN, SIGNED) if secrets.get(name))
    return [{**public(pem), "key_ops": ["verify"]} for pem in keys]


def assertion(pem: str, *, client_id: str, audience: str) -> str:
    """Who asks, signed for one server, once and for five minutes."""
    key, now = loaded(pem), int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": now,
        "exp": now + SECONDS,
        "jti": random.token_urlsafe(32),
    }
    return jwt.encode(
        claims, key, algorithm=algorithm_of(key), headers={"kid": public(pem)["kid"], "typ": "JWT"}
    )


def _number(number: int, length: int = 0) -> str:
    return _base64(number.to_bytes(length or (number.bit_length() + 7) // 8, "big"))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _no_key(why: str) -> BadConfig:
    return BadConfig(
        f"The signing key of this source {why}. Enter another one on the source's page.",
        who=Who.SOURCE_OWNER,
    )
