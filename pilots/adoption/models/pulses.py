"""The pulse of a group, how many use what a pilot brings, and what is done against what keeps them from it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.adoption.barriers import Barrier
from pilots.adoption.models.groups import AffectedGroup
from pilots.lifecycle.models import Pilot
from pilots.surveys.models import SurveyRound

_STAYS = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class GroupPulse(models.Model):
    """A group was asked how ready it is."""

    group = models.ForeignKey(AffectedGroup, on_delete=models.PROTECT, related_name="pulses")
    round = models.OneToOneField(SurveyRound, on_delete=models.PROTECT, related_name="pulse_of")

    class Meta:
        ordering = ["pk"]
        triggers = [_STAYS]

    def __str__(self) -> str:
        return f"{self.group}: {self.round}"


class UseCount(models.Model):
    """How many of a group could use it and do, counted on a day; a later count of the same day corrects it."""

    group = models.ForeignKey(AffectedGroup, on_delete=models.PROTECT, related_name="use_counts")
    on = models.DateField(_("counted on"))
    eligible = models.PositiveIntegerField(_("could use it"))
    trained = models.PositiveIntegerField(_("were trained"), null=True, blank=True)
    active = models.PositiveIntegerField(_("use it"))
    still_active = models.PositiveIntegerField(
        _("still use it after four weeks"), null=True, blank=True
    )
    source = models.CharField(_("where the counts come from"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(eligible__gte=1, active__lte=F("eligible"))
                & (Q(trained=None) | Q(trained__lte=F("eligible")))
                & (Q(still_active=None) | Q(still_active__lte=F("eligible"))),
                name="use_within_the_group",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="use_says_its_source"),
        ]
        triggers = [
            _STAYS,
            # Before its pilot is live a count is where it began; afterwards nobody counts for then.
            pgtrigger.Trigger(
                name="use_since_go_live",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_affectedgroup g JOIN pilots_pilot p ON p.id = g.pilot_id
                        WHERE g.id = NEW.group_id AND p.went_live_on > NEW."on"
                    ) THEN
                        RAISE EXCEPTION 'nobody uses it before its pilot is live'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'use_since_go_live';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.on:%Y-%m-%d}"


class BarrierActionQuerySet(models.QuerySet["BarrierAction"]):
    def visible_to(self, user: User) -> BarrierActionQuerySet:
        return self.filter(group__pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> BarrierActionQuerySet:
        return self.select_related("group__pilot__unit", "group__pilot__lead", "owner")


class BarrierAction(models.Model):
    """Somebody does something against what keeps a group back, until a day; the next pulse shows whether it moved."""

    group = models.ForeignKey(
        AffectedGroup, on_delete=models.PROTECT, related_name="barrier_actions"
    )
    pulse = models.ForeignKey(GroupPulse, on_delete=models.PROTECT, related_name="actions")
    barrier = models.CharField(max_length=13, choices=Barrier.choices)
    what = models.CharField(_("what is done"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    until = models.DateField(_("until when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    objects = BarrierActionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__gte=F("at"), done_by__isnull=False),
                name="barrier_action_done_whole",
            ),
            models.CheckConstraint(condition=~Q(what=""), name="barrier_action_says_what"),
            models.CheckConstraint(
                condition=Q(barrier__in=Barrier.values), name="barrier_is_known"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.UpdateOf(
                    "group_id", "pulse_id", "barrier", "what", "owner_id", "until", "by_id", "at"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="done_action_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.what
