"""Stops asked for where a pilot runs, and reports of what went wrong or nearly did."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.workflow.triggers import status_through_engine
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.safety.states import INCIDENT, IncidentStatus

# Refuses as `{column}` whoever leads or sponsors the pilot, or is or was on its team, and their deputies.
_NOBODY_WITH_A_PART = """
    IF EXISTS (
        SELECT 1 FROM pilots_pilot WHERE id = NEW.pilot_id AND (
            lead_id IN (NEW.{by}, NEW.{acting}) OR sponsor_id IN (NEW.{by}, NEW.{acting}))
        UNION ALL SELECT 1 FROM pilots_teammember WHERE pilot_id = NEW.pilot_id
            AND person_id IN (NEW.{by}, NEW.{acting})
        UNION ALL SELECT 1 FROM pilots_formermember WHERE pilot_id = NEW.pilot_id
            AND person_id IN (NEW.{by}, NEW.{acting})
    ) THEN
        RAISE EXCEPTION 'safety is judged by nobody who has a part in the pilot';
    END IF;
    RETURN NEW;
"""


def judged_by_nobody_with_a_part(name: str, by: str, acting: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(by, acting),
        condition=pgtrigger.Q(**{f"new__{by}__isnull": False}),
        func=_NOBODY_WITH_A_PART.format(by=by, acting=acting),
    )


class StopAnswer(models.TextChoices):
    STOPS = "stops", _("It stops")
    GOES_ON = "goes_on", _("It goes on")


class StopQuerySet(models.QuerySet["StopRequest"]):
    def open(self) -> StopQuerySet:
        return self.filter(answered_at=None)

    def visible_to(self, user: User) -> StopQuerySet:
        """Those of pilots that the user sees, and the user's own."""
        return self.filter(
            Q(pilot__in=Pilot.objects.visible_to(user).values("pk")) | Q(asked_by=user.pk)
        )


class StopRequest(models.Model):
    """Somebody where a pilot runs wants it stopped. Safety answers, in time, whether it stays so."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="stop_requests")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    what = models.TextField(_("what you saw"), max_length=600)
    # Whether it was paused by it.
    at_once = models.BooleanField()
    answer_by: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    told_again_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Whom a deputy acted for.
    answered_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(max_length=8, choices=StopAnswer.choices, blank=True)
    reason = models.TextField(blank=True)

    objects = StopQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["answer_by"], name="stop_answer_by", condition=Q(answered_at=None))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "asked_by"],
                name="stop_asked_once_until_answered",
                condition=Q(answered_at=None),
                violation_error_message=_(
                    "You have asked to stop it already; it waits for an answer."
                ),
            ),
            models.CheckConstraint(condition=~Q(what=""), name="stop_says_what_was_seen"),
            models.CheckConstraint(
                condition=Q(answer_by__gt=F("asked_at")), name="stop_answered_after_it_was_asked"
            ),
            models.CheckConstraint(
                condition=Q(
                    answered_at=None, answered_by=None, answered_for=None, answer="", reason=""
                )
                | (
                    Q(
                        answered_at__isnull=False,
                        answered_by__isnull=False,
                        answer__in=StopAnswer.values,
                    )
                    & ~Q(reason="")
                ),
                name="stop_answered_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="asked_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "asked_by_id", "asked_at", "what", "at_once", "answer_by"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="answered_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            judged_by_nobody_with_a_part(
                "stop_answered_by_safety", "answered_by_id", "answered_for_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.asked_at:%Y-%m-%d}"


class Harm(models.TextChoices):
    """Physical harm as the NHS's Learn from Patient Safety Events grades it, and what was caught in time."""

    NEAR_MISS = "near_miss", _("Caught before it reached anybody")
    NONE = "none", _("It reached somebody, without harm")
    LOW = "low", _("Low: more observation or minor treatment")
    MODERATE = "moderate", _("Moderate: further treatment, no lasting harm")
    SEVERE = "severe", _("Severe: lasting harm, or life-saving treatment")
    FATAL = "fatal", _("Somebody died")


# Where these are told, nobody waits for the next day's mail.
GRAVE = (Harm.SEVERE, Harm.FATAL)


class ToolPart(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNSURE = "unsure", _("I am not sure")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User) -> IncidentQuerySet:
        """One's own; those of pilots that one leads, sponsors or works on; and those where one judges
        safety, answers alarms or runs the office. Everybody else sees how many there are."""
        reach = (
            user.reach(PilotsPermission.JUDGE_SAFETY)
            | user.reach(PilotsPermission.ANSWER_ALARMS)
            | user.reach(PilotsPermission.OPEN)
        )
        return self.filter(
            Q(pilot__unit_id__within=reach)
            | Q(reported_by=user.pk)
            | Q(pilot__sponsor=user.pk)
            | Q(pilot__in=Pilot.objects.of_team(user).values("pk"))
        )

    def waiting(self) -> IncidentQuerySet:
        return self.exclude(status=IncidentStatus.ANSWERED)

    def for_list(self) -> IncidentQuerySet:
        return self.select_related("pilot__unit")


class Incident(models.Model):
    """What went wrong, or nearly did, where a pilot runs; told by anybody there, with a name or without."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="incidents")
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    anonymous = models.BooleanField(_("without my name"), default=False)
    # Of who asked not to be named, the day alone.
    reported_at = models.DateTimeField()
    happened_on = models.DateField(_("day"))
    what = models.TextField(_("what happened"), max_length=2000)
    harm = models.CharField(_("harm"), max_length=10, choices=Harm.choices)
    tool = models.CharField(
        _("did the pilot's tool play a part"), max_length=6, choices=ToolPart.choices
    )
    status = models.CharField(
        max_length=10, choices=IncidentStatus.choices, default=IncidentStatus.REPORTED
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Whom a deputy acted for.
    answered_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    # What safety says of it, beside what was reported.
    accepted = models.BooleanField(null=True, blank=True)
    harm_judged = models.CharField(_("harm"), max_length=10, choices=Harm.choices, blank=True)
    happening = models.OneToOneField(
        "pilots.Happening",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="incident",
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["pilot", "-id"], name="incident_pilot")]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="incident_says_what"),
            models.CheckConstraint(
                condition=Q(
                    harm__in=Harm.values,
                    tool__in=ToolPart.values,
                    status__in=IncidentStatus.values,
                ),
                name="incident_words_known",
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(status="answered")
                    & Q(
                        answered_at=None,
                        answered_by=None,
                        answered_for=None,
                        answer="",
                        accepted=None,
                        harm_judged="",
                        happening=None,
                    )
                )
                | (
                    Q(
                        status="answered",
                        answered_at__isnull=False,
                        answered_by__isnull=False,
                        accepted__isnull=False,
                        harm_judged__in=Harm.values,
                    )
                    & ~Q(answer="")
                ),
                name="incident_answered_whole",
            ),
        ]
        triggers = [
            *status_through_engine(INCIDENT.noun, INCIDENT.initial),
            pgtrigger.Protect(
                name="reported_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "reported_by_id", "anonymous", "reported_at", "happened_on", "what",
                    "harm", "tool",
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="answered_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            judged_by_nobody_with_a_part(
                "incident_answered_by_safety", "answered_by_id", "answered_for_id"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return _now("report %(number)s of “%(pilot)s”") % {
            "number": self.pk,
            "pilot": self.pilot.title,
        }

    def get_absolute_url(self) -> str:
        return reverse("pilots:incident-detail", kwargs={"pk": self.pk})

    @property
    def graded(self) -> str:
        """The harm as safety judged it, or as it was reported until then."""
        return str(Harm(self.harm_judged or self.harm).label)
