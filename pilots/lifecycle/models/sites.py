"""When each site of a pilot goes live."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from pilots.lifecycle.models.pilots import Pilot


class SiteGoLive(models.Model):
    """When a site of a pilot goes live, where its sites do so one after the other. Until then it is
    compared with; the pilot's own first day is the first of them."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="site_go_lives")
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("site")
    )
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    went_live_on = models.DateField(_("live since"), null=True, blank=True)

    class Meta:
        ordering = ["planned_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "unit"],
                name="site_goes_live_once_a_pilot",
                violation_error_message=_("This site has its day already."),
            ),
            models.CheckConstraint(
                condition=Q(planned_on__isnull=False) | Q(went_live_on__isnull=False),
                name="site_go_live_has_a_day",
                violation_error_message=_("Say on which day it goes live."),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="site_is_of_one_pilot", fields=["pilot", "unit"]),
            pgtrigger.Protect(
                name="live_site_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__went_live_on__isnull=False),
            ),
            # What is before and what is after follows from this day, so nobody chooses it freely.
            pgtrigger.Trigger(
                name="site_live_in_its_pilots_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("went_live_on"),
                condition=pgtrigger.Q(new__went_live_on__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_pilot pilot
                        WHERE pilot.id = NEW.pilot_id AND pilot.went_live_on <= NEW.went_live_on
                    ) THEN
                        RAISE EXCEPTION 'a site is not live before its pilot';
                    END IF;
                    IF NEW.went_live_on > (now() AT TIME ZONE 'UTC')::date + 1 THEN
                        RAISE EXCEPTION 'a site is not live on a day to come';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # A wave goes live once its groups are trained, and its sites with it.
            pgtrigger.Trigger(
                name="site_live_with_its_wave",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("went_live_on"),
                condition=pgtrigger.Q(new__went_live_on__isnull=False),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_wavesite s JOIN pilots_wave w ON w.id = s.wave_id
                        WHERE s.pilot_id = NEW.pilot_id AND s.site_id = NEW.unit_id
                        AND w.dropped_at IS NULL
                        AND coalesce(w.went_live_on > NEW.went_live_on, TRUE)
                    ) THEN
                        RAISE EXCEPTION 'a site of a wave is not live before it'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'site_live_with_its_wave';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.unit}"
