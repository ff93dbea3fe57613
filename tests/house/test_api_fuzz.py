"""The API against its own description: no input breaks it, and every answer is as described.

The schema is drf-spectacular's; schemathesis makes valid and invalid requests from it and checks
each answer (no 500, a described status, content type and shape). Somebody who holds every role
asks, so that requests get past the entrance, and most of them name what is really there. Each
request is rolled back, so the next one finds things as they were. `python3 dev.py probes` sends
twelve times as many.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from innovation.people.actions import create_token
from innovation.people.models import RoleGrant, User
from innovation.people.roles import ROLES
from innovation.web.scopes import Scope
from tests.factories.cast import NOW, Cast
from tests.house.routes import ROUTES
from tests.probes import WHOLE

EXAMPLES = 50 if WHOLE else 4
HUGE = 10**30
HOSTILE = [
    "\x00",
    "a\x00b",
    "😀" * 50,
    "\u202egnp.exe",
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "%s%n",
    "9999-99-99",
    "NaN",
    str(HUGE),
    "1e400",
    "x" * 100_000,
    HUGE,
    -HUGE,
    -1,
    0,
    1.5,
    True,
    None,
    [],
    {},
    ["1", {"a": "\x00"}],
    {"\x00": "\x00"},
]
# Cursors that DRF can read and that no list of ours ever gave: base64 of p=x, of p=NUL, of a far o.
CURSORS = ["cD14", "cD0lMDA=", "bz05OTk5OTk5OTk5OTk5", "cD0xMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA=", "%"]


@cache
def described() -> Any:
    """The schema as a client would get it, read by schemathesis."""
    raw = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(raw, default=str)))
    schema.app = get_wsgi_application()
    return schema


def operations() -> list[Any]:
    return [found.ok() for found in described().get_all_operations()]


def factory_of(operation: Any) -> Any:
    """What makes the things that this address names, from the table of routes."""
    match = resolve(re.sub(r"{\w+}", "1", operation.full_path))
    row = ROUTES.get(match.view_name)
    return row.kwargs if row and row.kwargs else lambda cast: {}


@pytest.fixture
def headers(cast: Cast) -> dict[str, str]:
    """The token of somebody with every role in the whole system."""
    user = User.objects.create_user("wide@lakeshore.example", "Wide Open", unit=cast.lakeshore)
    RoleGrant.objects.bulk_create(
        RoleGrant(person=user, unit=cast.lakeshore, role=role, granted_at=NOW) for role in ROLES
    )
    _token, text = create_token(by=user, at=NOW, name="fuzz", days=1, scopes=Scope.values)
    return {"Authorization": f"Token {text}"}


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A server closes old connections around each request, which would end the test's transaction;
    Django's own test client leaves them alone, too."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def spoil(case: Any, value: Any, where: int) -> None:
    """Put something hostile where the schema expects something else."""
    if isinstance(case.body, dict) and case.body and where % 2:
        key = sorted(case.body)[where % len(case.body)]
        case.body[key] = value
    elif case.operation.query:
        names = [parameter.name for parameter in case.operation.query]
        case.query[names[where % len(names)]] = str(value)


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.label)
def test_api_answers_any_input_as_described(
    operation: Any, cast: Cast, headers: dict[str, str], one_connection: None
) -> None:
    there = {"id": dict(factory_of(operation)(cast)).get("pk")}

    @seed(20261123)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(GenerationMode.POSITIVE)
        | operation.as_strategy(GenerationMode.NEGATIVE),
        real=st.sampled_from([True, True, True, False]),
        spoilt=st.booleans(),
        value=st.sampled_from(HOSTILE),
        where=st.integers(0, 40),
        cursor=st.sampled_from([None, *CURSORS]),
    )
    def tried(
        case: Any, real: bool, spoilt: bool, value: Any, where: int, cursor: str | None
    ) -> None:
        if real and there["id"] is not None and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = there["id"]
        if spoilt:
            spoil(case, value, where)
        if cursor and "cursor" in {parameter.name for parameter in operation.query}:
            case.query["cursor"] = cursor
        with transaction.atomic():
            point = transaction.savepoint()
            answer = case.call(headers=headers)
            transaction.savepoint_rollback(point)
        case.validate_response(
            answer,
            checks=[
                schemathesis.checks.not_a_server_error,
                *schemathesis.checks.CHECKS.get_by_names(
                    [
                        "status_code_conformance",
                        "content_type_conformance",
                        "response_schema_conformance",
                    ]
                ),
            ],
        )

    tried()
