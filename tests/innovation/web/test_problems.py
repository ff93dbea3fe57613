"""Refusals and errors: a sentence and a status on every page, problem details in the API."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import InternalError, OperationalError, connection
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny

from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.web import outage, urls, views
from innovation.web.middleware import ReaderMiddleware
from innovation.workflow.models import SignOfLife


def away() -> OperationalError:
    error = OperationalError("connection refused")
    error.__cause__ = psycopg.OperationalError("connection refused")
    return error


def statement_failed() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = psycopg.errors.DeadlockDetected("deadlock detected")
    return error


def statement_took_too_long() -> OperationalError:
    error = OperationalError("canceling statement due to statement timeout")
    error.__cause__ = psycopg.errors.QueryCanceled("canceling statement due to statement timeout")
    return error


class Lines(serializers.Serializer[Any]):
    amount = serializers.IntegerField(min_value=1)


class Budget(serializers.Serializer[Any]):
    title = serializers.CharField()
    lines = Lines(many=True)


def invalid() -> Exception:
    budget = Budget(data={"lines": [{"amount": 1}, {"amount": 0}]})
    try:
        budget.is_valid(raise_exception=True)
    except exceptions.ValidationError as error:
        return error
    raise AssertionError


ERRORS: dict[str, Any] = {
    "refused": lambda: Refused("The fund has $200 left, and this asks for $300."),
    "not-allowed": lambda: NotAllowed("Only the office declines a need."),
    "conflict": lambda: Conflict("Frank approved it a minute ago."),
    "denied": lambda: PermissionDenied("Not yours."),
    "missing": lambda: Http404("no such need"),
    "suspicious": lambda: SuspiciousOperation("odd"),
    "away": away,
    "failed": statement_failed,
    "too-long": statement_took_too_long,
    "accident": lambda: RuntimeError("a secret detail"),
    "invalid": invalid,
    "model-invalid": lambda: ValidationError({"title": ["Too long."], "__all__": ["No fund."]}),
    "throttled": lambda: exceptions.Throttled(wait=12),
    "not-signed-in": lambda: exceptions.NotAuthenticated(),
    "method": lambda: exceptions.MethodNotAllowed("PUT"),
    "parse": lambda: exceptions.ParseError("JSON parse error"),
}


def page(request: HttpRequest, kind: str) -> Any:
    raise ERRORS[kind]()


@api_view(["GET"])
@permission_classes([AllowAny])
def api(request: Any, kind: str) -> Any:
    raise ERRORS[kind]()


urlpatterns = [
    path("page/<kind>/", page),
    path("api/v1/<kind>/", api),
    path("", include((urls.urlpatterns, "innovation"))),
]
handler400 = "innovation.web.views.bad_request"
handler403 = "innovation.web.views.permission_denied"
handler404 = "innovation.web.views.not_found"
handler500 = "innovation.web.views.server_error"

pytestmark = pytest.mark.urls("tests.innovation.web.test_problems")


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("refused", 409, "The fund has $200 left, and this asks for $300."),
        ("not-allowed", 403, "Only the office declines a need."),
        ("conflict", 409, "Frank approved it a minute ago."),
        ("denied", 403, "Not yours."),
        ("missing", 404, "Nothing is here"),
        ("suspicious", 400, "We could not read that"),
        ("away", 503, "Our database cannot be reached right now."),
        ("too-long", 503, "This takes too long just now"),
        ("failed", 500, "Something went wrong on our side"),
        ("accident", 500, "Something went wrong on our side"),
    ],
)
def test_page_says_what_happened(visitor: Client, kind: str, status: int, words: str) -> None:
    response = visitor.get(f"/page/{kind}/")
    assert response.status_code == status
    html = response.content.decode()
    assert words in html
    assert "<h1>" in html
    assert "a secret detail" not in html
    assert response.headers["Content-Type"].startswith("text/html")


def test_page_when_the_database_is_away_says_when_to_come_again(visitor: Client) -> None:
    response = visitor.get("/page/away/")
    assert response.headers["Retry-After"] == "30"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("kind", "status", "detail"),
    [
        ("refused", 409, "The fund has $200 left, and this asks for $300."),
        ("not-allowed", 403, "Only the office declines a need."),
        ("conflict", 409, "Frank approved it a minute ago."),
        ("denied", 403, "Not yours."),
        ("missing", 404, "Not found."),
        ("away", 503, "The database is away. Nothing was changed; ask again in half a minute."),
        ("throttled", 429, "Request was throttled. Expected available in 12 seconds."),
        ("method", 405, 'Method "PUT" not allowed.'),
        ("parse", 400, "JSON parse error"),
        ("not-signed-in", 401, "Authentication credentials were not provided."),
    ],
)
def test_api_answers_problem_details(visitor: Client, kind: str, status: int, detail: str) -> None:
    response = visitor.get(f"/api/v1/{kind}/")
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(response.content)
    assert problem["status"] == status
    assert problem["detail"] == detail
    assert problem["type"] == "about:blank"
    assert problem["title"]


def test_api_names_each_invalid_field_however_deep(visitor: Client) -> None:
    problem = visitor.get("/api/v1/invalid/").json()
    assert problem["errors"] == [
        {"field": "title", "message": "This field is required."},
        {"field": "lines.1.amount", "message": "Ensure this value is greater than or equal to 1."},
    ]


def test_api_says_a_models_own_errors(visitor: Client) -> None:
    problem = visitor.get("/api/v1/model-invalid/").json()
    assert problem["status"] == 400
    assert problem["detail"] == "No fund."
    assert problem["errors"] == [{"field": "title", "message": "Too long."}]


def test_api_says_when_to_ask_again(visitor: Client) -> None:
    assert visitor.get("/api/v1/throttled/").headers["Retry-After"] == "13"
    assert visitor.get("/api/v1/away/").headers["Retry-After"] == "30"


def test_api_accident_is_a_problem_without_details(visitor: Client) -> None:
    response = visitor.get("/api/v1/accident/")
    assert response.status_code == 500
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (away(), True),
        (statement_failed(), False),
        (statement_took_too_long(), False),
        (RuntimeError("x"), False),
        (None, False),
        (ValidationError("x"), False),
    ],
)
def test_outage_is_told_from_a_statement_that_failed(error: Any, expected: bool) -> None:
    assert outage.is_away(error) is expected


def test_outage_while_the_server_starts_or_stops_is_one() -> None:
    for cause in (
        psycopg.errors.CannotConnectNow("starting up"),
        psycopg.errors.AdminShutdown("terminating connection"),
        psycopg.errors.TooManyConnections("too many clients"),
    ):
        error = OperationalError("x")
        error.__cause__ = cause
        assert outage.is_away(error)


@pytest.mark.django_db(transaction=True)
def test_outage_while_the_database_that_answers_only_reads_is_one() -> None:
    """Of several: the one that was the first, as another takes its place."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        with pytest.raises(InternalError) as written:
            SignOfLife.objects.create(kind="worker", host="ward", seen_at=timezone.now())
        assert outage.is_away(written.value)
    finally:
        connection.close()


