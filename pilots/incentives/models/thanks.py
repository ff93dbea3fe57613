"""Thanks, with what for: to one or several people, public or only to them."""

from __future__ import annotations

from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from innovation.needs.models import Need
from innovation.people.models import User
from pilots.lifecycle.models import Pilot

# Long enough for a second thought; what was read longer ago is theirs.
TAKEN_BACK_WITHIN = timedelta(days=7)


class ThanksQuerySet(models.QuerySet["Thanks"]):
    def visible_to(self, user: User) -> ThanksQuerySet:
        """Those that one gave or was given; and public ones of pilots and needs that one may read. Those to
        somebody who asked not to be named are told to nobody else."""
        received = ThanksTo.objects.of(user).filter(thanks=OuterRef("pk"))
        open_to_all = Q(public=True, taken_back_at=None) & (
            Q(pilot__in=Pilot.objects.visible_to(user).values("pk"))
            | Q(need__in=Need.objects.visible_to(user).values("pk"))
        )
        return self.filter(Q(by=user.pk) | (Q(taken_back_at=None) & Exists(received)) | open_to_all)

    def for_list(self) -> ThanksQuerySet:
        return self.select_related("by", "pilot", "need").prefetch_related("to__person")


class Thanks(models.Model):
    pilot = models.ForeignKey(
        Pilot, on_delete=models.CASCADE, null=True, blank=True, related_name="thanks"
    )
    need = models.ForeignKey(
        "innovation.Need", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(_("what for"), max_length=600, blank=True)
    public = models.BooleanField(_("for everybody who sees it"))
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = ThanksQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pilot__isnull=False, need=None) | Q(pilot=None, need__isnull=False),
                name="thanks_for_one_thing",
            ),
            # What is taken back is gone; that there were words is all that stays.
            models.CheckConstraint(
                condition=(Q(taken_back_at=None) & ~Q(text=""))
                | Q(taken_back_at__isnull=False, text=""),
                name="thanks_say_what_for",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="thanks_stay_as_given", fields=["pilot", "need", "by", "at", "public"]
            ),
            pgtrigger.Trigger(
                name="thanks_taken_back_in_time",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("text", "taken_back_at"),
                func=f"""
                    IF OLD.taken_back_at IS NOT NULL OR NEW.taken_back_at IS NULL
                        OR NEW.taken_back_at > OLD.at + interval '{TAKEN_BACK_WITHIN.days} days'
                    THEN
                        RAISE EXCEPTION 'thanks stay, or are taken back whole and in time';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by}, {self.at:%Y-%m-%d}"

    @property
    def about(self) -> Pilot | Need:
        found = self.pilot or self.need
        assert found is not None
        return found


class ThanksToQuerySet(models.QuerySet["ThanksTo"]):
    def of(self, user: User) -> ThanksToQuerySet:
        """To this person, by name and without."""
        return self.filter(Q(person=user.pk) | Q(author_of__submitted_by=user.pk))


class ThanksTo(models.Model):
    """One person who is thanked: by name, or as the author of a need who asked not to be named."""

    thanks = models.ForeignKey(Thanks, on_delete=models.CASCADE, related_name="to")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    author_of = models.ForeignKey(
        "innovation.Need", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    # They would rather not have it read by others.
    hidden_at = models.DateTimeField(null=True, blank=True)

    objects = ThanksToQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["thanks", "person"], name="thanks_once_a_person"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, author_of=None)
                | Q(person=None, author_of__isnull=False),
                name="thanks_to_a_person_or_an_author",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="thanks_stay_whose", fields=["thanks", "person", "author_of"]),
            pgtrigger.Trigger(
                name="nobody_thanks_themselves",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_thanks t
                        WHERE t.id = NEW.thanks_id AND t.by_id = NEW.person_id
                    ) THEN
                        RAISE EXCEPTION 'nobody thanks themselves';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name that others may read."""
        return self.person.name if self.person else str(_("Somebody who asked not to be named"))
