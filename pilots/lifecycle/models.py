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
from pilots.lifecycle import apart, run_time
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ACTIVE, ENDED, PILOT, PilotStatus

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

    def for_list(self) -> PilotQuerySet:
        return self.select_related("unit", "lead", "sponsor", "sponsor_asked", "owner")


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
            pgtrigger.Trigger(
                name="former_lead_stays_known",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("lead_id"),
                condition=pgtrigger.Q(old__lead_id__df=pgtrigger.F("new__lead_id")),
                func="""
                    IF NEW.status NOT IN ('shaping', 'proposed')
                        OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = OLD.id)
                    THEN
                        INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)
                        VALUES (OLD.id, OLD.lead_id, 'lead', now());
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="former_sponsor_stays_known",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("sponsor_id"),
                condition=pgtrigger.Q(old__sponsor_id__isnull=False)
                & pgtrigger.Q(old__sponsor_id__df=pgtrigger.F("new__sponsor_id")),
                func="""
                    IF NEW.status NOT IN ('shaping', 'proposed')
                        OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = OLD.id)
                    THEN
                        INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)
                        VALUES (OLD.id, OLD.sponsor_id, 'sponsor', now());
                    END IF;
                    RETURN NULL;
                """,
            ),
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

    # Django's own hash every label of the choices each time: a fifth of a long list's cost.
    def get_status_display(self) -> str:  # type: ignore[no-redef]
        return str(PilotStatus(self.status).label)

    def get_pathway_display(self) -> str:  # type: ignore[no-redef]
        return str(Pathway(self.pathway).label) if self.pathway else ""


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


class HoldCause(models.TextChoices):
    SAFETY = "safety", _("Paused by safety")
    ALARM = "alarm", _("Paused on an alarm")
    STOP_BUTTON = "stop_button", _("Stopped where it runs")


class SafetyHold(models.Model):
    """A pause that safety lifts, and nobody whose pilot it is: who was stopped does not say when it is safe
    to go on. A pause of the team's own has none."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="holds")
    cause = models.CharField(max_length=12, choices=HoldCause.choices)
    # False: laid on a pause of the team's own, which stays once the hold is lifted.
    paused = models.BooleanField(default=True, db_default=True)
    reason = models.TextField()
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Whom a deputy acted for.
    lifted_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot"], name="hold_one_at_a_time", condition=Q(lifted_at=None)
            ),
            models.CheckConstraint(
                condition=Q(cause__in=HoldCause.values) & ~Q(reason=""), name="hold_says_why"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lifted_for=None, lifted_because="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because="")),
                name="hold_lifted_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="placed_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "cause", "paused", "reason", "placed_at", "placed_by_id"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="lifted_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__lifted_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="lifted_by_nobody_who_was_stopped",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("lifted_by_id", "lifted_for_id"),
                condition=pgtrigger.Q(new__lifted_by_id__isnull=False),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_pilot WHERE id = NEW.pilot_id AND (
                            lead_id IN (NEW.lifted_by_id, NEW.lifted_for_id)
                            OR sponsor_id IN (NEW.lifted_by_id, NEW.lifted_for_id))
                        UNION ALL SELECT 1 FROM pilots_teammember WHERE pilot_id = NEW.pilot_id
                            AND person_id IN (NEW.lifted_by_id, NEW.lifted_for_id)
                        UNION ALL SELECT 1 FROM pilots_formermember WHERE pilot_id = NEW.pilot_id
                            AND person_id IN (NEW.lifted_by_id, NEW.lifted_for_id)
                    ) THEN
                        RAISE EXCEPTION 'who was stopped does not lift the pause';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.get_cause_display()}"


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


class LeadAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class LeadOfferQuerySet(models.QuerySet["LeadOffer"]):
    def visible_to(self, user: User) -> LeadOfferQuerySet:
        """Those of pilots that the user sees, and those that ask the user."""
        pilots = Pilot.objects.visible_to(user).values("pk")
        return self.filter(Q(pilot__in=pilots) | Q(to=user.pk))

    def open(self) -> LeadOfferQuerySet:
        return self.filter(answered_at=None)


