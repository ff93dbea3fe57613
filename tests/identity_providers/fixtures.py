"""Providers that the installation trusts, for whichever conftest asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.identity_providers.openid import OpenIDServer
from tests.identity_providers.saml import SAMLServer


@pytest.fixture(scope="session")
def _openid() -> Iterator[OpenIDServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        with OpenIDServer().running() as server:
            yield server


@pytest.fixture
def openid(_openid: OpenIDServer, settings: Settings) -> Iterator[OpenIDServer]:
    settings.IDENTITY_PROVIDERS = [_openid.settings()]
    cache.clear()
    yield _openid
    _openid.be_honest()


@pytest.fixture(scope="session")
def _saml(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SAMLServer]:
    with SAMLServer(tmp_path_factory.mktemp("idp")).running() as server:
        yield server


@pytest.fixture
def saml(_saml: SAMLServer, settings: Settings, db: None) -> Iterator[SAMLServer]:
    settings.IDENTITY_PROVIDERS = [_saml.settings()]
    _saml.knows(Client().get("/accounts/saml/harbor/metadata/").content.decode())
    yield _saml
    _saml.be_honest()
