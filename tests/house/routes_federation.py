"""Rows for the ways to and from identity providers; none is set up, unless a test does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.factories.cast import Cast
from tests.house.routes import EVERYBODY, Row


def a_provider(_cast: Cast) -> Mapping[str, Any]:
    return {"key": "unknown"}


def a_provider_that_answers(_cast: Cast) -> Mapping[str, Any]:
    return {"provider_id": "unknown"}


ROUTES: dict[str, Row] = {
    # Answered as nobody's page here; tests/innovation/federation walks them with one that is set up.
    "sso_begin": Row(kwargs=a_provider),
    "openid_connect_callback": Row(kwargs=a_provider_that_answers),
    "socialaccount_login_cancelled": Row(get=EVERYBODY, outsider=True, stranger=True),
}
