"""What a pilot promised of its accuracy, and what its silent run counted; nothing here is written over."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DecimalRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle import apart
from pilots.lifecycle.models import Pilot

MOST_COUNTED = 10_000_000


class AlertExposure(models.TextChoices):
    """What alerts are counted over."""

    PATIENT_DAYS = "patient_days", _("100 patient-days")
    SHIFTS = "shifts", _("clinician's shift")


class ScoreScale(models.TextChoices):
    RISK = "risk", _("A predicted risk, from 0 to 1")
    OTHER = "other", _("Another score")


class EnteredBy(models.TextChoices):
    """Through which door a result came."""

    FORM = "form", _("typed in")
    FILE = "file", _("from a file")
    API = "api", _("by the API")


class AccuracyPromise(models.Model):
    """The accuracy that a pilot promises before its silent run. A change is a row of its own: the last one
    counts, and one that was made after the approval says why."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="accuracy_promises")
    version = models.PositiveSmallIntegerField()
    least_sensitivity = models.DecimalField(_("least sensitivity"), max_digits=5, decimal_places=4)
    least_ppv = models.DecimalField(
        _("least positive predictive value"), max_digits=5, decimal_places=4
    )
    # Fixed before the first look, because the intervals are tightest there.
    planned_cases = models.PositiveIntegerField(_("cases with the condition, planned"))
    most_alerts = models.DecimalField(
        _("most alerts"), max_digits=10, decimal_places=3, null=True, blank=True
    )
    alerts_per = models.CharField(
        _("alerts per"), max_length=12, choices=AlertExposure.choices, blank=True
    )
    # Made while the pilot was under way, by somebody who has no part in it.
    amended = models.BooleanField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "version"], name="accuracy_promise_version_once"
            ),
            models.CheckConstraint(
                condition=Q(least_sensitivity__gt=0, least_sensitivity__lt=1)
                & Q(least_ppv__gt=0, least_ppv__lt=1),
                name="accuracy_promise_of_shares",
                violation_error_message=_("What is promised lies between 0% and 100%."),
            ),
            models.CheckConstraint(
                condition=Q(planned_cases__gte=1, planned_cases__lte=MOST_COUNTED),
                name="accuracy_promise_plans_cases",
            ),
            models.CheckConstraint(
                condition=Q(most_alerts=None, alerts_per="")
                | (Q(most_alerts__gt=0) & Q(alerts_per__in=AlertExposure.values)),
                name="accuracy_promise_of_alerts_whole",
                violation_error_message=_("Say both how many alerts at most, and over what."),
            ),
            models.CheckConstraint(
                condition=Q(amended=False) | ~Q(reason=""),
                name="accuracy_promise_amended_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="amended_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__amended=True),
                func="""
                    IF HAS_A_PART THEN
                        RAISE EXCEPTION 'who has a part in a pilot does not change what it promised'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'accuracy_promise_amended_from_outside';
                    END IF;
                    RETURN NEW;
                """.replace("HAS_A_PART", apart.has_a_part("NEW.by_id")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.version}"


class SilentRunResultQuerySet(models.QuerySet["SilentRunResult"]):
    def visible_to(self, user: User) -> SilentRunResultQuerySet:
        """Those of the pilots that the user sees."""
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def current(self) -> SilentRunResultQuerySet:
        """Neither corrected nor taken back."""
        return self.filter(superseded_at=None)

    def for_list(self) -> SilentRunResultQuerySet:
        return self.select_related("recorded_by", "superseded_by").prefetch_related("bins")


