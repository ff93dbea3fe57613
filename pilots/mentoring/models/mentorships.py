"""Who is asked to mentor a pilot, and who does. Nobody without their own yes, nor beyond their room."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot, TeamMember, TeamRole
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.mentoring.skills import in_words


class MentorshipAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("Said yes")
    DECLINED = "declined", _("Said no")
    WITHDRAWN = "withdrawn", _("Not asked any more")


class MentorshipQuerySet(models.QuerySet["Mentorship"]):
    def visible_to(self, user: User) -> MentorshipQuerySet:
        """One's own, those of pilots that one leads or works on, what one asked for, and the office's: why
        somebody is asked, and why they say no, is nobody else's."""
        return self.filter(
            Q(person=user.pk)
            | Q(asked_by=user.pk)
            | Q(pilot__in=_worked_on_by(user))
            | Q(pilot__unit_id__within=user.reach(PilotsPermission.OPEN))
        )

    def shared_with(self, user: User) -> MentorshipQuerySet:
        """Whose sessions this person reads: the mentor's own, and those of their pilot's team."""
        return self.filter(Q(person=user.pk) | Q(pilot__in=_worked_on_by(user)))

    def asked(self) -> MentorshipQuerySet:
        """Still to be answered: once a pilot is over, nobody is asked."""
        return self.filter(answer="").exclude(pilot__status__in=ENDED)

    def standing(self) -> MentorshipQuerySet:
        """Who mentors now."""
        accepted = self.filter(answer=MentorshipAnswer.ACCEPTED, ended_at=None)
        return accepted.exclude(pilot__status__in=ENDED)

    def for_list(self) -> MentorshipQuerySet:
        return self.select_related(
            "pilot__lead", "pilot__unit", "pilot__sponsor", "person__unit", "asked_by", "ended_by"
        )


def _worked_on_by(user: User) -> models.QuerySet[Pilot, dict[str, object]]:
    members = TeamMember.objects.filter(person=user.pk).exclude(role=TeamRole.MENTOR)
    worked_on = Pilot.objects.filter(Q(lead=user.pk) | Q(pk__in=members.values("pilot")))
    return worked_on.values("pk")  # type: ignore[return-value]


class Mentorship(models.Model):
    """Somebody is asked to accompany a pilot, and does from their yes until either side ends it."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="mentorships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    skills = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    why = models.TextField(_("what for"), max_length=600)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=MentorshipAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(max_length=600, blank=True)  # of the answer
    ended_at = models.DateTimeField(null=True, blank=True)
    # Empty where the mentor has left the house.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_words = models.TextField(max_length=600, blank=True)  # of whoever ended it

    objects = MentorshipQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(why=""), name="mentorship_says_what_for"),
            models.CheckConstraint(
                condition=~Q(asked_by=F("person")), name="mentorship_asked_by_another"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, words="")
                | Q(answer__in=MentorshipAnswer.values, answered_at__isnull=False),
                name="mentorship_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, last_words="")
                | Q(answer="accepted", ended_at__isnull=False),
                name="mentorship_ended_whole",
            ),
            models.UniqueConstraint(
                fields=["pilot", "person"],
                condition=Q(answer__in=["", "accepted"], ended_at=None),
                name="mentorship_once_a_pilot",
                violation_error_message=_("They are asked already, or mentor it."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="mentorship_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="mentorship_is_what_was_asked",
                fields=["pilot", "person", "skills", "why", "asked_by", "asked_at"],
            ),
            pgtrigger.Protect(
                name="ended_mentorship_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False)
                | pgtrigger.Q(old__answer__in=["declined", "withdrawn"]),
            ),
            pgtrigger.Protect(
                name="mentorship_answer_stays",
                operation=pgtrigger.UpdateOf("answer", "answered_at", "words"),
                condition=pgtrigger.Q(old__answer__df=""),
            ),
            pgtrigger.Trigger(
                name="mentorship_begins_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__answer__df=""),
                func="RAISE EXCEPTION 'a mentor is asked first, and answers then';",
            ),
            # The person's row is locked, so two yeses given at once are counted one after the other.
            pgtrigger.Trigger(
                name="mentorship_within_room",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("answer"),
                condition=pgtrigger.Q(new__answer="accepted"),
                func="""
                    DECLARE
                        room integer;
                    BEGIN
                        PERFORM 1 FROM innovation_user
                        WHERE id = NEW.person_id FOR NO KEY UPDATE;
                        SELECT room_for INTO room FROM pilots_mentor
                        WHERE person_id = NEW.person_id AND withdrawn_at IS NULL;
                        IF room IS NULL OR room <= (
                            SELECT count(*) FROM pilots_mentorship m
                            JOIN pilots_pilot p ON p.id = m.pilot_id
                            WHERE m.person_id = NEW.person_id AND m.answer = 'accepted'
                            AND m.ended_at IS NULL AND m.id <> NEW.id
                            AND p.status NOT IN ('scaled', 'stopped', 'withdrawn'))
                        THEN
                            RAISE EXCEPTION 'nobody mentors more pilots than they have room for'
                                USING ERRCODE = 'check_violation',
                                      CONSTRAINT = 'mentorship_within_room';
                        END IF;
                        IF EXISTS (SELECT 1 FROM pilots_pilot p WHERE p.id = NEW.pilot_id
                                   AND NEW.person_id IN
                                   (p.lead_id, p.sponsor_id, p.opened_by_id, p.owner_id))
                            OR EXISTS (SELECT 1 FROM pilots_teammember t
                                       WHERE t.pilot_id = NEW.pilot_id
                                       AND t.person_id = NEW.person_id AND t.role <> 'mentor')
                            OR EXISTS (SELECT 1 FROM pilots_gatereview r
                                       WHERE r.pilot_id = NEW.pilot_id
                                       AND NEW.person_id IN (r.decided_by_id, r.decided_for_id))
                            OR EXISTS (SELECT 1 FROM pilots_assessment a
                                       WHERE a.pilot_id = NEW.pilot_id
                                       AND NEW.person_id IN (a.reviewer_id, a.reviewed_by_id))
                        THEN
                            RAISE EXCEPTION 'nobody mentors what they have a part in or judged'
                                USING ERRCODE = 'check_violation',
                                      CONSTRAINT = 'mentorship_from_outside';
                        END IF;
                        RETURN NEW;
                    END;
                """,
            ),
            # Nobody is on the team as its mentor after it; whoever ends it takes them off first.
            pgtrigger.Trigger(
                name="mentorship_ends_whole",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("ended_at"),
                condition=pgtrigger.Q(new__ended_at__isnull=False),
                func="""
                    IF EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = NEW.pilot_id
                               AND t.person_id = NEW.person_id AND t.accompanies)
                    THEN RAISE EXCEPTION 'who mentors no longer is off the team'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:mentorship", args=[self.pk])

    @property
    def skills_in_words(self) -> list[str]:
        return in_words(self.skills)

    @property
    def is_asked(self) -> bool:
        return not self.answer and self.pilot.status not in ENDED

    @property
    def is_standing(self) -> bool:
        return (
            self.answer == MentorshipAnswer.ACCEPTED
            and self.ended_at is None
            and self.pilot.status not in ENDED
        )
