"""How a source knows us: no credentials, a name and password, or a token."""

import base64
from collections.abc import Mapping

from pilots.connectors.errors import BadConfig, Who
from pilots.connectors.fields import Config, Field

FIELDS = (
    Field(
        "auth",
        "How to sign in",
        type="choice",
        choices=(
            ("none", "No sign-in"),
            ("basic", "User name and password"),
            ("bearer", "Access token"),
        ),
        default="none",
    ),
    Field("username", "User name", only_if=("auth", ("basic",))),
    Field(
        "password",
        "Password",
        help="Kept encrypted; it is never shown again.",
        secret=True,
        only_if=("auth", ("basic",)),
    ),
    Field(
        "token",
        "Access token",
        help="Kept encrypted; it is never shown again.",
        secret=True,
        only_if=("auth", ("bearer",)),
    ),
)


def headers(config: Config, secrets: Mapping[str, str]) -> dict[str, str]:
    """The Authorization header for one request, or none."""
    way = config.get("auth") or "none"
    if way == "none":
        return {}
    if way == "basic":
        name, password = str(config.get("username") or ""), secrets.get("password") or ""
        if not name or not password:
            raise _missing("user name and password")
        pair = base64.b64encode(f"{name}:{password}".encode()).decode("ascii")
        return {"Authorization": f"Basic {pair}"}
    if way == "bearer":
        token = (secrets.get("token") or "").strip()
        if not token:
            raise _missing("access token")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise BadConfig(
                "The access token has a character that no token has, perhaps a line break from "
                "copying. Enter it again on the source's page.",
                who=Who.SOURCE_OWNER,
            )
        return {"Authorization": f"Bearer {token}"}
    raise BadConfig(f"“{way}” is not a way to sign in that we know.", who=Who.SOURCE_OWNER)


def _missing(what: str) -> BadConfig:
    return BadConfig(
        f"This source has no {what} yet. Enter it on the source's page.",
        who=Who.SOURCE_OWNER,
    )