class SilentRunResult(models.Model):
    """How the output of one period compares with what was true: a 2 × 2 table, score bins, or both, of
    everybody or of one subgroup. A correction is a row of its own, which replaces this one."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="silent_run_results")
    period_from = models.DateField(_("from"))
    period_until = models.DateField(_("until"))
    # By what it is split ("Age") and which part this is ("75 and over"); both empty for everybody.
    grouping = models.CharField(_("grouped by"), max_length=80, blank=True)
    subgroup = models.CharField(_("subgroup"), max_length=80, blank=True)
    reference = models.CharField(_("reference standard"), max_length=600)
    threshold = models.DecimalField(
        _("threshold in use"), max_digits=12, decimal_places=6, null=True, blank=True
    )
    true_positive = models.PositiveIntegerField(_("true positives"), null=True, blank=True)
    false_positive = models.PositiveIntegerField(_("false positives"), null=True, blank=True)
    false_negative = models.PositiveIntegerField(_("false negatives"), null=True, blank=True)
    true_negative = models.PositiveIntegerField(_("true negatives"), null=True, blank=True)
    # What its bins are of; empty where it has none.
    score_scale = models.CharField(
        _("what the score is"), max_length=8, choices=ScoreScale.choices, blank=True
    )
    alerts = models.PositiveIntegerField(_("alerts"), null=True, blank=True)
    patient_days = models.DecimalField(
        _("patient-days"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    shifts = models.DecimalField(
        _("clinicians' shifts"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    entered_by = models.CharField(max_length=4, choices=EnteredBy.choices)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    superseded_because = models.TextField(blank=True)

    objects = SilentRunResultQuerySet.as_manager()

    class Meta:
        ordering = ["period_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_until__gte=F("period_from")),
                name="silent_result_ends_after_it_starts",
                violation_error_message=_("The end must not come before the start."),
            ),
            models.CheckConstraint(
                condition=Q(grouping="", subgroup="") | (~Q(grouping="") & ~Q(subgroup="")),
                name="silent_result_subgroup_whole",
                violation_error_message=_("Say both by what it is grouped, and which group."),
            ),
            models.CheckConstraint(
                condition=~Q(reference=""),
                name="silent_result_names_its_reference",
                violation_error_message=_("Say what counted as truth, and who judged it."),
            ),
            models.CheckConstraint(
                condition=Q(
                    true_positive=None, false_positive=None, false_negative=None, true_negative=None
                )
                | Q(
                    true_positive__lte=MOST_COUNTED,
                    false_positive__lte=MOST_COUNTED,
                    false_negative__lte=MOST_COUNTED,
                    true_negative__lte=MOST_COUNTED,
                ),
                name="silent_result_table_whole",
                violation_error_message=_("A 2 × 2 table has all four counts."),
            ),
            models.CheckConstraint(
                condition=Q(true_positive__isnull=False) | ~Q(score_scale=""),
                name="silent_result_counts_something",
                violation_error_message=_("Give a 2 × 2 table, score bins, or both."),
            ),
            models.CheckConstraint(
                condition=Q(alerts=None, patient_days=None, shifts=None)
                | (
                    Q(alerts__lte=MOST_COUNTED)
                    & (Q(patient_days__gt=0) | Q(shifts__gt=0))
                    & (Q(patient_days=None) | Q(patient_days__gt=0))
                    & (Q(shifts=None) | Q(shifts__gt=0))
                ),
                name="silent_result_alerts_whole",
                violation_error_message=_(
                    "Say how many alerts there were, and in how many patient-days or shifts."
                ),
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None, superseded_by=None, superseded_because="")
                | (
                    Q(superseded_at__isnull=False, superseded_by__isnull=False)
                    & ~Q(superseded_because="")
                ),
                name="silent_result_superseded_whole",
            ),
            ExclusionConstraint(
                name="silent_result_once_a_period",
                expressions=[
                    ("pilot", RangeOperators.EQUAL),
                    ("grouping", RangeOperators.EQUAL),
                    ("subgroup", RangeOperators.EQUAL),
                    (
                        Func(
                            F("period_from"),
                            F("period_until"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(superseded_at=None),
                violation_error_message=_(
                    "There is a result of these days already. Correct that one, or give other days."
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="counted_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "period_from", "period_until", "grouping", "subgroup", "reference",
                    "threshold", "true_positive", "false_positive", "false_negative",
                    "true_negative", "score_scale", "alerts", "patient_days", "shifts",
                    "entered_by", "recorded_at", "recorded_by_id", "version", "replaces_id",
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="superseded_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__superseded_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pilot}, {self.period_from:%Y-%m-%d} – {self.period_until:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:accuracy-result", kwargs={"pk": self.pk})

    @property
    def is_of_everybody(self) -> bool:
        return not self.grouping


class ScoreBin(models.Model):
    """Cases whose score lay from `lower` up to `upper`, and how many of them had the condition. A score on a
    border belongs to the higher bin."""

    result = models.ForeignKey(SilentRunResult, on_delete=models.PROTECT, related_name="bins")
    lower = models.DecimalField(max_digits=12, decimal_places=6)
    upper = models.DecimalField(max_digits=12, decimal_places=6)
    cases = models.PositiveIntegerField()
    events = models.PositiveIntegerField()
    mean_score = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)

    class Meta:
        ordering = ["lower"]
        constraints = [
            models.CheckConstraint(
                condition=Q(upper__gt=F("lower")),
                name="score_bin_has_width",
                violation_error_message=_("The upper border of a bin lies above its lower one."),
            ),
            models.CheckConstraint(
                condition=Q(events__lte=F("cases"), cases__lte=MOST_COUNTED),
                name="score_bin_events_among_its_cases",
                violation_error_message=_("A bin has no more events than cases."),
            ),
            models.CheckConstraint(
                condition=Q(mean_score=None)
                | Q(mean_score__gte=F("lower"), mean_score__lte=F("upper")),
                name="score_bin_mean_within",
                violation_error_message=_("The mean score of a bin lies within its borders."),
            ),
            ExclusionConstraint(
                name="score_bins_apart",
                expressions=[
                    ("result", RangeOperators.EQUAL),
                    (
                        Func(
                            F("lower"),
                            F("upper"),
                            Value("[)"),
                            function="numrange",
                            output_field=DecimalRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Two bins overlap."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.lower:f} – {self.upper:f}: {self.events}/{self.cases}"
