"""Cycles, objectives aligned along the units, and key results."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from okrs.goals.room import GoalsPermission


class Cycle(models.Model):
    name = models.CharField(_("name"), max_length=60, unique=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="cycle_ends_after_it_starts",
                violation_error_message=_("The cycle must end after it begins."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    def visible_to(self, user: User) -> ObjectiveQuerySet:
        """Objectives of units the user reaches, and of the units above: they are meant for all."""
        return self.filter(unit_id__within=user.above(GoalsPermission.READ))


class Objective(models.Model):
    cycle = models.ForeignKey(
        Cycle,
        on_delete=models.PROTECT,
        related_name="objectives",
        verbose_name=_("cycle"),
    )
    unit = models.ForeignKey(
        "innovation.Unit",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("unit"),
    )
    title = models.CharField(_("objective"), max_length=160)
    why = models.TextField(_("why it matters"), max_length=1000, blank=True)
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("sponsor"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    created_at = models.DateTimeField()

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "unit", "title"],
                name="objective_once_a_cycle",
                violation_error_message=_("This unit has this objective in this cycle."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="objective_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class KeyResultQuerySet(models.QuerySet["KeyResult"]):
    def visible_to(self, user: User) -> KeyResultQuerySet:
        """Those of the objectives that the user sees."""
        return self.filter(objective__unit_id__within=user.above(GoalsPermission.READ))


class KeyResult(models.Model):
    """From where to where, in which unit. What it stands at now is measured, never typed."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="key_results")
    title = models.CharField(_("key result"), max_length=160)
    start = models.DecimalField(_("from"), max_digits=20, decimal_places=6)
    target = models.DecimalField(_("to"), max_digits=20, decimal_places=6)
    measure_unit = models.CharField(_("measured in"), max_length=20, blank=True)

    objects = KeyResultQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(start=F("target")),
                name="key_result_goes_somewhere",
                violation_error_message=_("The target must differ from the start."),
            ),
            models.UniqueConstraint(
                fields=["objective", "title"],
                name="key_result_once_an_objective",
                violation_error_message=_("This objective has this key result."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
