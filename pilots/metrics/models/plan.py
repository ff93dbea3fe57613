"""What is counted, and what it meant from when on."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery, Value
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.workflow.triggers import status_through_engine
from pilots.connectors.measurement import Cadence
from pilots.lifecycle.models import Pilot
from pilots.metrics.models.bindings import BulkBinding
from pilots.metrics.models.sources import Source
from pilots.metrics.room import MetricsPermission
from pilots.metrics.states import AMENDMENT, AmendmentStatus


class MetricKind(models.TextChoices):
    PROPORTION = "proportion", _("Proportion: so many of so many")
    RATE = "rate", _("Rate: events per bed day, visit or the like")
    COUNT = "count", _("Count: events a period")
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


class Steadiness(models.TextChoices):
    """From what it is known that a number would have stayed as it was without the pilot."""

    HISTORY = "history", _("Its own longer history")
    SIBLINGS = "siblings", _("The same number of other units")
    LIBRARY = "library", _("What is published of this measure")


class ComparisonDesign(models.TextChoices):
    """How a metric is compared with what it would have been without the pilot."""

    BEFORE_AFTER = "before_after", _("Before and after: against its baseline")
    INTERRUPTED = "interrupted", _("Interrupted time series: against its own history")
    SITES = "sites", _("Comparison sites: against the same number elsewhere")


# Longer than that nothing settles.
SETTLING_WEEKS = 26
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


_Metrics = models.Manager.from_queryset(MetricQuerySet)


class KeptMetrics(_Metrics["Metric"]):
    """All but those that were taken back right after they were made."""

    def get_queryset(self) -> MetricQuerySet:
        return MetricQuerySet(self.model, using=self._db).filter(taken_back_at=None)


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
    # The ready definition that it was planned with (library.py); empty: one of its own.
    measure = models.CharField(_("measure"), max_length=40, blank=True, default="", db_default="")
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
    # A baseline of some weeks cannot tell a season, an older trend or a bad spell from an effect.
    steady_from = models.CharField(
        _("known to be steady from"),
        max_length=10,
        choices=Steadiness.choices,
        blank=True,
        default="",
        db_default="",
    )
    steady_because = models.CharField(
        _("what is known of its steadiness"), max_length=300, blank=True, default="", db_default=""
    )
    # Empty: by the rules of `pilots.evidence.designs`.
    design = models.CharField(
        _("compared by"),
        max_length=12,
        choices=ComparisonDesign.choices,
        blank=True,
        default="",
        db_default="",
    )
    design_because = models.CharField(
        _("why it is compared so"), max_length=300, blank=True, default="", db_default=""
    )
    settling_weeks = models.PositiveSmallIntegerField(_("weeks to settle"), default=0, db_default=0)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="metrics", verbose_name=_("source")
    )
    binding = models.JSONField(default=dict, blank=True)
    # Up to three: {"name": …}.
    splits = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))
    # The smallest count of a group that is shown; None: the installation's.
    least_cell = models.PositiveSmallIntegerField(_("smallest count shown"), null=True, blank=True)
    entity = models.CharField(max_length=60, blank=True)  # the organisation's code in its file
    version = models.PositiveIntegerField(default=1)
    pull_from = models.DateField(_("pull from"))
    next_pull_at = models.DateTimeField(null=True, blank=True)
    # While a long history is fetched in parts: all before this day was asked for.
    asked_until = models.DateField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    # How often its source was made to ask for something else while its own settings stayed.
    asked_otherwise = models.PositiveIntegerField(default=0, db_default=0)
    # Grows with every change of an observation; charts are cached by it.
    data_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    # When somebody last changed what it says themselves; empty: as it was made.
    edited_at = models.DateTimeField(null=True, blank=True)
    # Made together with others of its file; taken back, it is measured and shown no more.
    bound_in = models.ForeignKey(
        BulkBinding,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="metrics",
        db_index=False,
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = KeptMetrics()
    with_taken_back = MetricQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(
                fields=["bound_in"],
                name="metric_bound_in",
                condition=Q(bound_in__isnull=False),
            ),
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
                condition=~Q(kind="rate")
                | Q(measure_unit__contains="per ")
                | Q(measure_unit__contains="/"),
                name="metric_rate_says_per_what",
                violation_error_message=_(
                    "Say what the rate is measured in: per 1,000 bed days, per visit."
                ),
            ),
            models.CheckConstraint(
                condition=Q(margin=None) | Q(margin__gte=0), name="metric_margin_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None)
                | Q(
                    bound_in__isnull=False,
                    pilot=None,
                    edited_at=None,
                    entity="",
                    next_pull_at=None,
                ),
                name="metric_taken_back_is_of_nothing",
            ),
            models.CheckConstraint(
                condition=Q(steady_from="", steady_because="")
                | (~Q(steady_from="") & ~Q(steady_because="")),
                name="metric_steadiness_said_whole",
                violation_error_message=_(
                    "Say both from what it is known to be steady, and what is known."
                ),
            ),
            models.CheckConstraint(
                condition=Q(design="", design_because="") | (~Q(design="") & ~Q(design_because="")),
                name="metric_design_said_whole",
                violation_error_message=_("Say both how it is to be compared, and why so."),
            ),
            models.CheckConstraint(
                condition=Q(settling_weeks__lte=SETTLING_WEEKS),
                name="metric_settles_in_time",
                violation_error_message=_("A pilot settles in 26 weeks at most."),
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    Func(
                        "splits", function="jsonb_array_length", output_field=models.IntegerField()
                    ),
                    3,
                ),
                name="metric_split_in_three_ways",
            ),
        ]
        triggers = [
            # Numbers are kept in the shape of their kind, a rate in what it is told per.
            pgtrigger.Trigger(
                name="kind_stays_once_there_are_numbers",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("kind", "measure_unit"),
                condition=pgtrigger.Q(old__kind__df=pgtrigger.F("new__kind"))
                | pgtrigger.Q(
                    old__kind="rate", old__measure_unit__df=pgtrigger.F("new__measure_unit")
                ),
                func="""
                    IF EXISTS (SELECT FROM pilots_observation WHERE metric_id = NEW.id) THEN
                        RAISE EXCEPTION 'the kind of a metric stays once it has numbers';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_rate(self) -> bool:
        """Whether it counts events over an exposure; of a count that is the period itself."""
        return self.kind in (MetricKind.RATE, MetricKind.COUNT)


