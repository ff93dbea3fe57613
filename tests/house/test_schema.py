"""The API describes itself completely: every route under one version, nothing guessed."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver, reverse
from drf_spectacular.generators import SchemaGenerator

from innovation.web.scopes import Scope
from tests.factories.cast import Cast
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


def test_route_of_the_api_asked_what_it_can_do_answers(cast: Cast) -> None:
    """Seen on 2026-11-28: OPTIONS to the page of the API broke it."""
    client = Client()
    client.force_login(cast.ada)
    asked = 0
    for name, route in walk(get_resolver()):
        if "api-" in name:
            keys = dict.fromkeys(route.pattern.converters, 1)
            answer = client.options(reverse(name, kwargs=keys))
            assert answer.status_code < 500, name
            asked += 1
    assert asked > 60


def test_every_operation_names_the_scope_that_a_token_needs() -> None:
    """What only reads needs `read`; what writes, a scope that its view names: `Holds(…, writes=…)`."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    wrong = {
        f"{method.upper()} {path}": operation.get("x-token-scope")
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if (operation.get("x-token-scope") == Scope.READ) is not (method == "get")
        or operation["x-token-scope"] not in Scope.values
        or f"`{operation['x-token-scope']}`" not in operation["description"]
    }
    assert not wrong
    used = {
        operation["x-token-scope"]
        for operations in schema["paths"].values()
        for operation in operations.values()
    }
    assert used == set(Scope.values), "a scope that opens nothing"
