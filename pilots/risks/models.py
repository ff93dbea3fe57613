"""The risks of a pilot, each looked at again on its day until it is closed."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED
from pilots.risks.rating import HIGH, RiskChance, RiskWeight, is_high, rated


class PilotRiskQuerySet(models.QuerySet["PilotRisk"]):
    def visible_to(self, user: User) -> PilotRiskQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def open(self) -> PilotRiskQuerySet:
        """Not closed, of a pilot that has not ended."""
        return self.filter(closed_at=None).exclude(pilot__status__in=ENDED)

    def high(self) -> PilotRiskQuerySet:
        return self.annotate(product=F("weight") * F("chance")).filter(product__gte=HIGH)

    def for_list(self) -> PilotRiskQuerySet:
        return self.select_related("pilot__unit", "pilot__lead", "owner", "by", "closed_by")


class PilotRisk(models.Model):
    """What could happen, how bad and how likely that is as it was seen last, and who looks again when."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="risks")
    what = models.TextField(_("what could happen"), max_length=600)
    weight = models.PositiveSmallIntegerField(_("how bad"), choices=RiskWeight.choices)
    chance = models.PositiveSmallIntegerField(_("how likely"), choices=RiskChance.choices)
    done = models.TextField(_("what is done about it"), max_length=1000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who keeps an eye on it"),
    )
    look_on = models.DateField(_("when to look again"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_because = models.TextField(_("why it is closed"), max_length=600, blank=True)

    objects = PilotRiskQuerySet.as_manager()

    class Meta:
        ordering = ["look_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="risk_says_what"),
            models.CheckConstraint(
                condition=Q(weight__range=(1, 3), chance__range=(1, 3)), name="risk_rated"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, closed_because="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closed_because="")),
                name="risk_closed_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="risk_said_stays",
                operation=pgtrigger.UpdateOf("pilot_id", "what", "by_id", "at"),
            ),
            pgtrigger.Protect(
                name="closed_risk_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("pilots:risk", kwargs={"pk": self.pk})

    @property
    def is_high(self) -> bool:
        return is_high(self.weight, self.chance)

    @property
    def rated(self) -> str:
        return rated(self.weight, self.chance)


class RiskLook(models.Model):
    """How a risk was seen on a day: each look stays, so that one sees where it came from."""

    risk = models.ForeignKey(PilotRisk, on_delete=models.CASCADE, related_name="looks")
    weight = models.PositiveSmallIntegerField(choices=RiskWeight.choices)
    chance = models.PositiveSmallIntegerField(choices=RiskChance.choices)
    done = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    look_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        triggers = [pgtrigger.Protect(name="look_stays", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.risk}, {self.at:%Y-%m-%d}"

    @property
    def is_high(self) -> bool:
        return is_high(self.weight, self.chance)

    @property
    def rated(self) -> str:
        return rated(self.weight, self.chance)
