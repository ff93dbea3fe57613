"""Identity providers that the installation trusts."""

from tests.identity_providers.fixtures import _openid, _saml, openid, saml

__all__ = ["_openid", "_saml", "openid", "saml"]
