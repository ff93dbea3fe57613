"""The API describes itself completely: every route under one version, nothing guessed."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import get_resolver

from tests.house.test_authorisation import walk


def test_schema_is_valid_and_warns_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True)
    written = capsys.readouterr()
    assert "openapi: 3." in written.out
    assert "Warning" not in written.err


def test_schema_names_every_route_of_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular")
    written = capsys.readouterr().out
    described = {line.strip().rstrip(":") for line in written.splitlines() if "/api/v1/" in line}
    count = sum(
        "api-" in name and not name.endswith(("api-docs", "api-schema"))
        for name, _route in walk(get_resolver())
    )
    assert count and len(described) == count
