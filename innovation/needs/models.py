"""Unmet clinical needs, the voices that share them, and drafts that survive a lost connection."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.needs.room import NeedsPermission
from innovation.needs.states import NEED, OPEN_FOR_TRIAGE, NeedStatus
from innovation.people.models import User
from innovation.workflow.triggers import status_through_engine


class CareSetting(models.TextChoices):
    WARD = "ward", _("On a ward")
    EMERGENCY = "emergency", _("In the emergency department")
    INTENSIVE_CARE = "intensive_care", _("In intensive care")
    THEATRE = "theatre", _("In theatre")
    CLINIC = "clinic", _("In a clinic")
    COMMUNITY = "community", _("At home or in the community")
    LABORATORY = "laboratory", _("In a laboratory or imaging")
    OFFICE = "office", _("In an office")
    EVERYWHERE = "everywhere", _("In many places")


class Frequency(models.TextChoices):
    EVERY_HOUR = "hourly", _("Many times a shift")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")
    RARELY = "rarely", _("Less often")


# How many times a week that is, for the burden; "many times a shift" counts as four a day.
TIMES_A_WEEK = {
    Frequency.EVERY_HOUR: 28,
    Frequency.DAILY: 7,
    Frequency.WEEKLY: 1,
    Frequency.MONTHLY: 0.25,
    Frequency.RARELY: 0.05,
}


class SafetyConcern(models.TextChoices):
    NONE = "none", _("None seen")
    DELAY = "delay", _("Care was delayed")
    NEAR_MISS = "near_miss", _("Near misses")
    HARM = "harm", _("Harm seen")


class NeedQuerySet(models.QuerySet["Need"]):
    def visible_to(self, user: User) -> NeedQuerySet:
        """Needs of units the user reaches, and the user's own wherever they are."""
        return self.filter(
            Q(unit_id__within=user.reach(NeedsPermission.READ)) | Q(submitted_by=user.pk)
        )

    def in_triage_of(self, user: User) -> NeedQuerySet:
        """Needs that this person could answer now."""
        return self.filter(
            unit_id__within=user.reach(NeedsPermission.TRIAGE),
            status__in=[NeedStatus.SUBMITTED, NeedStatus.IN_TRIAGE],
        )

    def open_for_triage(self) -> NeedQuerySet:
        return self.filter(status__in=OPEN_FOR_TRIAGE)

    def matching(self, text: str) -> NeedQuerySet:
        """Needs in which all the words occur, or whose title contains the text as it stands
        (from three letters on: fewer are in no index)."""
        text = text.replace("\x00", "")
        words = SearchQuery(text, config="english", search_type="websearch")
        rule = Q(search=words)
        if len(text.strip()) >= 3:
            rule |= Q(title__icontains=text.strip())
        return self.filter(rule)

    def with_own_voice(self, user: User) -> NeedQuerySet:
        """Annotated with `has_own_voice`: whether the user said "this affects me too", or filed
        without a name what was merged into it."""
        own = Voice.objects.filter(need=OuterRef("pk")).of(user)
        return self.annotate(has_own_voice=Exists(own))

    def for_list(self) -> NeedQuerySet:
        """What a list row shows, without a query a row."""
        return self.select_related("unit").defer("search", "problem", "outcome", "workaround")


