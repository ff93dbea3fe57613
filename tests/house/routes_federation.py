"""Rows for the ways to and from identity providers; none is set up, unless a test does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from innovation.federation.models import GroupRole
from tests.factories.cast import NOW, Cast
from tests.house.routes import EVERYBODY, Row, only


def a_group_role(cast: Cast) -> Mapping[str, Any]:
    row = GroupRole.objects.create(
        provider="lakeshore", group="Wards", role="staff", unit=cast.brigid,
        made_at=NOW, made_by=cast.ada,
    )  # fmt: skip
    return {"pk": row.pk}


def a_provider(_cast: Cast) -> Mapping[str, Any]:
    return {"key": "unknown"}


def a_provider_that_answers(_cast: Cast) -> Mapping[str, Any]:
    return {"provider_id": "unknown"}


ROUTES: dict[str, Row] = {
    "innovation:group-roles": Row(get=only("ada", "hugo"), post=only("ada", "hugo")),
    "innovation:group-role-confirm": Row(post=only("ada"), kwargs=a_group_role),
    "innovation:group-role-end": Row(post=only("ada"), kwargs=a_group_role),
    # Answered as nobody's page here; tests/innovation/federation walks them with one that is set up.
    "sso_begin": Row(kwargs=a_provider),
    "openid_connect_callback": Row(kwargs=a_provider_that_answers),
    "saml_acs": Row(kwargs=a_provider),
    "saml_finish_acs": Row(kwargs=a_provider),
    "saml_sls": Row(kwargs=a_provider),
    "saml_metadata": Row(kwargs=a_provider),
    "socialaccount_login_cancelled": Row(get=EVERYBODY, outsider=True, stranger=True),
}
