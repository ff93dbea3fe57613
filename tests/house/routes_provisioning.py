"""Rows for the directory: its page, its tokens, and where an identity provider knocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from innovation.provisioning import actions as provisioning
from tests.factories.cast import NOW, Cast
from tests.house.routes import NOBODY, Row, only

KEEPERS = only("ada", "hugo")


def a_scim_token(cast: Cast) -> Mapping[str, Any]:
    token, _text = provisioning.create_token(
        by=cast.ada, at=NOW, name="Entra ID", unit=cast.brigid, days=365
    )
    return {"pk": token.pk}


def users_endpoint(cast: Cast) -> Mapping[str, Any]:
    return {"path": "Users"}


ROUTES: dict[str, Row] = {
    "innovation:directory": Row(get=KEEPERS),
    "innovation:scim-token-create": Row(post=KEEPERS),
    "innovation:scim-token-revoke": Row(post=only("ada"), kwargs=a_scim_token),
    # No session opens the endpoint, whoever's it is: a token alone does.
    "innovation:scim-root": Row(
        get=NOBODY, post=NOBODY, put=NOBODY, patch=NOBODY, delete=NOBODY, by_token=True
    ),
    "innovation:scim": Row(
        get=NOBODY,
        post=NOBODY,
        put=NOBODY,
        patch=NOBODY,
        delete=NOBODY,
        by_token=True,
        kwargs=users_endpoint,
    ),
}
