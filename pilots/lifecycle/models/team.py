"""Who is on a pilot's team, and who was."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TeamRole(models.TextChoices):
    """In the order in which a team is listed."""

    LEAD = "lead", _("Lead")
    MEMBER = "member", _("Member")
    CHAMPION = "champion", _("Champion")
    MENTOR = "mentor", _("Mentor")


class TeamMember(models.Model):
    """Who is on a pilot's team, and as what. How much of their time is staffing's."""

    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.CASCADE, related_name="team")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=20)  # no choices: a new role is no migration
    joined_at = models.DateTimeField()
    # A mentor who was asked to be one and said yes (pilots/mentoring): there without a share of time.
    accompanies = models.BooleanField(default=False, db_default=False)

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
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("pilot_id", "person_id", "role", "accompanies"),
                func="""
                    IF NEW.accompanies AND NEW.role = 'mentor'
                        AND EXISTS (SELECT 1 FROM pilots_mentorship m WHERE m.answer = 'accepted'
                                    AND m.ended_at IS NULL
                                    AND m.pilot_id = NEW.pilot_id AND m.person_id = NEW.person_id)
                    THEN RETURN NEW; END IF;
                    IF NEW.accompanies
                        OR NOT EXISTS (SELECT 1 FROM pilots_timerequest r WHERE r.answer = 'agreed'
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

    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="former_team")
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
