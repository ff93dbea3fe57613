"""The pilot and its charter, where it runs, and the log of its weeks."""

from __future__ import annotations

from collections.abc import Mapping

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.workflow.triggers import status_through_engine
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ACTIVE, PILOT, PilotStatus

# Two months are the least in which most measures of a ward give enough points to be judged.
LEAST_WEEKS = 8
LONGEST_WEEKS = 104


class Pathway(models.TextChoices):
    EFFICIENCY = "efficiency", _("Efficiency")
    CLINICAL_WORKFLOW = "clinical_workflow", _("Clinical workflow")
    DECISION_SUPPORT = "decision_support", _("Decision support")
    DEVICE = "device", _("Device")


class PilotQuerySet(models.QuerySet["Pilot"]):
    def visible_to(self, user: User) -> PilotQuerySet:
        """Pilots of units the user reaches, and those on whose team the user is."""
        return self.filter(
            Q(unit_id__within=user.reach(PilotsPermission.READ))
            | Q(lead=user.pk)
            | Q(sponsor=user.pk)
            | Q(pk__in=_teams_of(user))
        )

    def of_team(self, user: User) -> PilotQuerySet:
        """Pilots that the user leads or works on."""
        return self.filter(Q(lead=user.pk) | Q(pk__in=_teams_of(user)))

    def active(self) -> PilotQuerySet:
        return self.filter(status__in=ACTIVE)

    def for_list(self) -> PilotQuerySet:
        return self.select_related("unit", "lead", "sponsor")


def _teams_of(user: User) -> models.QuerySet[TeamMember, Mapping[str, object]]:
    return TeamMember.objects.filter(person=user.pk).values("pilot")


