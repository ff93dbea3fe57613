"""Every number as it is known now, and what it used to be."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q

from pilots.metrics.models.plan import Metric


class Observation(models.Model):
    """One metric's number for one period, as known now.

    A value is itself, a proportion its two counts; a rate is its events, their exposure and the value
    that it is told as. The natural key is the key; there is no other. The table is partitioned by year (migration
    `observation_partitions`), whose trigger keeps every former value as a `Revision`.
    """

    pk = models.CompositePrimaryKey("metric_id", "period")
    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="observations")
    period = models.DateField()  # the period's first day
    value = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    numerator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    denominator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    n = models.BigIntegerField(null=True)
    # How many of the numerator the risks of the period's patients let expect.
    expected = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    version = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=0)
    pull_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["metric_id", "period"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__isnull=False, numerator=None, denominator=None)
                | Q(
                    value=None,
                    numerator__isnull=False,
                    denominator__gt=0,
                    numerator__gte=0,
                    numerator__lte=F("denominator"),
                )
                | Q(
                    value__isnull=False,
                    numerator__isnull=False,
                    denominator__isnull=False,
                    numerator__gte=0,
                    denominator__gt=0,
                    n=None,
                    expected=None,
                ),
                name="observation_value_proportion_or_rate",
            ),
            models.CheckConstraint(
                condition=Q(expected=None) | Q(expected__gt=0, expected__lte=F("denominator")),
                name="observation_expected_of_denominator",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.period}"


class Revision(models.Model):
    """A value that an observation used to have, and until when it was what was known.

    Written by the database, on every change of an observation's numbers.
    """

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="revisions")
    period = models.DateField()
    revision = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    numerator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    denominator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    n = models.BigIntegerField(null=True)
    expected = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    pull_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField()
    replaced_by_pull_id = models.BigIntegerField()

    class Meta:
        ordering = ["metric_id", "period", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "period", "revision"], name="revision_natural_key"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.period} r{self.revision}"


class KnownNumberQuerySet(models.QuerySet["KnownNumber"]):
    def known_at(self, moment: datetime | None) -> KnownNumberQuerySet:
        """What was known just before a moment, one number for each period; None: what is known now."""
        if moment is None:
            return self.filter(replaced_at=None)
        still = Q(replaced_at=None) | Q(replaced_at__gte=moment)
        return self.filter(still, recorded_at__lt=moment)


class KnownNumber(models.Model):
    """A number that is or was known, from `recorded_at` until it was replaced: observations and
    revisions as one, for reading (a view of the database)."""

    pk = models.CompositePrimaryKey("metric_id", "period", "revision")
    metric = models.ForeignKey(Metric, on_delete=models.DO_NOTHING, related_name="+")
    period = models.DateField()
    revision = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    numerator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    denominator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    n = models.BigIntegerField(null=True)
    expected = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    version = models.PositiveIntegerField()
    pull_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)  # None: it is known now

    objects = KnownNumberQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "pilots_knownnumber"
        ordering = ["metric_id", "period"]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.period} r{self.revision}"
