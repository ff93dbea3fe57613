"""Champions of a group: asked, and there by their own yes."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.adoption.models.groups import AffectedGroup
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED


class ChampionAnswer(models.TextChoices):
    YES = "yes", _("Said yes")
    NO = "no", _("Said no")
    WITHDRAWN = "withdrawn", _("Not asked any more")


class ChampionQuerySet(models.QuerySet["Champion"]):
    def visible_to(self, user: User) -> ChampionQuerySet:
        """Who said yes is known to all who see the pilot; what was asked and answered besides to whoever is
        asked, asked, or leads the pilot."""
        return self.filter(
            Q(person=user.pk)
            | Q(asked_by=user.pk)
            | Q(group__pilot__lead=user.pk)
            | Q(answer="yes", group__pilot__in=Pilot.objects.visible_to(user).values("pk"))
        )

    def open(self) -> ChampionQuerySet:
        """Asked and not answered, of a group that stands, of a pilot that has not ended."""
        return self.filter(answer="", group__removed_at=None).exclude(
            group__pilot__status__in=ENDED
        )

    def standing(self) -> ChampionQuerySet:
        """Who said yes, has not stepped down, and still works here."""
        return self.filter(answer="yes", ended_at=None, person__is_active=True)

    def for_list(self) -> ChampionQuerySet:
        return self.select_related(
            "group__pilot__unit", "group__pilot__lead", "person__unit", "asked_by", "ended_by"
        )


class Champion(models.Model):
    """Somebody of a group helps the others with the change, so many hours a week, by their own yes."""

    group = models.ForeignKey(AffectedGroup, on_delete=models.PROTECT, related_name="champions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    hours = models.DecimalField(_("hours a week"), max_digits=4, decimal_places=1)
    why = models.TextField(_("why"), max_length=600)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=9, choices=ChampionAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(max_length=600, blank=True)  # of the answer
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_because = models.TextField(max_length=600, blank=True)

    objects = ChampionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gt=Decimal(0), hours__lte=Decimal(40)) & ~Q(why=""),
                name="champion_asked_for_hours",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, words="")
                | Q(answer__in=ChampionAnswer.values, answered_at__isnull=False),
                name="champion_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ended_because="")
                | (
                    Q(answer="yes", ended_at__isnull=False, ended_by__isnull=False)
                    & (Q(ended_by=F("person")) | ~Q(ended_because=""))
                ),
                name="champion_steps_down_freely",
            ),
            models.UniqueConstraint(
                fields=["group", "person"],
                condition=Q(answer__in=["", "yes"], ended_at=None),
                name="champion_asked_once",
                violation_error_message=_("This person is asked already, or said yes."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="champion_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="champion_is_what_was_asked",
                operation=pgtrigger.UpdateOf(
                    "group_id", "person_id", "hours", "why", "asked_by_id", "asked_at"
                ),
            ),
            pgtrigger.Protect(
                name="champion_answered_once",
                operation=pgtrigger.UpdateOf("answer", "answered_at", "words"),
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="former_champion_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="champion_begins_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__answer__df=""),
                func="RAISE EXCEPTION 'a champion is asked first, and answers then';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.group}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:champion", kwargs={"pk": self.pk})