def test_database_away_while_asking_who_it_is_answers_503() -> None:
    class Gone:
        @property
        def language(self) -> str:
            raise away()

    request = RequestFactory().get("/needs/")
    request.user = Gone()  # type: ignore[assignment]  # a stand-in for a user
    response = ReaderMiddleware(lambda request: pytest.fail("went on"))(request)
    assert response.status_code == 503


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "may have been kept, or not. Go back and send it again"),
        ({"accept": "application/json"}, "With the Idempotency-Key that you sent it counts once"),
        ({"hx-request": "true"}, "Look whether it was kept before you go on."),
    ],
)
def test_what_was_sent_as_the_database_went_is_called_neither_kept_nor_lost(
    headers: dict[str, str], said: str
) -> None:
    """A connection that breaks at the end of a transaction leaves nobody knowing."""
    path = "/api/v1/needs/" if "accept" in headers else "/needs/new/"
    for method in ("get", "post"):
        request = getattr(RequestFactory(headers=headers), method)(path)
        request.htmx = "hx-request" in headers
        page = views.database_away(request).content.decode()
        assert (said in page) == (method == "post")
        assert "Nothing was changed" not in page and "Nothing is lost" not in page


@pytest.mark.parametrize(("zone", "hour"), [("Pacific/Auckland", 13), ("", 0), ("Mars/Base", 0)])
def test_time_zone_of_the_person_holds_for_the_request(zone: str, hour: int) -> None:
    from datetime import UTC, datetime

    from django.http import HttpResponse
    from django.utils import timezone

    seen = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(timezone.localtime(datetime(2026, 11, 23, 0, 0, tzinfo=UTC)).hour)
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = type("Person", (), {"time_zone": zone, "language": ""})()
    ReaderMiddleware(answer)(request)
    assert seen == [hour]
    assert timezone.get_current_timezone_name() == "UTC"


def test_csrf_failure_is_a_page_that_says_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/look/", {"theme": "dark"})
    assert response.status_code == 403
    assert "The page was open too long" in response.content.decode()


def test_page_of_500_is_drawn_without_the_database(django_db_blocker: Any) -> None:
    request = RequestFactory().get("/needs/")
    with django_db_blocker.block():
        response = views.server_error(request)
        assert response.status_code == 500
        assert views.database_away(request).status_code == 503
    assert b"<h1>" in response.content
