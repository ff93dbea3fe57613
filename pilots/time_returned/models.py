"""What a pilot says it returns time for, and what its metrics gave back as it was last worked out."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from pilots.surveys.models import Instrument


class TimeUse(models.TextChoices):
    """What hours that were given back may be for."""

    PATIENTS = "patients", _("Time with patients")
    HOME = "home", _("Getting home on time")
    TEACHING = "teaching", _("Teaching and learning")
    CAPACITY = "capacity", _("Seeing more patients")
    IMPROVEMENT = "improvement", _("Making the work better")
    REST = "rest", _("Breaks and rest")


class TimeDeclarationQuerySet(models.QuerySet["TimeDeclaration"]):
    def for_list(self) -> TimeDeclarationQuerySet:
        return self.select_related("metric", "volume", "by").prefetch_related("uses__measure")

    def current(self) -> TimeDeclarationQuerySet:
        """The newest of each pilot."""
        return self.order_by("pilot_id", "-number").distinct("pilot_id")


class TimeDeclaration(models.Model):
    """A pilot says that it returns time: by which metrics that is counted, from when, and for what. Each
    change is a newer one, and those before stay. One without a metric takes it back."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="time_declarations")
    number = models.PositiveSmallIntegerField()
    metric = models.ForeignKey(
        Metric,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("time a case takes"),
    )
    # Empty: the cases behind each number of the time.
    volume = models.ForeignKey(
        Metric,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("how many cases"),
    )
    # Empty: from its go-live, once it has settled.
    since = models.DateField(_("counted from"), null=True)
    # Empty where the plan was still open.
    reason = models.CharField(_("why"), max_length=600, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = TimeDeclarationQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "number"],
                name="time_declaration_number_once",
                violation_error_message=_("Somebody changed it meanwhile; look again."),
            ),
            models.CheckConstraint(
                condition=Q(metric__isnull=False)
                | (Q(metric=None, volume=None, since=None) & ~Q(reason="")),
                name="time_declaration_whole",
            ),
            models.CheckConstraint(
                condition=Q(volume=None) | ~Q(volume=F("metric")),
                name="time_declaration_counts_another",
                violation_error_message=_("How many cases there are is another metric."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="measured_by_its_pilot",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_metric
                        WHERE id IN (NEW.metric_id, NEW.volume_id)
                            AND pilot_id IS DISTINCT FROM NEW.pilot_id
                    ) THEN
                        RAISE EXCEPTION 'time is counted by metrics of the pilot itself'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'time_declaration_of_its_pilot';
                    END IF;
                    IF NEW.reason = '' AND EXISTS (
                        SELECT 1 FROM pilots_pilot WHERE id = NEW.pilot_id AND status <> 'shaping'
                    ) THEN
                        RAISE EXCEPTION 'what an approved pilot said of its time changes with a reason'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'time_declaration_says_why';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.number}"


class DeclaredUse(models.Model):
    """One of the uses that a declaration names, with its share of the intent where that was said, and
    the metric by which anybody sees whether time went there, or why there can be none."""

    declaration = models.ForeignKey(TimeDeclaration, on_delete=models.PROTECT, related_name="uses")
    use = models.CharField(_("what for"), max_length=12, choices=TimeUse.choices)
    share = models.PositiveSmallIntegerField(_("share, percent"), null=True)
    measure = models.ForeignKey(
        Metric, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("seen by")
    )
    no_measure = models.CharField(
        _("why no number can show it"), max_length=300, blank=True, default="", db_default=""
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["declaration", "use"], name="declared_use_once"),
            models.CheckConstraint(
                condition=Q(use__in=TimeUse.values), name="declared_use_is_known"
            ),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gte=1, share__lte=100),
                name="declared_use_share_is_a_part",
            ),
            models.CheckConstraint(
                condition=Q(measure=None) | Q(no_measure=""),
                name="declared_use_measured_or_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="shares_of_one_whole",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF coalesce(NEW.share, 0) + coalesce((
                        SELECT sum(share) FROM pilots_declareduse
                        WHERE declaration_id = NEW.declaration_id
                    ), 0) > 100 THEN
                        RAISE EXCEPTION 'shares of the time are parts of one whole'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'declared_use_shares_of_one_whole';
                    END IF;
                    IF NEW.measure_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM pilots_metric m
                        JOIN pilots_timedeclaration d ON d.pilot_id = m.pilot_id
                        WHERE m.id = NEW.measure_id AND d.id = NEW.declaration_id
                    ) THEN
                        RAISE EXCEPTION 'a use of time is seen by a metric of the pilot itself'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'declared_use_of_its_pilot';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_use_display())


class HoursReturnedQuerySet(models.QuerySet["HoursReturned"]):
    def visible_to(self, user: User) -> HoursReturnedQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def known(self) -> HoursReturnedQuerySet:
        return self.filter(unknown="")


class HoursReturned(models.Model):
    """The account of one pilot as the workers last made it up, for pages that add up many. The page of the
    pilot itself works it out anew. Hours, positive where time was given back."""

    pilot = models.OneToOneField(
        Pilot, on_delete=models.CASCADE, primary_key=True, related_name="hours_returned"
    )
    # Why its hours are not known; empty where they are.
    unknown = models.CharField(max_length=14, blank=True)
    estimate = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    # By one case, how many cases, and how many periods without a count.
    per_case = models.FloatField(null=True)
    cases = models.FloatField(default=0)
    uncounted = models.PositiveIntegerField(default=0)
    # The word on the metric of the time, as evidence gives it.
    verdict = models.CharField(max_length=12)
    # SHA-256 of all that it was made of.
    rests_on = models.CharField(max_length=64)
    worked_out_at = models.DateTimeField()

    objects = HoursReturnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unknown="", estimate__isnull=False, per_case__isnull=False)
                & Q(lower__lte=F("estimate"), upper__gte=F("estimate"))
                | ~Q(unknown="") & Q(estimate=None, lower=None, upper=None, per_case=None),
                name="hours_known_whole_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot_id}: {self.unknown or self.estimate}"


class HoursMonth(models.Model):
    """What one month of a pilot's account holds."""

    account = models.ForeignKey(HoursReturned, on_delete=models.CASCADE, related_name="months")
    month = models.DateField()  # its first day
    cases = models.FloatField()
    estimate = models.FloatField()
    lower = models.FloatField()
    upper = models.FloatField()

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["account", "month"], name="hours_month_once"),
            models.CheckConstraint(
                condition=Q(lower__lte=F("estimate"), upper__gte=F("estimate"), cases__gte=0),
                name="hours_month_within_its_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.month}"


class TouchKind(models.TextChoices):
    """What is asked of people beside the hours, to see whether the human touch is an edge."""

    LISTENED = "listened", _("Patients who felt listened to")
    STAY = "stay", _("Staff who would stay")


class TouchQuestion(models.Model):
    """Which question of which instrument says how many patients felt listened to, or how many staff would
    stay, from when on. The newest of each kind counts; those before stay."""

    kind = models.CharField(_("what it says"), max_length=8, choices=TouchKind.choices)
    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, related_name="+", verbose_name=_("instrument")
    )
    position = models.PositiveSmallIntegerField(_("number of the question"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=TouchKind.values, position__gte=1),
                name="touch_question_is_known",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
