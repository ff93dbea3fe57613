"""Where numbers come from, what they mean, every pull, and every observation with its revisions."""

from __future__ import annotations

import hashlib

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.connectors import kinds
from pilots.connectors.fields import MARK
from pilots.connectors.kind import SourceKind
from pilots.connectors.measurement import Cadence
from pilots.lifecycle.models import Pilot
from pilots.metrics.room import MetricsPermission


class JsonPathFinds(Func):
    """Whether a JSON path finds anything."""

    function = "jsonb_path_exists"
    template = "%(function)s(%(expressions)s::jsonpath)"
    output_field = models.BooleanField()


class SourceQuerySet(models.QuerySet["Source"]):
    def named(self, text: str) -> SourceQuerySet:
        return self.filter(name__icontains=text.replace("\x00", ""))

    def visible_to(self, user: User) -> SourceQuerySet:
        return self.filter(unit_id__within=user.reach(MetricsPermission.READ))


class Source(models.Model):
    """A system that answers questions with numbers. Its secret is written, never shown."""

    name = models.CharField(_("name"), max_length=120)
    # A key of the kind table (connectors/kinds.py); no choices, so that a new kind is no migration.
    kind = models.CharField(_("kind"), max_length=20)
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, related_name="sources", verbose_name=_("unit")
    )
    steward = models.CharField(
        _("who can fix it"),
        max_length=200,
        blank=True,
        help_text=_("A team or address, named when a pull fails."),
    )
    config = models.JSONField(default=dict, blank=True)
    secret = models.BinaryField(default=b"", editable=False)
    # What stands behind the marks in `config` (connectors/hidden.py), sealed like the secret.
    hidden = models.BinaryField(default=b"", editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Who took it over from whoever connected it, and left.
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="source_name_once_a_unit",
                violation_error_message=_("This unit has a source of this name."),
            ),
            models.CheckConstraint(condition=~Q(kind=""), name="source_kind_given"),
            models.CheckConstraint(
                condition=Q(
                    JsonPathFinds(F("config"), Value(f'$.headers.* ? (@ != "{MARK}")')),
                    _negated=True,
                ),
                name="source_headers_hidden",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kept_by(self) -> User:
        """Who is told when a pull of no pilot's fails."""
        return self.keeper or self.created_by

    @property
    def asked_with(self) -> str:
        """A fingerprint of its settings and credentials."""
        parts = f"{sorted(self.config.items())}{bytes(self.hidden)!r}{bytes(self.secret)!r}"
        return hashlib.sha256(parts.encode()).hexdigest()

    @property
    def connector(self) -> SourceKind:
        """What the kind table says of this source's kind."""
        return kinds.of_source(self.kind)


class SourcePace(models.Model):
    """How a source has answered of late: whether it is slow, and whether it is left alone for now.

    No row is the same as a row that says nothing. Written where something changes (actions/pace.py).
    """

    source = models.OneToOneField(
        Source, on_delete=models.CASCADE, primary_key=True, related_name="pace"
    )
    failures = models.PositiveIntegerField(default=0)  # in a row, of whichever metric
    problem = models.TextField(blank=True)
    # Paused: nobody asks before this, and then one worker alone until it has answered.
    asked_again_at = models.DateTimeField(null=True, blank=True)
    slow = models.BooleanField(default=False)
    # Until then any number of workers may ask at once, because it answered quickly.
    quick_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_again_at=None) | Q(failures__gt=0),
                name="pace_paused_after_failures",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, problem="") | (Q(failures__gt=0) & ~Q(problem="")),
                name="pace_failure_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.failures}"


class SourceFile(models.Model):
    """An uploaded file, kept as it came, so that a pull can be repeated."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class FetchedCopy(models.Model):
    """The file at a source's address as it was fetched last, for all metrics of the source."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="+")
    # A fingerprint of the settings and credentials that it was asked for with.
    asked_with = models.CharField(max_length=64, blank=True)
    began_at = models.DateTimeField(null=True)
    leads_until = models.DateTimeField(null=True)  # while a pull fetches it
    fetched_at = models.DateTimeField(null=True)
    content = models.BinaryField(default=b"")
    sha256 = models.CharField(max_length=64, blank=True)
    held = models.TextField(blank=True)  # why it is not taken before it was looked at again

    def __str__(self) -> str:
        return f"{self.source}, {self.fetched_at}"


class CheckKind(models.TextChoices):
    CONNECTION = "connection", _("Connection test")
    FILE = "file", _("Look at the file")
    DRY_RUN = "dry_run", _("Dry run")


