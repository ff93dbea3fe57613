"""A passkey in software, which also answers as no honest device would."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from innovation.people.models import User

ORIGIN = "http://localhost:8000"
FLAG = AuthenticatorData.FLAG


class SoftKey:
    def __init__(self) -> None:
        self.id = secrets.token_bytes(16)
        self.secret = ec.generate_private_key(ec.SECP256R1())

    def makes(
        self, challenge: str, *, origin: str = ORIGIN, rp: str = "localhost", verified: bool = True
    ) -> dict[str, Any]:
        """The answer to an offer to be added."""
        public = ES256.from_cryptography_key(  # type: ignore[no-untyped-call]
            self.secret.public_key()
        )
        data = AuthenticatorData.create(
            hashlib.sha256(rp.encode()).digest(),
            FLAG.UP | FLAG.AT | (FLAG.UV if verified else FLAG(0)),
            0,
            AttestedCredentialData.create(Aaguid.NONE, self.id, public),
        )
        told = self._told("webauthn.create", challenge, origin)
        made = AttestationObject.create("none", data, {})
        return self._answer(
            {"clientDataJSON": told, "attestationObject": bytes(made)},
            clientExtensionResults={"credProps": {"rk": True}},
        )

    def signs(
        self,
        challenge: str,
        user: User,
        *,
        origin: str = ORIGIN,
        rp: str = "localhost",
        verified: bool = True,
    ) -> dict[str, Any]:
        """The answer to a challenge."""
        flags = FLAG.UP | (FLAG.UV if verified else FLAG(0))
        data = AuthenticatorData.create(hashlib.sha256(rp.encode()).digest(), flags, 1)
        told = self._told("webauthn.get", challenge, origin)
        signature = self.secret.sign(
            bytes(data) + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256())
        )
        return self._answer(
            {
                "clientDataJSON": told,
                "authenticatorData": bytes(data),
                "signature": signature,
                "userHandle": user_pk_to_url_str(user).encode(),
            }
        )

    def added_to(self, user: User, name: str = "blue key") -> Authenticator:
        """As if its owner had added it."""
        return WebAuthn.add(user, name, self.makes("AAAAAAAAAAAAAAAAAAAAAA")).instance

    def _told(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _answer(self, response: dict[str, bytes], **more: Any) -> dict[str, Any]:
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "response": {name: websafe_encode(value) for name, value in response.items()},
            "clientExtensionResults": {},
            **more,
        }
