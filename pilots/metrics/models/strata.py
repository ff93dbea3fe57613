"""Numbers of the groups of a metric, none of them small."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.metrics.models.plan import Metric

# Below that nobody may set what is shown.
FEWEST = 5
MOST_GROUPS = 40


def least_shown(metric: Metric) -> int:
    """The smallest count of a group of this metric that is kept and shown: the installation's, or a larger one."""
    return max(settings.LEAST_CELL, metric.least_cell or 0)


class StratumQuerySet(models.QuerySet["Stratum"]):
    def visible_to(self, user: User) -> StratumQuerySet:
        """Of metrics that the user may see."""
        return self.filter(metric__in=Metric.objects.visible_to(user).values("pk"))


class Stratum(models.Model):
    """The number of one group of a split for one period, or that it is held back: then the number was never
    here. There are no former ones, since the difference of two versions would tell what is held back."""

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="strata")
    split = models.CharField(max_length=40)  # as it is named at the metric
    group = models.CharField(_("group"), max_length=60)
    period = models.DateField()  # its first day
    hidden = models.BooleanField()
    value = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    numerator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    denominator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    n = models.BigIntegerField(null=True)
    least = models.PositiveSmallIntegerField()  # of a count that is shown, when it came
    recorded_at = models.DateTimeField()

    objects = StratumQuerySet.as_manager()

    class Meta:
        ordering = ["split", "group", "period"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "split", "period", "group"], name="stratum_natural_key"
            ),
            models.CheckConstraint(
                condition=Q(hidden=True, value=None, numerator=None, denominator=None, n=None)
                # A comparison with nothing is neither true nor false, and a check lets it through.
                | Q(hidden=False, n__isnull=False, n__gte=F("least"), value__isnull=False)
                & Q(numerator=None, denominator=None)
                | Q(hidden=False, n__isnull=False, n__gte=F("least"), value=None)
                & Q(numerator__isnull=False, numerator__gte=F("least"))
                & Q(denominator__isnull=False, denominator__gte=F("numerator") + F("least")),
                name="stratum_held_back_or_large",
            ),
            models.CheckConstraint(
                condition=Q(least__gte=FEWEST), name="stratum_least_is_no_smaller"
            ),
            models.CheckConstraint(
                condition=~Q(split="") & ~Q(group=""), name="stratum_split_and_group_named"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="held_back_stays_so",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__hidden=True, new__hidden=False),
            ),
            pgtrigger.Protect(
                name="held_back_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__hidden=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.split}: {self.group} {self.period}"

    @property
    def counts(self) -> tuple[int, ...]:
        """What it is made of (suppression.py), where it is shown."""
        if self.numerator is None or self.denominator is None:
            return (self.n or 0,)
        return int(self.numerator), int(self.denominator - self.numerator)


def whole_of(metric: Metric, periods: set[date]) -> dict[date, tuple[int, ...] | None]:
    """The counts of everybody, by period; None where there is a number and nobody says of how many."""
    found: dict[date, tuple[int, ...] | None] = {}
    for one in metric.observations.filter(period__in=periods):
        if one.numerator is not None and one.denominator is not None:
            found[one.period] = int(one.numerator), int(one.denominator - one.numerator)
        else:
            found[one.period] = None if one.n is None else (one.n,)
    return found