class SourceCheck(models.Model):
    """What somebody at a page asks a source; a worker asks it, so that no page waits for another
    system. They alone see the answer, and it is forgotten within a day."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="checks")
    # For a metric of this unit; null: for whoever keeps the source.
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=10, choices=CheckKind.choices)
    question = models.JSONField(default=dict)  # of a dry run: the metric as it was typed
    # A fingerprint of the settings and credentials that the source had.
    asked_with = models.CharField(max_length=64)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(default=dict)
    content = models.BinaryField(default=b"")  # the file, where that was asked for
    problem = models.TextField(blank=True)
    who_can_fix = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, answer={}, content=b"", problem="")
                | Q(done_at__isnull=False),
                name="source_check_answers_when_done",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CheckKind.values), name="source_check_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="source_check_open", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_kind_display()}"


class MetricKind(models.TextChoices):
    PROPORTION = "proportion", _("Proportion: so many of so many")
    VALUE = "value", _("One value a period")


class Direction(models.TextChoices):
    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")
    NEUTRAL = "neutral", _("Neither")


class Dimension(models.TextChoices):
    SAFETY = "safety", _("Safety")
    SECURITY = "security", _("Security and privacy")
    WORKFLOW = "workflow", _("Workflow")
    EXPERIENCE = "experience", _("Experience and human connection")
    ADOPTION = "adoption", _("Adoption")
    EQUITY = "equity", _("Equity")
    VALUE = "value", _("Value")


class MetricRole(models.TextChoices):
    PRIMARY = "primary", _("Primary")
    SECONDARY = "secondary", _("Secondary")
    GUARDRAIL = "guardrail", _("Guardrail")
    BALANCING = "balancing", _("Balancing")


CADENCES = [
    (Cadence.DAY.value, _("Every day")),
    (Cadence.WEEK.value, _("Every week")),
    (Cadence.MONTH.value, _("Every month")),
]


class MetricQuerySet(models.QuerySet["Metric"]):
    def visible_to(self, user: User) -> MetricQuerySet:
        """Metrics of units the user reaches, and those of the user's own pilots."""
        return self.filter(
            Q(unit_id__within=user.reach(MetricsPermission.READ))
            | Q(pilot__in=Pilot.objects.of_team(user).values("pk"))
        )

    def named(self, text: str) -> MetricQuerySet:
        """Metrics of that name, or about that organisation."""
        text = text.replace("\x00", "")
        return self.filter(Q(name__icontains=text) | Q(entity__icontains=text))

    def for_list(self) -> MetricQuerySet:
        return self.select_related("unit", "pilot", "source")


class Metric(models.Model):
    name = models.CharField(_("name"), max_length=160)
    definition = models.CharField(
        _("definition"),
        max_length=300,
        help_text=_("What is counted over what, as a colleague would check it."),
    )
    pilot = models.ForeignKey(
        "pilots.Pilot", on_delete=models.PROTECT, null=True, blank=True, related_name="metrics"
    )
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, related_name="metrics", verbose_name=_("unit")
    )
    role = models.CharField(
        _("role"), max_length=10, choices=MetricRole.choices, default=MetricRole.SECONDARY
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MetricKind.choices)
    measure_unit = models.CharField(
        _("measured in"), max_length=20, blank=True, help_text=_("minutes, points, % …")
    )
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    dimension = models.CharField(_("dimension"), max_length=10, choices=Dimension.choices)
    cadence = models.CharField(
        _("a number for"), max_length=5, choices=CADENCES, default=Cadence.WEEK.value
    )
    # Proportions are kept as 0–1 here too: a target of 0.08 is shown as 8 %.
    target = models.DecimalField(
        _("target"), max_digits=20, decimal_places=6, null=True, blank=True
    )
    limit = models.DecimalField(
        _("limit"),
        max_digits=20,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("A guardrail beyond this raises an alarm."),
    )
    margin = models.DecimalField(
        _("smallest difference that matters"),
        max_digits=20,
        decimal_places=6,
        null=True,
        blank=True,
    )
    baseline_from = models.DateField(_("baseline from"), null=True, blank=True)
    baseline_until = models.DateField(_("baseline until"), null=True, blank=True)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="metrics", verbose_name=_("source")
    )
    binding = models.JSONField(default=dict, blank=True)
    entity = models.CharField(max_length=60, blank=True)  # the organisation's code in its file
    version = models.PositiveIntegerField(default=1)
    pull_from = models.DateField(_("pull from"))
    next_pull_at = models.DateTimeField(null=True, blank=True)
    # While a long history is fetched in parts: all before this day was asked for.
    asked_until = models.DateField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    # Grows with every change of an observation; charts are cached by it.
    data_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    objects = MetricQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(
                fields=["next_pull_at"],
                name="metric_due",
                condition=Q(next_pull_at__isnull=False),
            ),
            models.Index(fields=["unit", "-id"], name="metric_unit"),
            models.Index(fields=["id"], name="metric_failing", condition=Q(failures__gt=0)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(baseline_from=None, baseline_until=None)
                | Q(baseline_until__gt=F("baseline_from")),
                name="metric_baseline_window",
                violation_error_message=_("The baseline must end after it begins."),
            ),
            models.UniqueConstraint(
                fields=["pilot"],
                name="metric_one_primary_a_pilot",
                condition=Q(role="primary", pilot__isnull=False),
                violation_error_message=_("The pilot has a primary metric already."),
            ),
            models.UniqueConstraint(
                fields=["source", "entity", "name"],
                name="metric_once_a_source_entity",
                condition=~Q(entity=""),
            ),
            models.CheckConstraint(
                condition=Q(margin=None) | Q(margin__gte=0), name="metric_margin_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MetricVersion(models.Model):
    """What a metric meant from when on: its definition and binding, as they were."""

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.CharField(max_length=300)
    binding = models.JSONField()
    source_name = models.CharField(max_length=120)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["metric", "number"], name="metric_version_number")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.metric} v{self.number}"


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


class Observation(models.Model):
    """One metric's number for one period, as known now.

    The natural key is the key; there is no other. The table is partitioned by year (migration
    `observation_partitions`), whose trigger keeps every former value as a `Revision`.
    """

    pk = models.CompositePrimaryKey("metric_id", "period")
    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="observations")
    period = models.DateField()  # the period's first day
    value = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    numerator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    denominator = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    n = models.BigIntegerField(null=True)
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
                ),
                name="observation_value_or_proportion",
            )
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