class SiblingKind(models.TextChoices):
    SITE = "site", _("The same number at another site")
    GROUP = "group", _("The same number of a group of patients")


class Sibling(models.Model):
    """The same number elsewhere, or of a group of the patients: what a metric is compared with, or
    taken apart into. From when on a site is no comparison any more says its go-live (`SiteGoLive`)."""

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="siblings")
    series = models.ForeignKey(
        Metric,
        on_delete=models.PROTECT,
        related_name="sibling_of",
        verbose_name=_("the same number"),
    )
    kind = models.CharField(_("what it is"), max_length=5, choices=SiblingKind.choices)
    # How it is named beside the others; empty: by its unit.
    label = models.CharField(_("called"), max_length=60, blank=True, default="", db_default="")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "series"],
                name="sibling_once_a_metric",
                violation_error_message=_("This number is compared with already."),
            ),
            models.CheckConstraint(
                condition=~Q(metric=F("series")),
                name="sibling_is_another",
                violation_error_message=_("A metric is not compared with itself."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SiblingKind.values), name="sibling_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="site") | ~Q(label=""),
                name="sibling_group_is_named",
                violation_error_message=_("Say which group of patients it is of."),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="sibling_stays_what_it_is",
                fields=["metric", "series", "kind", "added_at", "added_by"],
            ),
            # What an approved pilot is judged by is compared with what was agreed, or with what
            # somebody outside the team has approved since.
            pgtrigger.Trigger(
                name="sites_of_what_is_judged_by",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                declare=[("one", "pilots_sibling"), ("judged", "bigint"), ("agreed", "jsonb")],
                func="""
                    IF TG_OP = 'DELETE' THEN one := OLD; ELSE one := NEW; END IF;
                    SELECT pilot.id INTO judged FROM pilots_metric metric
                    JOIN pilots_pilot pilot ON pilot.id = metric.pilot_id
                    WHERE metric.id = one.metric_id AND metric.role IN ('primary', 'guardrail')
                        AND pilot.status NOT IN ('shaping', 'proposed');
                    IF one.kind = 'site' AND judged IS NOT NULL THEN
                        -- Of the plan as it was last approved: a pivot opened the one before.
                        SELECT "values"->'siblings'->1 INTO agreed FROM pilots_amendment
                        WHERE metric_id = one.metric_id AND status = 'approved'
                            AND "values" ? 'siblings' AND decided_at >= coalesce((
                                SELECT max(at) FROM innovation_statechange
                                WHERE subject = 'pilot:' || judged AND verb = 'approve'
                            ), '-infinity')
                        ORDER BY decided_at DESC, id DESC LIMIT 1;
                        IF agreed IS NULL OR (TG_OP = 'INSERT') <> EXISTS (
                            SELECT 1 FROM jsonb_array_elements(agreed) site
                            WHERE (site->>0)::bigint = one.series_id
                        ) THEN
                            RAISE EXCEPTION
                                'comparison sites of what a pilot is judged by change by amendment';
                        END IF;
                    END IF;
                    RETURN one;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric}: {self.label or self.series}"


class MetricVersionQuerySet(models.QuerySet["MetricVersion"]):
    def of_a_locked_plan(self) -> MetricVersionQuerySet:
        """Changes of what a metric means after its pilot was proposed, the last one first."""
        return self.exclude(reason="").select_related("by").order_by("-number")

    def with_approver(self) -> MetricVersionQuerySet:
        """With `approver`: the name of who approved it from outside the team; None where nobody had
        to. And `approved_values`: what that changed."""
        made = Amendment.objects.filter(metric=OuterRef("metric"), version=OuterRef("number"))
        return self.annotate(
            approver=Subquery(made.values("decided_by__name")[:1]),
            approved_values=Subquery(made.values("values")[:1]),
        )


class MetricVersion(models.Model):
    """What a metric meant from when on: its definition and binding, as they were."""

    metric = models.ForeignKey(Metric, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.CharField(max_length=300)
    binding = models.JSONField()
    source_name = models.CharField(max_length=120)
    # The fingerprint of all that says what is counted; empty where it was not kept yet (2026-11-29).
    meaning = models.CharField(max_length=64, blank=True, default="", db_default="")
    # Said where the plan was locked already; empty otherwise.
    reason = models.CharField(max_length=600, blank=True, default="", db_default="")
    # What was changed of its source's settings, {label: [before, after]}, for those who keep the source.
    source_changes = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = MetricVersionQuerySet.as_manager()

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


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def visible_to(self, user: User) -> AmendmentQuerySet:
        return self.filter(metric__in=Metric.objects.visible_to(user).values("pk"))

    def waiting(self) -> AmendmentQuerySet:
        return self.filter(status=AmendmentStatus.WAITING)

    def for_list(self) -> AmendmentQuerySet:
        return self.select_related(
            "metric__pilot__unit", "metric__pilot__lead", "proposed_by", "decided_by"
        )


class Amendment(models.Model):
    """A change of a primary metric or a guardrail of an approved plan: it takes effect once somebody
    outside the team has approved it."""

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="amendments")
    # {field: [as it was when it was proposed, as it shall be]}, as plain JSON.
    values = models.JSONField()
    reason = models.CharField(_("why"), max_length=600)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    status = models.CharField(
        max_length=9, choices=AmendmentStatus.choices, default=AmendmentStatus.WAITING
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")
    # The number of the metric's version that it made.
    version = models.PositiveIntegerField(null=True, blank=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric"],
                name="amendment_one_waiting_a_metric",
                condition=Q(status="waiting"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=AmendmentStatus.values), name="amendment_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", decided_by=None, decided_at=None, answer="")
                | (~Q(status="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="amendment_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "declined"]) | ~Q(decided_by=F("proposed_by")),
                name="amendment_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="approved", version__isnull=False)
                | (~Q(status="approved") & Q(version=None)),
                name="amendment_made_a_version",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & (~Q(status="declined") | ~Q(answer="")),
                name="amendment_says_why",
            ),
        ]
        triggers = [
            *status_through_engine(AMENDMENT.noun, AMENDMENT.initial),
            pgtrigger.Protect(
                name="proposed_stays",
                operation=pgtrigger.UpdateOf(
                    "metric_id", "values", "reason", "proposed_by_id", "proposed_at"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="decided_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Condition("NEW.status IN ('approved', 'declined')"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_metric m JOIN pilots_pilot p ON p.id = m.pilot_id
                        WHERE m.id = NEW.metric_id AND (
                            NEW.decided_by_id IN (p.lead_id, p.opened_by_id)
                            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id
                                       AND t.person_id = NEW.decided_by_id)
                            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id
                                       AND f.person_id = NEW.decided_by_id))
                    ) THEN
                        RAISE EXCEPTION 'an amendment is decided from outside the team'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'amendment_decided_from_outside';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="decided_by_no_sponsor",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Condition("NEW.status IN ('approved', 'declined')"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_metric m JOIN pilots_pilot p ON p.id = m.pilot_id
                        WHERE m.id = NEW.metric_id AND p.sponsor_id = NEW.decided_by_id
                    ) THEN
                        RAISE EXCEPTION 'an amendment is not decided by who sponsors the pilot'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'amendment_decided_by_no_sponsor';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.metric)

    def get_absolute_url(self) -> str:
        return reverse("pilots:amendment-detail", kwargs={"pk": self.pk})
