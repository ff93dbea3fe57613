from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models

_T = TypeVar("_T", bound=AbstractAuthToken)

class AuthTokenManager(models.Manager[_T]):
    def create(  # type: ignore[override]  # the row, and the key that is shown once
        self,
        *,
        user: models.Model,
        expiry: timedelta,
        prefix: str | None = ...,
        name: str = ...,
        scopes: list[str] = ...,
    ) -> tuple[_T, str]: ...

class AbstractAuthToken(models.Model):
    digest: models.CharField[str, str]
    token_key: models.CharField[str, str]
    user: models.ForeignKey[Any, Any]  # the product's own account
    created: models.DateTimeField[datetime, datetime]
    class Meta:
        abstract = True
