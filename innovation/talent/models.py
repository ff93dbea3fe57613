"""What people say of themselves, the skills that they choose from, and calls for help with their answers."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.talent.disciplines import Discipline, OpenFor
from innovation.talent.room import TalentPermission

_KEY = 30  # letters of a skill's key


class TalentProfileQuerySet(models.QuerySet["TalentProfile"]):
    def visible_to(self, user: User) -> TalentProfileQuerySet:
        """Of people who work, or hold a role, where this person reads profiles; nobody's who has left."""
        people = User.objects.visible_to(user, TalentPermission.READ)
        return self.filter(person__is_active=True, person__in=people.values("pk"))

    def for_list(self) -> TalentProfileQuerySet:
        return self.select_related("person__unit")


class TalentProfile(models.Model):
    """What somebody says of themselves. There is one only while they want to be found: switching it off
    deletes it, and so does closing the account."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="talent_profile"
    )
    discipline = models.CharField(_("discipline"), max_length=20, choices=Discipline.choices)
    line = models.CharField(_("a line about you"), max_length=200, blank=True)
    skills = ArrayField(models.CharField(max_length=_KEY), default=list, blank=True)
    own_words = models.CharField(_("in your own words"), max_length=300, blank=True)
    wishes = models.TextField(_("what you would like to do"), max_length=600, blank=True)
    open_for = ArrayField(
        models.CharField(max_length=10, choices=OpenFor.choices), default=list, blank=True
    )
    shown_since = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = TalentProfileQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [GinIndex(fields=["skills"], name="talent_profile_skills")]
        constraints = [
            models.CheckConstraint(
                condition=Q(discipline__in=Discipline.values), name="talent_discipline_known"
            ),
            models.CheckConstraint(
                condition=Q(open_for__contained_by=OpenFor.values), name="talent_open_for_known"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="talent_of_somebody_here",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM innovation_user u WHERE u.id = NEW.person_id
                                   AND u.is_active AND u.kind = 'person') THEN
                        RAISE EXCEPTION 'a profile is of a person who works here'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'talent_of_somebody_here';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.ReadOnly(name="talent_stays_whose", fields=["person", "shown_since"]),
        ]

    def __str__(self) -> str:
        return self.person.name

    def get_absolute_url(self) -> str:
        return reverse("innovation:talent-person", kwargs={"pk": self.person_id})

    @property
    def open_for_labels(self) -> list[str]:
        return [str(OpenFor(one).label) for one in self.open_for]


class AddedSkill(models.Model):
    """A skill that the innovation office or an administrator put on the list."""

    name = models.CharField(_("skill"), max_length=60)
    unit = models.ForeignKey("innovation.Unit", on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    # Not offered any more; whoever chose it keeps it.
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="skill_once_on_the_list",
                violation_error_message=_("This skill is on the list already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="skill_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"added-{self.pk}"


class HelpTime(models.TextChoices):
    HOUR = "hour", _("An hour or two, once")
    DAY = "day", _("About a day, once")
    WEEKLY = "weekly", _("An hour or two a week")
    HALF_DAY = "half_day", _("Half a day a week")
    MORE = "more", _("More than half a day a week")


class HelpCallQuerySet(models.QuerySet["HelpCall"]):
    def open(self, *, today: date) -> HelpCallQuerySet:
        return self.filter(closed_at=None, until__gte=today, asked_by__is_active=True)

    def for_list(self) -> HelpCallQuerySet:
        return self.select_related("asked_by", "unit", "closed_by")


class HelpCall(models.Model):
    """Somebody asks for help with a need, an idea or a pilot. Whoever may see that thing sees the call."""

    about = models.CharField(max_length=40)  # "need:12", as the log refers to it
    unit = models.ForeignKey("innovation.Unit", on_delete=models.PROTECT, related_name="+")
    what = models.TextField(_("what you need"), max_length=600)
    skills = ArrayField(models.CharField(max_length=_KEY), default=list, blank=True)
    time = models.CharField(_("how much time it takes"), max_length=10, choices=HelpTime.choices)
    until = models.DateField(_("until when"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HelpCallQuerySet.as_manager()

    class Meta:
        ordering = ["until", "pk"]
        indexes = [
            models.Index(fields=["about"], name="help_call_about"),
            models.Index(
                fields=["unit", "until"], name="help_call_open", condition=Q(closed_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what="") & ~Q(about=""), name="help_call_says_what"
            ),
            models.CheckConstraint(condition=Q(time__in=HelpTime.values), name="help_time_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="help_call_closed_whole",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="help_call_stays_as_asked",
                fields=["about", "unit", "what", "skills", "time", "until", "asked_by", "asked_at"],
            ),
            pgtrigger.Protect(
                name="closed_help_call_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.what[:120]

    def get_absolute_url(self) -> str:
        return reverse("innovation:call", kwargs={"pk": self.pk})


class OfferAnswer(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted, thank you")
    DECLINED = "declined", _("Not this time, thank you")
    WITHDRAWN = "withdrawn", _("Taken back")
    CLOSED = "closed", _("The call was closed")


class HelpOfferQuerySet(models.QuerySet["HelpOffer"]):
    def visible_to(self, user: User) -> HelpOfferQuerySet:
        """One's own, and those to calls of one's own: nobody else reads who offered what."""
        return self.filter(Q(person=user.pk) | Q(call__asked_by=user.pk))

    def for_list(self) -> HelpOfferQuerySet:
        return self.select_related("person__unit", "call__asked_by", "call__unit")


class HelpOffer(models.Model):
    """Somebody answers a call. It puts nobody on a team."""

    call = models.ForeignKey(HelpCall, on_delete=models.CASCADE, related_name="offers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(_("how you can help"), max_length=600, blank=True)
    at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=OfferAnswer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_words = models.TextField(_("a word with it"), max_length=600, blank=True)

    objects = HelpOfferQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "person"],
                name="help_offered_once",
                condition=~Q(answer="withdrawn"),
                violation_error_message=_("You answered this call already."),
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answer_words="")
                | Q(answer__in=OfferAnswer.values, answered_at__isnull=False),
                name="help_offer_answered_whole",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="help_offered_to_an_open_call",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM innovation_helpcall c WHERE c.id = NEW.call_id
                                   AND c.closed_at IS NULL AND c.asked_by_id <> NEW.person_id) THEN
                        RAISE EXCEPTION 'help is offered to an open call of somebody else'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'help_offered_to_an_open_call';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.ReadOnly(
                name="help_offer_stays_as_made", fields=["call", "person", "words", "at"]
            ),
            pgtrigger.Protect(
                name="answered_help_offer_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.call}"
