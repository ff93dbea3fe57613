"""Waves in which a pilot goes live, each once its groups are trained."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.adoption.models.groups import NOBODY_DECIDES, AffectedGroup
from pilots.lifecycle.models import Pilot

# The same as `queries.training.trained_of`: whoever is of the group, still works here, and was at a session
# that was held by that day and counts on it.
_TRAINED = """
    IF EXISTS (
        SELECT 1 FROM pilots_wavegroup w JOIN pilots_affectedgroup g ON g.id = w.group_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS named, count(*) FILTER (WHERE EXISTS (
                SELECT 1 FROM pilots_attendance a
                JOIN pilots_trainingsession s ON s.id = a.session_id
                WHERE s.group_id = g.id AND a.person_id = m.person_id
                  AND a.taken_back_at IS NULL AND s.cancelled_at IS NULL
                  AND s.held_on <= NEW.went_live_on
                  AND (a.valid_until IS NULL OR a.valid_until >= NEW.went_live_on)
            )) AS trained
            FROM pilots_groupmember m JOIN innovation_user u ON u.id = m.person_id
            WHERE m.group_id = g.id AND m.left_at IS NULL AND u.is_active
        ) t
        WHERE w.wave_id = NEW.id AND g.removed_at IS NULL
          AND t.trained * 100 < NEW.share * greatest(g.people, t.named)
    ) THEN
        RAISE EXCEPTION 'a wave goes live once its groups are trained'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'wave_is_trained';
    END IF;
    RETURN NEW;
"""


_ITS_PILOT = """(
        SELECT w.pilot_id FROM pilots_wave w WHERE w.id = coalesce(NEW.wave_id, OLD.wave_id)
    )"""


class WaveQuerySet(models.QuerySet["Wave"]):
    def visible_to(self, user: User) -> WaveQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def standing(self) -> WaveQuerySet:
        return self.filter(dropped_at=None)

    def for_list(self) -> WaveQuerySet:
        return self.select_related(
            "pilot__unit", "pilot__lead", "live_by", "dropped_by"
        ).prefetch_related("groups", "sites")


class Wave(models.Model):
    """Groups and sites that begin together, and the share of each group that is trained before."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="waves")
    name = models.CharField(_("name"), max_length=80)
    first_day = models.DateField(_("first day"))
    share = models.PositiveSmallIntegerField(_("percent trained before"))
    groups = models.ManyToManyField(AffectedGroup, through="WaveGroup", related_name="+")
    sites = models.ManyToManyField("innovation.Unit", through="WaveSite", related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    went_live_on = models.DateField(null=True, blank=True)
    live_at = models.DateTimeField(null=True, blank=True)
    live_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dropped_because = models.TextField(_("why"), max_length=600, blank=True)

    objects = WaveQuerySet.as_manager()

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & Q(share__range=(1, 100)), name="wave_says_what"
            ),
            models.CheckConstraint(
                condition=Q(went_live_on=None, live_at=None, live_by=None)
                | Q(
                    went_live_on__isnull=False,
                    live_at__isnull=False,
                    live_by__isnull=False,
                    dropped_at=None,
                ),
                name="wave_live_whole",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None, dropped_by=None, dropped_because="")
                | (Q(dropped_at__isnull=False, dropped_by__isnull=False) & ~Q(dropped_because="")),
                name="wave_dropped_whole",
            ),
            models.UniqueConstraint(
                "pilot",
                models.functions.Lower("name"),
                condition=Q(dropped_at=None),
                name="wave_named_once",
                violation_error_message=_("A wave of this name is there already."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="wave_is_of_one_pilot",
                operation=pgtrigger.UpdateOf("pilot_id", "by_id", "at") | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="live_wave_stays",
                operation=pgtrigger.UpdateOf("name", "first_day", "share"),
                condition=pgtrigger.Q(old__went_live_on__isnull=False),
            ),
            pgtrigger.Protect(
                name="dropped_wave_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__dropped_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="wave_stays_while_decided_on",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("first_day", "share", "dropped_at"),
                func=NOBODY_DECIDES.format(
                    pilot="NEW.pilot_id", name="wave_stays_while_decided_on", row="NEW"
                ),
            ),
            pgtrigger.Trigger(
                name="wave_is_trained",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("went_live_on"),
                condition=pgtrigger.Q(new__went_live_on__isnull=False),
                func=_TRAINED,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pilots:wave", kwargs={"pk": self.pk})

    @property
    def group_names(self) -> str:
        """Whom it is of, in a line."""
        return ", ".join(one.name for one in self.groups.all())


def _of_a_live_wave(name: str) -> pgtrigger.Trigger:
    """Whom a wave is of stays once it is live."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("row", "record")],
        func="""
            row := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            IF EXISTS (SELECT 1 FROM pilots_wave w WHERE w.id = row.wave_id
                       AND w.went_live_on IS NOT NULL)
            THEN RAISE EXCEPTION 'whom a wave is of stays once it is live'; END IF;
            RETURN row;
        """,
    )


class WaveGroup(models.Model):
    """A group begins with this wave, and with no other."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="group_places")
    group = models.OneToOneField(AffectedGroup, on_delete=models.PROTECT, related_name="wave_place")

    class Meta:
        ordering = ["pk"]
        triggers = [
            _of_a_live_wave("group_of_a_live_wave_stays"),
            pgtrigger.Trigger(
                name="wave_group_stays_while_decided_on",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                func=NOBODY_DECIDES.format(
                    pilot=_ITS_PILOT,
                    name="wave_group_stays_while_decided_on",
                    row="coalesce(NEW, OLD)",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.wave}"


class WaveSite(models.Model):
    """A site of the pilot begins with this wave, and with no other of that pilot."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="site_places")
    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey("innovation.Unit", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "site"], name="site_in_one_wave"),
        ]
        triggers = [_of_a_live_wave("site_of_a_live_wave_stays")]

    def __str__(self) -> str:
        return f"{self.site}, {self.wave}"
