"""What the API says when it cannot do what was asked: RFC 9457 problem details."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from innovation.rules.refusal import Refused

from . import outage

MEDIA_TYPE = "application/problem+json"


def _fields(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Every message with the field it belongs to, however deep it was nested."""
    if isinstance(detail, dict):
        return [
            row
            for name, inner in detail.items()
            for row in _fields(inner, f"{path}.{name}" if path else str(name))
        ]
    if isinstance(detail, list | tuple):
        return [
            row
            for index, inner in enumerate(detail)
            for row in _fields(inner, f"{path}.{index}" if isinstance(inner, dict) else path)
        ]
    return [{"field": path, "message": str(detail)}]


def _problem(
    status: int,
    detail: str,
    *,
    title: str = "",
    headers: dict[str, str] | None = None,
    **more: object,
) -> Response:
    data = {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return Response(data, status=status, headers=headers, content_type=MEDIA_TYPE)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def problem_details(error: Exception, context: dict[str, object]) -> Response | None:
    """Django REST framework's exception handler; None lets a true accident become a 500."""
    if isinstance(error, exceptions.UnsupportedMediaType):
        taken = [parser.media_type for parser in getattr(context["view"], "parser_classes", ())]
        error.detail = exceptions.ErrorDetail(
            _("Say what you send: this address takes %(types)s (Content-Type).")
            % {"types": ", ".join(taken)},
            error.default_code,
        )
    answer = _answer(error)
    if answer is not None:
        set_rollback()
    return answer


def _answer(error: Exception) -> Response | None:
    if isinstance(error, Refused):
        return _problem(error.status, str(error), title=_("Refused"))
    if isinstance(error, exceptions.ValidationError):
        detail = error.detail
        if isinstance(detail, dict) and set(detail) == {"non_field_errors"}:
            return _problem(400, " ".join(map(str, detail["non_field_errors"])), errors=[])
        return _invalid(_fields(detail))
    if isinstance(error, ValidationError):
        found: object = error.message_dict if hasattr(error, "error_dict") else error.messages
        return _invalid(_fields(found))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(*(error.args[:1] or ()))
    elif outage.is_away(error):
        return _problem(
            503,
            _("The database is away. Nothing was changed; ask again in half a minute."),
            headers={"Retry-After": "30"},
        )
    elif isinstance(error, DataError):
        # A number or a date that Python can hold and the database cannot, such as a time zone
        # nineteen hours ahead (found by hostile requests, 2026-11-23).
        return _problem(400, _("A number or a date lies outside what can be kept."))
    if isinstance(error, exceptions.APIException):
        said: Any = error.detail
        sentence = " ".join(row["message"] for row in _fields(said))
        return _problem(error.status_code, sentence, headers=_headers(error))
    return None


def _invalid(errors: list[dict[str, str]]) -> Response:
    named = [row for row in errors if row["field"] not in ("", "__all__", "non_field_errors")]
    general = [row["message"] for row in errors if row not in named]
    sentence = " ".join(general) or _("Some of what you sent is missing or unclear.")
    return _problem(400, sentence, title=_("Not valid"), errors=named)


SCHEMA = {
    "type": "object",
    "description": "What went wrong, as RFC 9457 says it; `detail` is a sentence for people.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}


Schema = dict[str, Any]  # of OpenAPI, as deep as it goes


def in_schema(result: Schema, generator: object, request: object, public: bool) -> Schema:
    """Say in the OpenAPI schema that every address may answer with a problem."""
    result["components"]["schemas"]["Problem"] = SCHEMA
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["4XX"] = {"description": "Refused.", "content": content}
    return result
