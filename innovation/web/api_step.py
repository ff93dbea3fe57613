"""The one path from a body to an answer: read it by its shape, call one action, answer.

    given = body(DepositIn, request)
    entry = funding.deposit(fund, by=request.user, at=timezone.now(), **given)
    return Response(EntryOut(entry).data, status=201)

A body that does not fit is answered with 400 and each field's message, a refusal with 409, what
the person may not do with 403 (`problems.py`); docs/status-codes.md has them all.
"""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

Validated = dict[str, Any]  # by its fields, each of the type that its field makes of it


def body(shape: type[BaseSerializer[Any]], request: Request, **options: Any) -> Validated:
    """What was sent, as `shape` reads it; `ValidationError` where it does not fit."""
    given = shape(data=request.data, context={"request": request}, **options)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
