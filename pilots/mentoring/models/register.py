"""The register: who would mentor, said by themselves."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import RoleGrant, User
from pilots.mentoring.room import MentoringPermission
from pilots.mentoring.skills import in_words

# More than anybody accompanies at once.
MOST_ROOM = 10


class MentorQuerySet(models.QuerySet["Mentor"]):
    def visible_to(self, user: User) -> MentorQuerySet:
        """Who works, or holds a role, in the units that the user's roles reach and in those above them; and
        oneself. Who is to mentor in all hospitals has a role for the whole."""
        near = user.above(MentoringPermission.READ)
        roles = RoleGrant.objects.current().filter(unit_id__within=near)
        return self.filter(
            Q(person=user.pk)
            | Q(withdrawn_at=None, person__is_active=True)
            & (Q(person__unit_id__within=near) | Q(person__in=roles.values("person_id")))
        )

    def standing(self) -> MentorQuerySet:
        return self.filter(withdrawn_at=None, person__is_active=True)

    def open(self) -> MentorQuerySet:
        """Who may be asked now, as far as they say themselves."""
        return self.standing().filter(paused_at=None)

    def for_list(self) -> MentorQuerySet:
        return self.select_related("person__unit").order_by("person__name", "pk")


class Mentor(models.Model):
    """Somebody who would mentor: in what, and how many pilots at once. Nobody is entered by another."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    skills = ArrayField(models.CharField(max_length=30))
    line = models.CharField(_("in a line"), max_length=300, blank=True)
    room_for = models.PositiveSmallIntegerField(_("room for pilots at once"))
    offered_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = MentorQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(room_for__gte=1, room_for__lte=MOST_ROOM), name="mentor_has_room"
            ),
            models.CheckConstraint(condition=Q(skills__len__gte=1), name="mentor_names_a_skill"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="mentor_stays_who", fields=["person"]),
            # Whom they mentor already stays: less room than that would be a number that lies.
            pgtrigger.Trigger(
                name="mentor_room_holds",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("room_for"),
                condition=pgtrigger.Condition("NEW.room_for < OLD.room_for"),
                func="""
                    PERFORM 1 FROM innovation_user WHERE id = NEW.person_id FOR NO KEY UPDATE;
                    IF (SELECT count(*) FROM pilots_mentorship m
                        JOIN pilots_pilot p ON p.id = m.pilot_id
                        WHERE m.person_id = NEW.person_id AND m.answer = 'accepted'
                        AND m.ended_at IS NULL
                        AND p.status NOT IN ('scaled', 'stopped', 'withdrawn')) > NEW.room_for
                    THEN
                        RAISE EXCEPTION 'a mentor has room for whom they mentor'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'mentor_room_holds';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)

    def get_absolute_url(self) -> str:
        return reverse("pilots:mentor", args=[self.pk])

    @property
    def skills_in_words(self) -> list[str]:
        return in_words(self.skills)
