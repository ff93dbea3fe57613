"""Who may open which address: every route in the resolver, everybody in the cast.

The table is `routes.py`, where each room adds its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories.cast import Cast
from tests.house.routes import PEOPLE, ROUTES, Row

METHODS = ("get", "post", "put", "patch", "delete")


def walk(resolver: Any, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route with its name, namespaces and all; nameless ones by their pattern."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry, inner)
        else:
            yield f"{namespace}{entry.name or entry.pattern}", entry


def routes() -> dict[str, URLPattern]:
    return dict(walk(get_resolver()))


def address(name: str, row: Row, cast: Cast) -> str:
    url = reverse(name, kwargs=dict(row.kwargs(cast)) if row.kwargs else None)
    return f"{url}?{row.query(cast)}" if row.query else url


def ask(method: str, url: str, user: Any = None) -> HttpResponse:
    client = Client(raise_request_exception=True)
    if user is not None:
        client.force_login(user)
    # A route is tried by everybody from the same start.
    with transaction.atomic():
        point = transaction.savepoint()
        response: HttpResponse = getattr(client, method)(url)
        transaction.savepoint_rollback(point)
    return response


def outcome(response: HttpResponse) -> str:
    """allowed, refused, sign in or error."""
    if response.status_code in (301, 302) and "/sign-in" in response.headers.get("Location", ""):
        return "sign in"
    if response.status_code == 401:
        return "sign in"
    if response.status_code in (403, 404, 405):
        return "refused"
    return "error" if response.status_code >= 500 else "allowed"


def test_authorisation_every_route_has_a_row() -> None:
    missing = sorted(set(routes()) - set(ROUTES))
    assert not missing, f"add rows to tests/house/routes.py for: {missing}"


def test_authorisation_every_row_has_a_route() -> None:
    gone = sorted(set(ROUTES) - set(routes()))
    assert not gone, f"these rows of tests/house/routes.py lead nowhere: {gone}"


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_authorisation_of_route_is_as_stated(name: str, cast: Cast) -> None:
    row = ROUTES[name]
    url = address(name, row, cast)
    wrong = []
    for method in METHODS:
        allowed = getattr(row, method)
        if allowed is None:
            continue
        for who in PEOPLE:
            expected = "allowed" if who in allowed else "refused"
            found = outcome(ask(method, url, getattr(cast, who)))
            if found != expected:
                wrong.append(f"{method.upper()} as {who}: {found}, not {expected}")
        found = outcome(ask(method, url, cast.victor))
        if found != ("allowed" if row.outsider else "refused"):
            wrong.append(f"{method.upper()} as the outsider: {found}")
        found = outcome(ask(method, url))
        if found != ("allowed" if row.stranger else "sign in"):
            wrong.append(f"{method.upper()} as a stranger: {found}")
    assert not wrong, f"{url}:\n" + "\n".join(wrong)
