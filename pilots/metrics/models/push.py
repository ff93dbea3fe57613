"""Keys by which programs send numbers, each for one source; and the signatures that were seen."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovation.web.scopes import Scope
from pilots.metrics.models.sources import Source


class PushKeyQuerySet(models.QuerySet["PushKey"]):
    def current(self, at: datetime) -> PushKeyQuerySet:
        """Those that open something still."""
        return self.filter(revoked_at=None, expires_at__gt=at, made_by__is_active=True)


class PushKey(models.Model):
    """A key for one program, that brings numbers to one source and does nothing else. Of one that is sent
    only the hash is kept; one that signs is never sent, and is kept sealed to check what it signed."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="push_keys")
    name = models.CharField(_("what it is for"), max_length=80)
    start = models.CharField(max_length=16, unique=True)  # shown, and by which it is found
    digest = models.CharField(max_length=64, blank=True, default="")
    sealed = models.BinaryField(default=b"", editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PushKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(digest="") & ~Q(sealed=b"") | ~Q(digest="") & Q(sealed=b""),
                name="push_key_sent_or_signs",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="push_key_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="push_key_revoked_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def signs(self) -> bool:
        return not self.digest

    @property
    def scopes(self) -> list[str]:
        """As a token of a person's has them (web/entrance.py)."""
        return [Scope.NUMBERS]


class PushSignature(models.Model):
    """A signature that was seen, for as long as it could be sent again."""

    key = models.ForeignKey(PushKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    signature = models.CharField(max_length=64)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "signature"], name="push_signature_once")
        ]

    def __str__(self) -> str:
        return self.signature