class Need(models.Model):
    title = models.CharField(_("in a few words"), max_length=160)
    problem = models.TextField(_("what gets in the way"), max_length=4000)
    population = models.TextField(_("who it affects"), max_length=1000)
    outcome = models.TextField(_("what good would look like"), max_length=2000)
    setting = models.CharField(_("where"), max_length=20, choices=CareSetting.choices)
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency.choices)
    people_affected = models.PositiveIntegerField(_("people affected"), null=True, blank=True)
    minutes_lost = models.PositiveIntegerField(_("minutes lost each time"), null=True, blank=True)
    safety = models.CharField(
        _("safety"), max_length=10, choices=SafetyConcern.choices, default=SafetyConcern.NONE
    )
    equity = models.TextField(_("who it hits harder"), max_length=1000, blank=True)
    workaround = models.TextField(_("how you manage today"), max_length=2000, blank=True)
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, related_name="needs", verbose_name=_("unit")
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="needs"
    )
    anonymous = models.BooleanField(_("without my name"), default=False)
    submitted_at = models.DateTimeField()
    first_answered_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(
        max_length=20, choices=NeedStatus.choices, default=NeedStatus.SUBMITTED
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    voice_count = models.PositiveIntegerField(default=0, editable=False)
    # Minutes a week over everybody affected; null where the submitter gave no minutes.
    burden_minutes = models.GeneratedField(
        expression=F("minutes_lost")
        * Coalesce(F("people_affected"), Value(1))
        * models.Case(
            *(models.When(frequency=key, then=Value(float(n))) for key, n in TIMES_A_WEEK.items()),
            default=Value(0.0),
            output_field=models.FloatField(),
        ),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )
    search = models.GeneratedField(
        expression=SearchVector("title", "problem", "population", "outcome", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            GinIndex(fields=["search"], name="need_search"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="need_title_trigram"),
            models.Index(fields=["unit", "-id"], name="need_unit"),
            models.Index(fields=["status", "-id"], name="need_status"),
            models.Index(fields=["-voice_count", "-id"], name="need_voices"),
            models.Index(fields=["submitted_by", "-id"], name="need_submitter"),
            models.Index(
                F("burden_minutes").desc(nulls_last=True), F("id").desc(), name="need_burden"
            ),
            # What waits for somebody is few among many, and is asked for on every page.
            models.Index(
                fields=["submitted_by", "id"],
                name="need_question",
                condition=Q(status=NeedStatus.NEEDS_INFORMATION),
            ),
            models.Index(
                fields=["id"],
                name="need_queue",
                condition=Q(status__in=[NeedStatus.SUBMITTED, NeedStatus.IN_TRIAGE]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="need_not_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(status=NeedStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=NeedStatus.MERGED) & Q(merged_into=None)),
                name="need_merged_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(status__in=NeedStatus.values), name="need_status_known"
            ),
            models.CheckConstraint(
                condition=Q(minutes_lost=None) | Q(minutes_lost__lte=10_080),
                name="need_minutes_within_a_week",
            ),
            models.CheckConstraint(
                condition=Q(people_affected=None) | Q(people_affected__lte=10_000_000),
                name="need_people_plausible",
            ),
        ]
        triggers = status_through_engine(NEED.noun, NEED.initial)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("innovation:need-detail", kwargs={"pk": self.pk})

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        # Django's own hashes every label of the choices each time: a fifth of a long list's cost.
        return str(NeedStatus(self.status).label)

    @property
    def submitter_name(self) -> str:
        """The name that others may read."""
        return (
            str(_("Somebody who asked not to be named"))
            if self.anonymous
            else self.submitted_by.name
        )

    @property
    def burden_hours(self) -> float | None:
        return None if self.burden_minutes is None else self.burden_minutes / 60


class VoiceQuerySet(models.QuerySet["Voice"]):
    def of(self, user: User) -> VoiceQuerySet:
        """The person's own, by name and without."""
        return self.filter(Q(person=user.pk) | Q(author_of__submitted_by=user.pk))


class Voice(models.Model):
    """ "This affects me too": one person, once, for one need. Or the author, who asked not to be
    named, of a need that was merged into it (`author_of`): such a voice is a row of its own and
    counts once whoever it is, because a count that did not grow would tell that it is one of those
    who are counted already."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="voices")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="voices"
    )
    author_of = models.OneToOneField(
        Need, on_delete=models.CASCADE, null=True, related_name="authors_voice"
    )
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    objects = VoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "person"], name="voice_once_a_person"),
            models.CheckConstraint(
                condition=Q(person__isnull=False, author_of=None)
                | Q(person=None, author_of__isnull=False, note=""),
                name="voice_of_a_person_or_an_author",
            ),
        ]
        indexes = [models.Index(fields=["person"], name="voice_person")]
        triggers = [
            pgtrigger.Trigger(
                name="count_voices",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Delete | pgtrigger.UpdateOf("need_id"),
                func="""
                    IF TG_OP <> 'INSERT' THEN
                        UPDATE innovation_need SET voice_count = voice_count - 1
                        WHERE id = OLD.need_id;
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        UPDATE innovation_need SET voice_count = voice_count + 1
                        WHERE id = NEW.need_id;
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.person or '–'} · {self.need}"


class NeedDraft(models.Model):
    """What somebody has typed and not sent yet; one a person, kept across sessions and devices."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="need_draft"
    )
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person}, {self.saved_at:%Y-%m-%d %H:%M}"
