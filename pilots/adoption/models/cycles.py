"""PDSA cycles: a question and a prediction before, what was done, and what was seen after."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot


class PdsaDecision(models.TextChoices):
    ADAPT = "adapt", _("Adapt")
    ADOPT = "adopt", _("Adopt")
    ABANDON = "abandon", _("Abandon")


class PdsaQuerySet(models.QuerySet["PdsaCycle"]):
    def visible_to(self, user: User) -> PdsaQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> PdsaQuerySet:
        return self.select_related("pilot__unit", "pilot__lead", "metric", "by", "closed_by")


class PdsaCycle(models.Model):
    """A small trial: what is asked and predicted, what was done, what was seen, and what follows."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="pdsa_cycles")
    question = models.CharField(_("question"), max_length=200)
    prediction = models.TextField(_("prediction"), max_length=600)
    plan = models.TextField(_("what is tried"), max_length=1000)
    metric = models.ForeignKey(
        "pilots.Metric",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("metric"),
    )
    starts_on = models.DateField(_("from"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done = models.TextField(_("what was done"), max_length=1000, blank=True)
    result = models.TextField(_("what was seen"), max_length=1000, blank=True)
    decision = models.CharField(max_length=7, choices=PdsaDecision.choices, blank=True)
    next_step = models.TextField(_("what follows"), max_length=600, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PdsaQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(question="") & ~Q(prediction="") & ~Q(plan=""),
                name="cycle_predicts_before",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, result="", decision="", next_step="")
                | (
                    Q(
                        closed_at__isnull=False,
                        closed_by__isnull=False,
                        decision__in=PdsaDecision.values,
                    )
                    & ~Q(result="")
                    & ~Q(done="")
                ),
                name="cycle_closed_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="cycle_stays", operation=pgtrigger.UpdateOf("pilot_id", "by_id", "at") | pgtrigger.Delete
            ),
            # Nobody predicts what they have seen: neither afterwards nor in the same breath.
            pgtrigger.Trigger(
                name="predicted_before_the_result",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("question", "prediction"),
                condition=pgtrigger.Q(new__closed_at__isnull=False)
                & (
                    pgtrigger.Q(old__question__df=pgtrigger.F("new__question"))
                    | pgtrigger.Q(old__prediction__df=pgtrigger.F("new__prediction"))
                ),
                func="""
                    RAISE EXCEPTION 'a prediction stays once its result is in'
                        USING ERRCODE = 'check_violation',
                              CONSTRAINT = 'predicted_before_the_result';
                """,
            ),
            pgtrigger.Protect(
                name="closed_cycle_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="cycle_begins_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__closed_at__isnull=False),
                func="RAISE EXCEPTION 'a cycle is predicted first, and closed then';",
            ),
            pgtrigger.Trigger(
                name="cycle_of_a_number_of_its_pilot",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("metric_id"),
                condition=pgtrigger.Q(new__metric_id__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT 1 FROM pilots_metric m
                                   WHERE m.id = NEW.metric_id AND m.pilot_id = NEW.pilot_id)
                    THEN RAISE EXCEPTION 'a metric of another pilot'; END IF;
                    RETURN NEW;
                """,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return reverse("pilots:cycle", kwargs={"pk": self.pk})
