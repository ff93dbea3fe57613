"""Every visit to a source for one metric, and the rows that were refused."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.metrics.models.plan import Metric
from pilots.metrics.models.sources import Source


class PullStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Pulling now")
    DONE = "done", _("Done")
    PARTLY = "partly", _("Done, some rows refused")
    FAILED = "failed", _("Failed")


UNDER_WAY = (PullStatus.WAITING, PullStatus.RUNNING)
GOOD = (PullStatus.DONE, PullStatus.PARTLY)


class Urgency(models.IntegerChoices):
    """Which of the waiting pulls is begun first."""

    ASKED = 1, _("Somebody asked for it")
    ALARM = 2, _("A guardrail of a running pilot")
    DUE = 3, _("Due")
    BACKFILL = 4, _("The past of many metrics")


class PullQuerySet(models.QuerySet["Pull"]):
    def visible_to(self, user: User) -> PullQuerySet:
        return self.filter(metric__in=Metric.objects.visible_to(user))

    def under_way(self) -> PullQuerySet:
        return self.filter(status__in=UNDER_WAY)


class Pull(models.Model):
    """One attempt to fetch one metric's numbers: when, from where, what came, what failed."""

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="pulls")
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # null: the schedule
    # Its place among those that wait: by urgency, then in turn between the sources.
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.DUE)
    turn = models.PositiveIntegerField(default=1)
    # The source that it waits for; pulls of former versions have none.
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # The lease (lease.py): who works on it and until when, and how often it was taken.
    leased_by = models.CharField(max_length=120, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # more than one: a worker was lost
    finished_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=PullStatus.choices, default=PullStatus.WAITING)
    window_start = models.DateField()
    window_end = models.DateField()  # exclusive
    origin = models.CharField(max_length=400, blank=True)
    received = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    revised = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    who_can_fix = models.CharField(max_length=200, blank=True)
    will_retry = models.BooleanField(default=False)
    # How many known periods were gone, for which the answer was held back, and whether a person said
    # that it is to be taken as it is.
    gone = models.PositiveIntegerField(default=0, db_default=0)
    takes_fewer = models.BooleanField(default=False, db_default=False)
    notes = models.JSONField(default=list, blank=True)
    # Under which id it was asked for (web/request_id.py).
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")

    objects = PullQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["metric", "-id"], name="pull_metric"),
            models.Index(
                fields=["urgency", "turn", "id"],
                include=["source"],
                name="pull_queue",
                condition=Q(status="waiting", leased_until=None),
            ),
            models.Index(
                fields=["leased_until"],
                name="pull_leased",
                condition=Q(leased_until__isnull=False),
            ),
            models.Index(
                fields=["finished_at"],
                name="pull_finished",
                condition=Q(finished_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["metric"],
                name="pull_one_at_a_time",
                condition=Q(status__in=["waiting", "running"]),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["waiting", "running"]) | Q(source__isnull=False),
                name="pull_under_way_has_source",
            ),
            models.CheckConstraint(
                condition=Q(leased_until=None, leased_by="")
                | Q(leased_until__isnull=False) & ~Q(leased_by="") & Q(fence__gt=0),
                name="pull_lease_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting")
                | Q(status="running", leased_until__isnull=False)
                | Q(status__in=["done", "partly", "failed"], leased_until=None),
                name="pull_leased_while_running",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "running"], finished_at=None)
                | Q(status__in=["done", "partly", "failed"], finished_at__isnull=False),
                name="pull_finished_when_over",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "partly"])
                | Q(received=F("added") + F("revised") + F("unchanged") + F("quarantined")),
                name="pull_accounts_for_every_row",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(problem=""), name="pull_failure_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric}, {self.requested_at:%Y-%m-%d %H:%M}"


class QuarantinedRow(models.Model):
    """A row that could not be read or believed; kept beside the reason."""

    pull = models.ForeignKey(Pull, on_delete=models.CASCADE, related_name="quarantine")
    line = models.CharField(max_length=60)
    raw = models.CharField(max_length=500)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"