class Pilot(models.Model):
    title = models.CharField(_("name"), max_length=120)
    summary = models.TextField(_("in one or two sentences"), max_length=600)
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, related_name="pilots", verbose_name=_("unit")
    )
    sites = models.ManyToManyField(
        "innovation.Unit", related_name="+", blank=True, verbose_name=_("where it runs")
    )
    needs = models.ManyToManyField("innovation.Need", related_name="+", verbose_name=_("needs"))
    idea = models.ForeignKey(
        "innovation.Idea", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead")
    )
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("executive sponsor"),
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    status = models.CharField(
        max_length=12, choices=PilotStatus.choices, default=PilotStatus.SHAPING
    )
    paused_from = models.CharField(max_length=12, choices=PilotStatus.choices, blank=True)

    # The charter. It is locked while the pilot is not being shaped.
    hypothesis = models.TextField(_("hypothesis"), max_length=2000, blank=True)
    change = models.TextField(_("what will be done differently"), max_length=2000, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    # The rule by which its outcome is judged (pilots/gates/recommendation.py).
    least_weeks = models.PositiveSmallIntegerField(
        _("runs for at least, weeks"),
        default=LEAST_WEEKS,
        db_default=LEAST_WEEKS,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WEEKS)],
    )
    scale_at_target = models.BooleanField(
        _("scaling takes the target"), default=False, db_default=False
    )
    pathway = models.CharField(_("pathway"), max_length=20, choices=Pathway.choices, blank=True)
    pathway_answers = models.JSONField(default=dict, blank=True)
    silent = models.BooleanField(
        _("runs silently"),
        default=False,
        help_text=_("Output is recorded but shown to nobody yet."),
    )
    went_live_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects = PilotQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit", "-id"], name="pilot_unit"),
            models.Index(fields=["status", "-id"], name="pilot_status"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="pilot_ends_after_it_starts",
                violation_error_message=_("The end must come after the start."),
            ),
            models.CheckConstraint(
                condition=Q(least_weeks__gte=1, least_weeks__lte=LONGEST_WEEKS),
                name="pilot_least_weeks",
                violation_error_message=_("A pilot runs for at least 1 to 104 weeks."),
            ),
            models.CheckConstraint(
                condition=(Q(status="paused") & ~Q(paused_from=""))
                | (~Q(status="paused") & Q(paused_from="")),
                name="pilot_paused_from_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(status__in=PilotStatus.values), name="pilot_status_known"
            ),
        ]
        triggers = [
            *status_through_engine(PILOT.noun, PILOT.initial),
            pgtrigger.Trigger(
                name="former_lead_stays_known",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("lead_id"),
                condition=pgtrigger.Q(old__lead_id__df=pgtrigger.F("new__lead_id")),
                func="""
                    IF NEW.status NOT IN ('shaping', 'proposed') THEN
                        INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)
                        VALUES (OLD.id, OLD.lead_id, 'lead', now());
                    END IF;
                    RETURN NULL;
                """,
            ),
            # Somebody outside the team has decided that this try may start, with the resources or by itself.
            pgtrigger.Trigger(
                name="go_live_is_decided",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Q(old__status="preparing", new__status="running"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_gatereview r
                        WHERE r.pilot_id = NEW.id AND r.decision = 'approve'
                        AND (r.gate = 'go_live' OR r.with_go_live)
                        AND r.id >= coalesce((
                            SELECT max(a.id) FROM pilots_gatereview a
                            WHERE a.pilot_id = NEW.id AND a.gate = 'resources'
                            AND a.decision = 'approve'), 0)
                    ) THEN
                        RAISE EXCEPTION 'a pilot goes live once somebody has approved it'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'pilot_go_live_is_decided';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pilots:pilot-detail", kwargs={"pk": self.pk})

    # Django's own hash every label of the choices each time: a fifth of a long list's cost.
    def get_status_display(self) -> str:  # type: ignore[no-redef]
        return str(PilotStatus(self.status).label)

    def get_pathway_display(self) -> str:  # type: ignore[no-redef]
        return str(Pathway(self.pathway).label) if self.pathway else ""


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
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.unit}"


class TeamRole(models.TextChoices):
    """In the order in which a team is listed."""

    LEAD = "lead", _("Lead")
    MEMBER = "member", _("Member")
    CHAMPION = "champion", _("Champion")
    MENTOR = "mentor", _("Mentor")


class TeamMember(models.Model):
    """Who is on a pilot's team, and as what. How much of their time is staffing's."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="team")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=20)  # no choices: a new role is no migration
    joined_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "person"],
                name="team_member_once_a_pilot",
                violation_error_message=_("This person is on the team already."),
            ),
            models.CheckConstraint(condition=~Q(role=""), name="team_member_has_a_role"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="former_member_stays_known",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                func="""
                    INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)
                    SELECT OLD.pilot_id, OLD.person_id, OLD.role, now()
                    FROM pilots_pilot
                    WHERE id = OLD.pilot_id AND status NOT IN ('shaping', 'proposed');
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.role_label}"

    @property
    def role_label(self) -> str:
        return str(TeamRole(self.role).label) if self.role in TeamRole.values else self.role


class FormerMember(models.Model):
    """Who led a pilot or was on its team once it had been given its resources, and is not any more.
    Written by the database, whoever takes them off: leaving a team is no way to judge its work."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="former_team")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=20)
    left_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.pilot}"


class LogStatus(models.TextChoices):
    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("Needs attention")
    BLOCKED = "blocked", _("Blocked")
    NOTHING = "nothing", _("No progress this week")


class LogQuerySet(models.QuerySet["LogEntry"]):
    def visible_to(self, user: User) -> LogQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))


class LogEntry(models.Model):
    """One week in a pilot's life. "No progress" is an honest answer and needs no excuse."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("how it goes"), max_length=10, choices=LogStatus.choices)
    done = models.TextField(_("done"), max_length=2000, blank=True)
    next = models.TextField(_("next"), max_length=2000, blank=True)
    blockers = models.TextField(_("what is in the way"), max_length=2000, blank=True)
    learned = models.TextField(_("learned"), max_length=2000, blank=True)

    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["pilot", "-at"], name="log_pilot")]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.at:%Y-%m-%d}"


class SilentRunEnd(models.Model):
    """From this day on people saw what it says: who decided so, why, and what was known. A pilot that was shaped
    anew may run silently, and be shown, again."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="silent_run_ends")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    # What the requirements said, and why it was shown where some of them were not met.
    known = models.JSONField(default=list)
    missing = models.BooleanField()
    against = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="silent_run_end_says_why"),
            models.CheckConstraint(
                condition=Q(missing=False, against="") | (Q(missing=True) & ~Q(against="")),
                name="silent_run_end_against_says_why",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.at:%Y-%m-%d}"
