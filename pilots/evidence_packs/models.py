"""Evidence packs: what a pilot's metrics showed at a moment, as one file that never changes."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.people.models import User
from pilots.lifecycle.models import Pilot

_HASH_OF_BYTES = Func(Func(F("archive"), function="sha256"), Value("hex"), function="encode")


class EvidencePackQuerySet(models.QuerySet["EvidencePack"]):
    def visible_to(self, user: User) -> EvidencePackQuerySet:
        """Those of the pilots that the user sees: what a pack holds stands on their pages, too."""
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> EvidencePackQuerySet:
        """Without their bytes."""
        return self.select_related("frozen_by").defer("archive")


class EvidencePack(models.Model):
    pilot = models.ForeignKey(
        "pilots.Pilot", on_delete=models.PROTECT, related_name="evidence_packs"
    )
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    archive = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    # Of what is held since words that named a patient were taken out; empty: as it was frozen.
    held_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    # The SHA-256 of each file in it, by its name.
    files = models.JSONField()
    size = models.PositiveIntegerField()

    objects = EvidencePackQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = gettext_lazy("evidence pack")
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256=_HASH_OF_BYTES, held_sha256="")
                | (~Q(held_sha256="") & Q(held_sha256=_HASH_OF_BYTES)),
                name="pack_hash_is_of_its_bytes",
            ),
            models.UniqueConstraint(fields=["pilot", "sha256"], name="pack_once_a_pilot"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return _("evidence pack %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("pilots:evidence-pack-detail", kwargs={"pk": self.pk})

    @property
    def filename(self) -> str:
        return f"evidence-pack-{self.pk}.zip"
