"""Whose time a pilot has. Nobody is promised to more than their capacity on any day."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot


class AllocationQuerySet(models.QuerySet["Allocation"]):
    def visible_to(self, user: User) -> AllocationQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))


class Allocation(models.Model):
    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.CASCADE, related_name="allocations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="allocations"
    )
    member = models.ForeignKey(
        "pilots.TeamMember", on_delete=models.CASCADE, related_name="allocations"
    )
    percent = models.PositiveSmallIntegerField(_("percent of full time"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    objects = AllocationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100),
                name="allocation_percent_of_full_time",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="allocation_ends_after_it_starts",
                violation_error_message=_("The end must not come before the start."),
            ),
            ExclusionConstraint(
                name="allocation_once_a_pilot_at_a_time",
                expressions=[
                    ("pilot", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This person is already on the team in that time."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="time_of_a_member",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM pilots_teammember m WHERE m.id = NEW.member_id
                                   AND m.pilot_id = NEW.pilot_id AND m.person_id = NEW.person_id)
                    THEN RAISE EXCEPTION 'time is given by a member of the same team'; END IF;
                    RETURN NEW;
                """,
            ),
            # The person's row is locked, so two promises made at once are summed one after the
            # other. The load can only peak on a day on which some allocation starts.
            pgtrigger.Trigger(
                name="within_capacity",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    DECLARE
                        capacity integer;
                        busy record;
                    BEGIN
                        SELECT capacity_percent INTO capacity FROM innovation_user
                        WHERE id = NEW.person_id FOR NO KEY UPDATE;
                        SELECT day.starts_on AS day, sum(a.percent) AS percent INTO busy
                        FROM (
                            SELECT NEW.starts_on AS starts_on
                            UNION SELECT starts_on FROM pilots_allocation
                            WHERE person_id = NEW.person_id
                              AND starts_on BETWEEN NEW.starts_on AND NEW.ends_on
                        ) day
                        JOIN pilots_allocation a ON a.person_id = NEW.person_id
                            AND day.starts_on BETWEEN a.starts_on AND a.ends_on
                        GROUP BY day.starts_on ORDER BY sum(a.percent) DESC LIMIT 1;
                        IF busy.percent > capacity THEN
                            RAISE EXCEPTION 'person % would be at % percent on %, capacity is %',
                                NEW.person_id, busy.percent, busy.day, capacity
                                USING ERRCODE = 'check_violation',
                                      CONSTRAINT = 'allocation_within_capacity';
                        END IF;
                        RETURN NULL;
                    END;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.percent} %"

    @property
    def role(self) -> str:
        return self.member.role
