"""Whose time a pilot asks for, and whose it has. Nobody is promised to more than their capacity on any day,
and nobody without having said yes."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot, TeamRole
from pilots.lifecycle.room import PilotsPermission
from pilots.staffing.room import StaffingPermission


def _days() -> Func:
    return Func(
        F("starts_on"),
        F("ends_on"),
        Value("[]"),
        function="daterange",
        output_field=DateRangeField(),
    )


class TimeAnswer(models.TextChoices):
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined by who was asked")
    REFUSED = "refused", _("Refused by the unit")
    WITHDRAWN = "withdrawn", _("Taken back")


class TimeRequestQuerySet(models.QuerySet["TimeRequest"]):
    def visible_to(self, user: User) -> TimeRequestQuerySet:
        """One's own, those of one's own pilots and of one's units: why somebody is asked, and why they say
        no, is nobody else's."""
        own = Pilot.objects.filter(Q(lead=user.pk) | Q(team__person=user.pk)).values("pk")
        return self.filter(
            Q(person=user.pk)
            | Q(asked_by=user.pk)
            | Q(pilot__in=own)
            | Q(pilot__unit_id__within=user.reach(PilotsPermission.OPEN))
            | Q(unit_id__within=user.reach(StaffingPermission.AGREE))
        )

    def open(self) -> TimeRequestQuerySet:
        return self.filter(answer="")

    def for_list(self) -> TimeRequestQuerySet:
        return self.select_related(
            "pilot__lead",
            "pilot__unit",
            "pilot__sponsor",
            "person__unit",
            "asked_by",
            "answered_by",
            "unit",
        )