class LeadOffer(models.Model):
    """Somebody is asked to lead a pilot from now on. Nobody leads one without having said yes."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="lead_offers")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    offered_at = models.DateTimeField()
    reason = models.TextField(_("why"), max_length=600)
    answer = models.CharField(max_length=10, choices=LeadAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(max_length=600, blank=True)  # of the answer

    objects = LeadOfferQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot"],
                condition=Q(answered_at=None),
                name="lead_offer_one_open_a_pilot",
                violation_error_message=_("Somebody is asked already."),
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="", words="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="lead_offer_answered_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="lead_offer_says_why"),
        ]
        triggers = [
            pgtrigger.Protect(name="lead_offer_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="answered_lead_offer_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="lead_offer_is_what_was_asked",
                fields=["pilot", "to", "offered_by", "offered_at", "reason"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.to}"


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
            # Being on a team keeps from deciding on the pilot, so nobody is put there by somebody else.
            pgtrigger.Trigger(
                name="member_said_yes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("pilot_id", "person_id"),
                func="""
                    IF NOT EXISTS (SELECT 1 FROM pilots_timerequest r WHERE r.answer = 'agreed'
                                   AND r.pilot_id = NEW.pilot_id AND r.person_id = NEW.person_id)
                    THEN
                        RAISE EXCEPTION 'nobody is on a team who was not asked and said yes'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'member_said_yes';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Whoever was on it while a gate was asked, or at any time since it had its resources.
            pgtrigger.Trigger(
                name="former_member_stays_known",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                func="""
                    INSERT INTO pilots_formermember (pilot_id, person_id, role, left_at)
                    SELECT OLD.pilot_id, OLD.person_id, OLD.role, now()
                    FROM pilots_pilot p
                    WHERE p.id = OLD.pilot_id AND (
                        p.status NOT IN ('shaping', 'proposed')
                        OR EXISTS (SELECT 1 FROM pilots_award a WHERE a.pilot_id = p.id)
                        OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = p.id
                                   AND r.opened_at >= OLD.joined_at));
                    RETURN NULL;
                """,
            ),
            # A seat is given to another by a row of its own, or nobody would know who had it.
            pgtrigger.ReadOnly(name="team_member_stays_who", fields=["pilot", "person"]),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.role_label}"

    @property
    def role_label(self) -> str:
        return str(TeamRole(self.role).label) if self.role in TeamRole.values else self.role


class FormerMember(models.Model):
    """Who led or sponsored a pilot since it was first proposed, or was on its team when it was or since it had
    its resources, and is not any more. Written by the database, whoever takes them off: to leave is no way to
    judge one's own work, and neither is a pivot."""

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


class BlockerQuerySet(models.QuerySet["Blocker"]):
    def visible_to(self, user: User) -> BlockerQuerySet:
        return self.filter(entry__pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def open(self) -> BlockerQuerySet:
        """Not cleared, of a pilot that has not ended."""
        return self.filter(cleared_at=None).exclude(entry__pilot__status__in=ENDED)

    def in_order(self) -> BlockerQuerySet:
        """The day that comes first, or is longest over, first."""
        return self.select_related(
            "entry__by", "entry__pilot__lead", "entry__pilot__sponsor", "owner", "cleared_by"
        ).order_by("due_on", "pk")


class Blocker(models.Model):
    """What an entry of the log says is in the way: who gets it out of the way and by when, until
    somebody says in a sentence how it was."""

    entry = models.OneToOneField(LogEntry, on_delete=models.CASCADE, related_name="blocker")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who clears it"),
    )
    due_on = models.DateField(_("by when"))
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    how = models.CharField(_("how it was cleared"), max_length=600, blank=True)

    objects = BlockerQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cleared_at=None, cleared_by=None, how="")
                | (Q(cleared_at__isnull=False, cleared_by__isnull=False) & ~Q(how="")),
                name="blocker_cleared_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="said_stays",
                operation=pgtrigger.UpdateOf("entry_id", "owner_id", "due_on"),
            ),
            pgtrigger.Protect(
                name="cleared_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__cleared_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="of_a_blocked_week",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_logentry
                        WHERE id = NEW.entry_id AND status = 'blocked'
                    ) THEN
                        RAISE EXCEPTION 'a blocker is of an entry that is blocked';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry}, {self.owner}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:blocker-clear", kwargs={"pk": self.pk})


class AdviceQuerySet(models.QuerySet["Advice"]):
    def visible_to(self, user: User) -> AdviceQuerySet:
        """For the team, its sponsor and the office: a word to them, and no status of the pilot."""
        return self.filter(
            Q(pilot__in=Pilot.objects.of_team(user).values("pk"))
            | Q(pilot__sponsor=user.pk)
            | Q(pilot__unit_id__within=user.reach(PilotsPermission.OPEN))
        )


class Advice(models.Model):
    """What a mentor advises, and whether the lead took it up. It says nothing of how the pilot goes."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="advice")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(_("advice"), max_length=2000)
    taken_up = models.BooleanField(_("taken up"), null=True)
    answer = models.CharField(_("answer"), max_length=600, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = AdviceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="advice_says_something"),
            models.CheckConstraint(
                condition=Q(taken_up=None, answered_by=None, answered_at=None, answer="")
                | Q(taken_up__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="advice_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(taken_up=False) | ~Q(answer=""), name="advice_left_says_why"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="advised_stays",
                operation=pgtrigger.UpdateOf("pilot_id", "by_id", "at", "text"),
            ),
            pgtrigger.Protect(
                name="advice_answer_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.by}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:advice", kwargs={"pk": self.pilot_id})


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
