"""An identity provider at the door: the token that Ada made for St Brigid, and how it asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from innovation.people.models import Unit, User
from innovation.provisioning import actions as provisioning
from innovation.provisioning.models import ScimToken
from tests.factories.cast import Cast

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True)
class Said:
    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Provider:
    """What Entra ID or Okta does: it sends JSON with its token, and reads what it is told."""

    text: str
    token: ScimToken

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> Said:
        answer = Client().generic(
            method,
            f"/scim/v2{path}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/scim+json",
            headers={"Authorization": f"Bearer {self.text}", **(headers or {})},
            query_params=query or None,
        )
        read = json.loads(answer.content) if answer.content else {}
        return Said(answer.status_code, read, answer.headers)

    def patch(self, path: str, *operations: dict[str, Any]) -> Said:
        return self.ask("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})

    def create(self, user_name: str, **more: object) -> str:
        said = self.ask(
            "POST", "/Users", {"schemas": [f"{CORE}User"], "userName": user_name, **more}
        )
        assert said.status == 201, said.body
        return str(said.body["id"])

    def group(self, name: str, *members: str) -> str:
        people = [{"value": one, "display": "?"} for one in members]
        said = self.ask(
            "POST",
            "/Groups",
            {"schemas": [f"{CORE}Group"], "displayName": name, "members": people},
        )
        assert said.status == 201, said.body
        return str(said.body["id"])

    def find(self, asked: str, at: str = "/Users") -> list[str]:
        said = self.ask("GET", at, filter=asked)
        assert said.status == 200, said.body
        return [str(one["id"]) for one in said.body.get("Resources", [])]


def provider_of(by: User, unit: Unit, **more: Any) -> Provider:
    token, text = provisioning.create_token(
        by=by, at=timezone.now(), name="Entra ID", unit=unit, days=90, **more
    )
    return Provider(text, token)


@pytest.fixture
def provider(cast: Cast) -> Provider:
    return provider_of(cast.ada, cast.brigid)
