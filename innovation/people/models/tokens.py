"""Keys for programs, by which they use the API in somebody's name."""

from __future__ import annotations

from datetime import date, datetime

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from innovation.people.models.account_kinds import refuse_a_service
from innovation.web.scopes import Scope

# What a machine may be let do by itself; everything else somebody answers for in person.
SERVICE_SCOPES = [Scope.READ.value, Scope.NUMBERS.value]


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def open(self, at: datetime) -> ApiTokenQuerySet:
        """What still opens something at that moment."""
        return self.filter(expiry__gt=at, user__is_active=True)

    def ended(self, at: datetime) -> ApiTokenQuerySet:
        return self.filter(expiry__lte=at)


ApiTokenManager = AuthTokenManager.from_queryset(ApiTokenQuerySet)


class ApiToken(AbstractAuthToken):
    """A key for one program of one person's. Only its hash is kept. It does what the person may do,
    of that what its scopes name, and until its end."""

    name = models.CharField(_("what it is for"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=20))
    expiry = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    end_told_at = models.DateTimeField(null=True)

    objects = ApiTokenManager()  # type: ignore[misc]  # in place of the library's

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scopes__len__gt=0, scopes__contained_by=Scope.values),
                name="token_scopes_known",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="service_account_reads_and_brings_numbers",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("user_id", "scopes"),
                condition=~pgtrigger.Q(new__scopes__contained_by=SERVICE_SCOPES),
                func=refuse_a_service("NEW.user_id", "service_account_reads_and_brings_numbers"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scopes_in_words(self) -> list[str]:
        return [str(scope.label) for scope in Scope if scope in self.scopes]

    def note_use(self, day: date) -> None:
        """Once a day, so that few requests write."""
        if self.last_used_on != day:
            ApiToken.objects.filter(pk=self.pk).update(last_used_on=day)
            self.last_used_on = day
