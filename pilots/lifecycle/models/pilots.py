"""The pilot and its charter, and what was decided about its pathway, its clock and its silent run."""

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
from pilots.lifecycle import apart, run_time
from pilots.lifecycle.models.team import TeamMember
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ACTIVE, PILOT, UNDER_DECISION, PilotStatus

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
            | Q(owner=user.pk)
            | Q(pk__in=_teams_of(user))
        )

    def of_team(self, user: User) -> PilotQuerySet:
        """Pilots that the user leads or works on."""
        return self.filter(Q(lead=user.pk) | Q(pk__in=_teams_of(user)))

    def active(self) -> PilotQuerySet:
        return self.filter(status__in=ACTIVE)

    def under_decision(self) -> PilotQuerySet:
        """On which somebody decides, also while they are paused meanwhile (`is_under_decision`)."""
        return self.filter(Q(status__in=UNDER_DECISION) | Q(paused_from__in=UNDER_DECISION))

    def for_list(self) -> PilotQuerySet:
        return self.select_related("unit", "lead", "sponsor", "sponsor_asked", "owner")


def _teams_of(user: User) -> models.QuerySet[TeamMember, Mapping[str, object]]:
    return TeamMember.objects.filter(person=user.pk).values("pilot")


def _former_stays_known(role: str, *, may_be_nobody: bool = False) -> pgtrigger.Trigger:
    """Whoever had this role since the pilot was first proposed is kept as one who did."""
    column = f"{role}_id"
    changed = pgtrigger.Q(**{f"old__{column}__df": pgtrigger.F(f"new__{column}")})
    somebody = pgtrigger.Q(**{f"old__{column}__isnull": False})
    return pgtrigger.Trigger(
        name=f"former_{role}_stays_known",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf(column),
        condition=somebody & changed if may_be_nobody else changed,
        # Indented as the database has it.
        func="""
                    IF NEW.status NOT IN ('shaping', 'proposed')
                        OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = OLD.id)
                    THEN
                        INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)
                        VALUES (OLD.id, OLD.COLUMN, 'ROLE', now());
                    END IF;
                    RETURN NULL;
                """.replace("COLUMN", column).replace("ROLE", role),
    )


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
    # Whoever is asked to sponsor it, until they answer: nobody does by another's word.
    sponsor_asked = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    sponsor_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    sponsor_asked_at = models.DateTimeField(null=True, blank=True)
    # Who answers for what it tried since it was scaled, by their own yes (pilots/scaling).
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("owner after the pilot"),
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
            models.Index(fields=["owner"], name="pilot_owner", condition=Q(owner__isnull=False)),
            models.Index(
                fields=["sponsor_asked"],
                name="pilot_sponsor_asked",
                condition=Q(sponsor_asked__isnull=False),
            ),
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
            models.CheckConstraint(
                condition=Q(sponsor_asked=None, sponsor_asked_by=None, sponsor_asked_at=None)
                | Q(
                    sponsor_asked__isnull=False,
                    sponsor_asked_by__isnull=False,
                    sponsor_asked_at__isnull=False,
                ),
                name="pilot_sponsor_asked_whole",
            ),
        ]
        triggers = [
            *status_through_engine(PILOT.noun, PILOT.initial),
            pgtrigger.Trigger(
                name="pathway_not_below_what_it_was_raised_to",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("pathway"),
                condition=pgtrigger.Condition("NEW.pathway IS DISTINCT FROM OLD.pathway"),
                declare=[("known", "text[]")],
                func="""
                    known := ARRAY[
                        'efficiency', 'clinical_workflow', 'decision_support', 'device'];
                    IF EXISTS (
                        SELECT 1 FROM pilots_pathwayraise raised WHERE raised.pilot_id = NEW.id
                            AND array_position(known, raised.pathway::text)
                                > coalesce(array_position(known, NEW.pathway::text), 0)
                    ) THEN
                        RAISE EXCEPTION 'a pathway that was raised is not lowered'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'pilot_pathway_stays_raised';
                    END IF;
                    RETURN NEW;
                """,
            ),
            _former_stays_known("lead"),
            _former_stays_known("sponsor", may_be_nobody=True),
            # Stopping it is always safe; going on is not.
            pgtrigger.Trigger(
                name="held_pilot_stays_paused",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("status"),
                condition=pgtrigger.Q(old__status="paused") & ~pgtrigger.Q(new__status="stopped"),
                func="""
                    IF NEW.status <> 'paused' AND EXISTS (
                        SELECT 1 FROM pilots_safetyhold
                        WHERE pilot_id = NEW.id AND lifted_at IS NULL
                    ) THEN
                        RAISE EXCEPTION 'a pilot that was paused for safety goes on once safety says so';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Beyond its longest run it goes on once, by an extension that says why.
            pgtrigger.Trigger(
                name="ends_within_its_clock",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("ends_on"),
                condition=pgtrigger.Condition(
                    "NEW.ends_on IS DISTINCT FROM OLD.ends_on"
                    " AND NEW.status IN ('running', 'paused', 'evaluating')"
                    f" AND NEW.ends_on > NEW.went_live_on + 7 * {run_time.weeks_in_sql('NEW.pathway')}"
                ),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_clockextension e
                        WHERE e.pilot_id = NEW.id AND e.live_on = NEW.went_live_on
                        AND e.until >= NEW.ends_on
                    ) THEN
                        RAISE EXCEPTION 'a pilot does not run on beyond its clock'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'pilot_ends_within_its_clock';
                    END IF;
                    RETURN NEW;
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

    @property
    def stands_at(self) -> PilotStatus:
        """Where it stands, and while it is paused where it goes on."""
        return PilotStatus(self.paused_from or self.status)

    # Django's own hash every label of the choices each time: a fifth of a long list's cost.
    def get_status_display(self) -> str:  # type: ignore[no-redef]
        return str(PilotStatus(self.status).label)

    def get_pathway_display(self) -> str:  # type: ignore[no-redef]
        return str(Pathway(self.pathway).label) if self.pathway else ""


class PathwayRaise(models.Model):
    """A reviewer found that a pilot owes more proof than its answers said. No answer lowers it again."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="pathway_raises")
    pathway = models.CharField(max_length=20, choices=Pathway.choices)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="pathway_raise_says_why")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.pathway}"


class ClockExtension(models.Model):
    """A pilot goes on beyond its longest run: once since a first day, until a day, and why."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="clock_extensions")
    live_on = models.DateField()
    until = models.DateField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "live_on"],
                name="clock_extended_once",
                violation_error_message=_("It was extended already, and is not extended again."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="clock_extension_says_why"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="within_what_its_pathway_allows",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_pilot p
                        WHERE p.id = NEW.pilot_id AND p.went_live_on = NEW.live_on
                        AND NEW.until > p.went_live_on + 7 * LONGEST
                        AND NEW.until <=
                            p.went_live_on + 7 * EXTENDED
                    ) THEN
                        RAISE EXCEPTION 'an extension is as long as the pathway allows'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'clock_extension_as_long_as_allowed';
                    END IF;
                    RETURN NEW;
                """.replace("LONGEST", run_time.weeks_in_sql("p.pathway")).replace(
                    "EXTENDED", run_time.weeks_in_sql("p.pathway", extended=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.until}"


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
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="shown_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF HAS_A_PART THEN
                        RAISE EXCEPTION 'who has a part in a pilot does not end its silent run'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'silent_run_end_from_outside';
                    END IF;
                    RETURN NEW;
                """.replace("HAS_A_PART", apart.has_a_part("NEW.by_id")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.at:%Y-%m-%d}"
