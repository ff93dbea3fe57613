"""Who is asked to lead a pilot from now on."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models.pilots import Pilot


class LeadAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class LeadOfferQuerySet(models.QuerySet["LeadOffer"]):
    def visible_to(self, user: User) -> LeadOfferQuerySet:
        """Those of pilots that the user sees, and those that ask the user."""
        pilots = Pilot.objects.visible_to(user).values("pk")
        return self.filter(Q(pilot__in=pilots) | Q(to=user.pk))

    def open(self) -> LeadOfferQuerySet:
        return self.filter(answered_at=None)


class LeadOffer(models.Model):
    """Somebody is asked to lead a pilot from now on. Nobody leads one without having said yes."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="lead_offers")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    offered_at = models.DateTimeField()
    reason = models.TextField(_("why"), max_length=600)
    answer = models.CharField(max_length=10, choices=LeadAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(max_length=600, blank=True)  # of the answer

    objects = LeadOfferQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot"],
                condition=Q(answered_at=None),
                name="lead_offer_one_open_a_pilot",
                violation_error_message=_("Somebody is asked already."),
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="", words="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="lead_offer_answered_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="lead_offer_says_why"),
        ]
        triggers = [
            pgtrigger.Protect(name="lead_offer_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="answered_lead_offer_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="lead_offer_is_what_was_asked",
                fields=["pilot", "to", "offered_by", "offered_at", "reason"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.to}"
