"""What stories stand on: the demo hospital, from which pilots are measured."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from django.utils import timezone
from pytest_django import Settings

from demo.hospital.server import Hospital
from pilots.metrics.actions import checks
from tests.factories.pilots import answered
from tests.identity_providers.fixtures import _openid, _saml, openid, saml

__all__ = ["_openid", "_saml", "hospital", "openid", "saml"]


@pytest.fixture(scope="session")
def _hospital() -> Iterator[Hospital]:
    with Hospital(0, today=timezone.localdate()) as hospital:
        Thread(target=hospital.serve_forever, args=(0.01,), daemon=True).start()
        yield hospital
        hospital.shutdown()


@pytest.fixture
def hospital(
    _hospital: Hospital, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hospital]:
    """Lakeshore Health on loopback, up to today; an administrator has allowed its address, and a
    worker asks it for who waits at a page."""
    monkeypatch.setattr(checks, "wait", answered)
    settings.INTERNAL_HOSTS = ["127.0.0.1"]
    yield _hospital
    for path in ("/fhir", "/api", "/exports"):
        _hospital.switches.drop(path)
