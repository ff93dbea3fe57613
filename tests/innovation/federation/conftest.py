"""Identity providers that the installation trusts."""

from tests.identity_providers.fixtures import _openid, openid

__all__ = ["_openid", "openid"]
