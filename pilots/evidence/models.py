"""Guardrail alarms, what a lead was told to look at, what else happened while a pilot was measured, and
the word last given on each metric. Everything else that evidence says is computed on reading."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle import apart
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from pilots.metrics.room import MetricsPermission


class AlarmAnswer(models.TextChoices):
    PAUSE = "pause", _("Pause the pilot")
    KEEP = "keep", _("Keep running")
    # Of a pilot that has ended: what it tried is still in use.
    ACT = "act", _("Taken out of use, or put right")


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def visible_to(self, user: User) -> AlarmQuerySet:
        """Alarms of metrics that the user reaches, and those of the user's own pilots."""
        return self.filter(
            Q(metric__unit_id__within=user.reach(MetricsPermission.READ))
            | Q(pilot__in=Pilot.objects.of_team(user).values("pk"))
            | Q(pilot__sponsor=user.pk)
        )

    def open(self) -> AlarmQuerySet:
        return self.filter(answered_at=None)


class Alarm(models.Model):
    """A guardrail went beyond its limit. It proposes a pause and stays until somebody answers."""

    metric = models.ForeignKey("pilots.Metric", on_delete=models.PROTECT, related_name="alarms")
    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="alarms")
    raised_at = models.DateTimeField()
    period = models.DateField()
    level = models.DecimalField(max_digits=20, decimal_places=6)
    limit = models.DecimalField(max_digits=20, decimal_places=6)
    sentence = models.CharField(max_length=400)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(max_length=5, choices=AlarmAnswer.choices, blank=True)
    reason = models.TextField(blank=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric"], name="alarm_one_open_a_metric", condition=Q(answered_at=None)
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="alarm_answered_whole",
            ),
        ]
        triggers = [
            # Pausing is anybody's of the pilot; keeping it running against its alarm is not.
            pgtrigger.Trigger(
                name="kept_running_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("answer", "answered_by_id"),
                condition=pgtrigger.Q(new__answer="keep"),
                func="""
                    IF HAS_A_PART THEN
                        RAISE EXCEPTION 'who has a part in a pilot does not keep it running against an alarm'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'alarm_kept_running_from_outside';
                    END IF;
                    RETURN NEW;
                """.replace("HAS_A_PART", apart.has_a_part("NEW.answered_by_id")),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence


class GuardrailLook(models.Model):
    """The chart of a guardrail gave a signal, and the lead was told: once for each run of them."""

    metric = models.ForeignKey("pilots.Metric", on_delete=models.PROTECT, related_name="looks")
    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="looks")
    # The first period of the run.
    period = models.DateField()
    told_at = models.DateTimeField()
    sentence = models.CharField(max_length=400)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["metric", "period"], name="look_one_a_run_of_signals")
        ]

    def __str__(self) -> str:
        return self.sentence


class HappeningKind(models.TextChoices):
    TRAINING = "training", _("Training")
    INCIDENT = "incident", _("Incident")
    ELSEWHERE = "elsewhere", _("Change elsewhere")
    OTHER = "other", _("Something else")


class HappeningQuerySet(models.QuerySet["Happening"]):
    def visible_to(self, user: User) -> HappeningQuerySet:
        """Those of pilots that the user sees; of one metric, where the user sees it too."""
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk")).filter(
            Q(metric=None) | Q(metric__in=Metric.objects.visible_to(user).values("pk"))
        )

    def standing(self) -> HappeningQuerySet:
        return self.filter(taken_back_at=None)

    def taken_back(self) -> HappeningQuerySet:
        """Those that count no more, the last one first."""
        return self.exclude(taken_back_at=None).order_by("-taken_back_at")

    def for_list(self) -> HappeningQuerySet:
        return self.select_related("metric", "added_by", "taken_back_by")


class Happening(models.Model):
    """What else happened while a pilot was measured, as a person noted it: it stands in the charts, and
    moves no verdict. A wrong one is taken back, and stays to be read."""

    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="happenings")
    # Empty: all that the pilot measures.
    metric = models.ForeignKey(
        "pilots.Metric",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="happenings",
        verbose_name=_("metric"),
    )
    kind = models.CharField(_("what it was"), max_length=10, choices=HappeningKind.choices)
    text = models.CharField(_("in a sentence"), max_length=200)
    happened_on = models.DateField(_("day"))
    # Where it took longer than a day.
    last_on = models.DateField(_("until"), null=True, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HappeningQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=HappeningKind.values), name="happening_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="happening_says_what",
                violation_error_message=_("Say in a sentence what happened."),
            ),
            models.CheckConstraint(
                condition=Q(last_on=None) | Q(last_on__gt=F("happened_on")),
                name="happening_ends_after_it_begins",
                violation_error_message=_("Its last day must come after its first."),
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="happening_taken_back_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="noted_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "metric_id", "kind", "text", "happened_on", "last_on", "added_at",
                    "added_by_id",
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="taken_back_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__taken_back_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="happened_in_its_pilots_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF coalesce(NEW.last_on, NEW.happened_on)
                        > (now() AT TIME ZONE 'UTC')::date + 1 THEN
                        RAISE EXCEPTION 'nothing happened on a day to come';
                    END IF;
                    IF NEW.happened_on < (
                        SELECT opened_at - interval '5 years 2 days' FROM pilots_pilot
                        WHERE id = NEW.pilot_id
                    ) THEN
                        RAISE EXCEPTION 'it happened years before its pilot';
                    END IF;
                    IF NEW.metric_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM pilots_metric
                        WHERE id = NEW.metric_id AND pilot_id = NEW.pilot_id
                    ) THEN
                        RAISE EXCEPTION 'a metric of another pilot';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text


class KeptVerdict(models.Model):
    """The word last given on a metric, by the workers, and what it rests on. It tells what must be
    worked out anew and what changed; no page shows it in place of the numbers."""

    metric = models.OneToOneField(
        "pilots.Metric", on_delete=models.CASCADE, primary_key=True, related_name="kept_verdict"
    )
    # Empty until it was first worked out, as is the state where there is no guardrail.
    verdict = models.CharField(max_length=12, blank=True)
    guardrail = models.CharField(max_length=8, blank=True)
    # SHA-256 of the versions of its data, its plan, its pilot's go-live and the analysis.
    rests_on = models.CharField(max_length=64, blank=True)
    # Since when the word is this one.
    since = models.DateTimeField()
    worked_out_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", rests_on="") | (~Q(verdict="") & ~Q(rests_on="")),
                name="kept_verdict_rests_on_something",
            )
        ]

    def __str__(self) -> str:
        return self.verdict