class TimeRequest(models.Model):
    """Somebody is asked for a share of their time. They are on the team once they said yes and, where the
    share is above what their unit leaves to its people, whoever leads the unit did, too."""

    pilot = models.ForeignKey(
        "pilots.Pilot", on_delete=models.CASCADE, related_name="time_requests"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    role = models.CharField(_("role"), max_length=20)
    percent = models.PositiveSmallIntegerField(_("percent of full time"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    why = models.TextField(_("why"), max_length=600, blank=True)
    cover = models.TextField(_("who covers meanwhile"), max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    said_yes_at = models.DateTimeField(null=True, blank=True)  # the person
    # Whose yes is needed, too; known once the person said theirs.
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(max_length=10, choices=TimeAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.TextField(max_length=600, blank=True)  # of the answer
    # On the team before anybody was asked: nobody's yes is made up for them.
    taken_over = models.BooleanField(default=False, db_default=False)

    objects = TimeRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100) & ~Q(role=""),
                name="time_request_of_a_share",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="time_request_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None, words="")
                | (
                    Q(answer__in=TimeAnswer.values, answered_at__isnull=False)
                    & (Q(answered_by__isnull=False) | Q(taken_over=True))
                ),
                name="time_request_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(answer="agreed")
                | Q(taken_over=True)
                | (
                    Q(said_yes_at__isnull=False)
                    & (
                        Q(unit=None, answered_by=F("person"))
                        | (Q(unit__isnull=False) & ~Q(answered_by=F("person")))
                    )
                ),
                name="time_request_agreed_by_all",
            ),
            models.CheckConstraint(
                condition=~Q(answer="declined") | Q(answered_by=F("person")),
                name="time_request_declined_by_oneself",
            ),
            models.CheckConstraint(
                condition=~Q(answer="refused")
                | (Q(unit__isnull=False) & ~Q(answered_by=F("person")) & ~Q(words="")),
                name="time_request_refused_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(unit=None) | Q(said_yes_at__isnull=False),
                name="time_request_asks_the_person_first",
            ),
            models.CheckConstraint(
                condition=Q(unit=None)
                | Q(answered_by=None)
                | Q(answer__in=["declined", "withdrawn"])
                | ~Q(answered_by=F("asked_by")),
                name="time_request_answered_by_no_asker",
            ),
            ExclusionConstraint(
                name="time_request_once_at_a_time",
                expressions=[
                    ("pilot", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (_days(), RangeOperators.OVERLAPS),
                ],
                condition=Q(answer=""),
                violation_error_message=_("This person is asked for that time already."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="time_request_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="answered_time_request_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="time_request_is_what_was_asked",
                fields=[
                    "pilot",
                    "person",
                    "role",
                    "percent",
                    "starts_on",
                    "ends_on",
                    "why",
                    "cover",
                    "asked_by",
                    "asked_at",
                    "taken_over",
                ],
            ),
            pgtrigger.Trigger(
                name="time_request_begins_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__answer__df="")
                | pgtrigger.Q(new__taken_over=True)
                | pgtrigger.Q(new__said_yes_at__isnull=False),
                func="RAISE EXCEPTION 'time is asked for first, and answered then';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.person} · {self.percent} %"

    def get_absolute_url(self) -> str:
        return reverse("pilots:time-request", args=[self.pk])

    @property
    def role_label(self) -> str:
        return str(TeamRole(self.role).label) if self.role in TeamRole.values else self.role

    @property
    def sides(self) -> frozenset[int]:
        """Whose time it is, who asks and who leads the pilot: none of them answers for the unit."""
        return frozenset((self.person_id, self.asked_by_id, self.pilot.lead_id))

    @property
    def waits_for_unit(self) -> bool:
        return not self.answer and self.said_yes_at is not None

    @property
    def waits_for(self) -> str:
        """Whose answer is waited for; empty once it is answered."""
        if self.answer:
            return ""
        if self.unit is not None:
            return gettext("%(unit)s: whoever leads it") % {"unit": self.unit.name}
        return self.person.name

    @property
    def waits_since(self) -> datetime:
        return self.said_yes_at or self.asked_at


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
    # What was agreed; a trigger asks for it. Empty for what was written while this was introduced.
    request = models.ForeignKey(
        TimeRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="allocations",
        db_index=False,  # below, made while the table is in use
    )

    objects = AllocationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["request"], name="allocation_request")]
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
                    (_days(), RangeOperators.OVERLAPS),
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
            # Nothing beyond what was agreed, and one request is no two promises. What was written before
            # time was asked for may only become less.
            pgtrigger.Trigger(
                name="time_that_was_agreed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf(
                    "pilot_id", "person_id", "percent", "starts_on", "ends_on", "request_id"
                ),
                func="""
                    IF TG_OP = 'UPDATE' AND NEW.request_id IS NULL AND OLD.request_id IS NULL
                        AND NEW.pilot_id = OLD.pilot_id AND NEW.person_id = OLD.person_id
                        AND NEW.percent <= OLD.percent
                        AND NEW.starts_on >= OLD.starts_on AND NEW.ends_on <= OLD.ends_on
                    THEN RETURN NEW; END IF;
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_timerequest r
                        WHERE r.id = NEW.request_id AND r.answer = 'agreed'
                        AND r.pilot_id = NEW.pilot_id AND r.person_id = NEW.person_id
                        AND r.percent >= NEW.percent
                        AND r.starts_on <= NEW.starts_on AND r.ends_on >= NEW.ends_on
                    ) OR EXISTS (
                        SELECT 1 FROM pilots_allocation a
                        WHERE a.request_id = NEW.request_id AND a.id <> NEW.id
                    ) THEN
                        RAISE EXCEPTION 'time is promised by who gives it, as it was agreed'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'time_that_was_agreed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # The person's row is locked, so two promises made at once are summed one after the
            # other. The load can only peak on a day on which some allocation starts. What only
            # becomes less locks nobody: it is written late in what ends a pilot, and whoever
            # promises holds the person's row while it waits for the log (a deadlock, 2026-11-30).
            pgtrigger.Trigger(
                name="within_capacity",
                when=pgtrigger.After,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("person_id", "percent", "starts_on", "ends_on"),
                func="""
                    DECLARE
                        capacity integer;
                        busy record;
                    BEGIN
                        IF TG_OP = 'UPDATE' AND NEW.person_id = OLD.person_id
                            AND NEW.percent <= OLD.percent
                            AND NEW.starts_on >= OLD.starts_on AND NEW.ends_on <= OLD.ends_on
                        THEN RETURN NULL; END IF;
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
