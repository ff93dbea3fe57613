"""What people say of their part where the record does not know it, and what of it is not to be read."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot


class CreditClaimQuerySet(models.QuerySet["CreditClaim"]):
    def visible_to(self, user: User) -> CreditClaimQuerySet:
        """One's own, and those of pilots that one leads; what was confirmed is for whoever sees the pilot."""
        return self.filter(
            Q(person=user.pk)
            | Q(pilot__lead=user.pk)
            | Q(confirmed=True, pilot__in=Pilot.objects.visible_to(user).values("pk"))
        )

    def open(self) -> CreditClaimQuerySet:
        return self.filter(answered_at=None)


class CreditClaim(models.Model):
    """ "I also did …": the lead says whether it was so."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="credit_claims")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(_("what you also did"), max_length=300)
    at = models.DateTimeField()
    confirmed = models.BooleanField(null=True)
    answer = models.CharField(_("in a sentence"), max_length=300, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = CreditClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="credit_claim_says_what"),
            models.CheckConstraint(
                condition=Q(confirmed=None, answered_by=None, answered_at=None, answer="")
                | Q(confirmed__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="credit_claim_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed=False) | ~Q(answer=""), name="credit_claim_refused_says_why"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("person")),
                name="credit_claim_answered_by_another",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="credit_claim_stays", fields=["pilot", "person", "what", "at"]),
            pgtrigger.Protect(
                name="answered_credit_claim_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.what


class CreditLeftOut(models.Model):
    """Somebody took their name off what is told of who had which part. It is back once the row goes."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pilot = models.ForeignKey(
        Pilot, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    need = models.ForeignKey(
        "innovation.Need", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "pilot", "need"],
                name="credit_left_out_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(pilot__isnull=False, need=None) | Q(pilot=None, need__isnull=False),
                name="credit_left_out_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}"


class CreditTold(models.Model):
    """Somebody wanted whoever leads their unit to know of their part in a pilot."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="+")
    told = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(told=F("person")), name="credit_told_to_another")
        ]
        triggers = [pgtrigger.Protect(name="credit_told_stays", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.person}: {self.pilot}"
