from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models

_T = TypeVar("_T", bound=AbstractAuthToken)

class AuthTokenManager(models.Manager[_T]):
    def create(  # type: ignore[override]  # the row, and the key that is shown once
        self,
        *,
        user: models.Model,
        expiry: timedelta | None = ...,
        prefix: str | None = ...,
        name: str = ...,
    ) -> tuple[_T, str]: ...

class AbstractAuthToken(models.Model):
    digest: models.CharField[str, str]
    token_key: models.CharField[str, str]
    created: models.DateTimeField[datetime, datetime]
    expiry: models.DateTimeField[datetime | None, datetime | None]
    class Meta:
        abstract = True
