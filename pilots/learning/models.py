"""Learning cards: what a pilot tried, what was seen, for whom it may still work, and what it spared."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.workflow.models import StateChange
from pilots.gates.models import GateReview
from pilots.learning.endings import CardOutcome, StopGround
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission

# What its writer completes; a published card says all of it.
WORDS = ("problem", "tried", "seen", "works_for", "next_team")
# What is known of the ending, and stays as it was then.
_AS_IT_ENDED = (
    "pilot", "ending", "review", "outcome", "ended_on", "ground", "kept_rule", "spared_money",
    "spared_hours", "drafted_at",
)  # fmt: skip


class LearningCardQuerySet(models.QuerySet["LearningCard"]):
    def visible_to(self, user: User) -> LearningCardQuerySet:
        """Published ones of the person's health system, whoever's pilot it was; drafts with their pilot."""
        return self.filter(
            Q(version__gt=0, pilot__unit_id__within=user.whole_systems(PilotsPermission.READ))
            | Q(pilot__in=Pilot.objects.visible_to(user).values("pk"))
        )

    def published_to(self, user: User) -> LearningCardQuerySet:
        """Published ones of the person's health system, without looking at any pilot of theirs."""
        return self.published().filter(
            pilot__unit_id__within=user.whole_systems(PilotsPermission.READ)
        )

    def published(self) -> LearningCardQuerySet:
        return self.filter(version__gt=0)

    def drafts(self) -> LearningCardQuerySet:
        return self.filter(version=0)

    def matching(self, text: str) -> LearningCardQuerySet:
        """Cards in which all the words occur."""
        words = SearchQuery(text.replace("\x00", ""), config="english", search_type="websearch")
        return self.filter(search=words)

    def in_setting(self, setting: str) -> LearningCardQuerySet:
        """Of pilots with a need in this care setting."""
        with_need = Pilot.needs.through.objects.filter(need__setting=setting)
        return self.filter(pilot__in=with_need.values("pilot"))

    def stops_by_rule(self) -> LearningCardQuerySet:
        return self.filter(outcome=CardOutcome.STOPPED, kept_rule=True)

    def for_list(self) -> LearningCardQuerySet:
        return self.select_related("pilot__unit", "pilot__lead", "ask").defer("search", "facts")


class LearningCard(models.Model):
    """What is to be known of one try of a pilot that ended, by whoever thinks of the same again."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="learning_cards")
    # By which it ended; a pilot that pivoted ends twice.
    ending = models.OneToOneField(StateChange, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(
        GateReview, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("what became of it"), max_length=10, choices=CardOutcome.choices)
    ended_on = models.DateField()
    drafted_at = models.DateTimeField()
    # What was measured and agreed, as it was kept with the decision.
    facts = models.JSONField(default=dict)

    # Of a stop: on what ground, whether it kept the agreed rule, and what that rule said.
    ground = models.CharField(max_length=8, choices=StopGround.choices, blank=True)
    kept_rule = models.BooleanField(default=False)
    because = models.TextField(blank=True)
    # What it spared, counted when it was stopped; null where nobody can know any more.
    spared_money = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    spared_hours = models.DecimalField(max_digits=10, decimal_places=1, null=True)
    spared_how = models.JSONField(default=dict)

    title = models.CharField(_("name"), max_length=120)
    problem = models.TextField(_("what it set out to answer"), max_length=2000, blank=True)
    tried = models.TextField(_("what we tried"), max_length=4000, blank=True)
    seen = models.TextField(_("what we saw"), max_length=4000, blank=True)
    works_for = models.TextField(_("for whom it may still work"), max_length=2000, blank=True)
    next_team = models.TextField(_("what the next team should know"), max_length=4000, blank=True)
    ask = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("whom to ask"),
    )
    version = models.PositiveSmallIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    search = models.GeneratedField(
        expression=SearchVector(
            "title", "problem", "tried", "seen", "works_for", "next_team", config="english"
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = LearningCardQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            GinIndex(fields=["search"], name="learning_search"),
            models.Index(fields=["id"], name="learning_drafts", condition=Q(version=0)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(version=0, published_at=None, published_by=None)
                | (
                    Q(version__gt=0, published_at__isnull=False, published_by__isnull=False)
                    & ~Q(problem="")
                    & ~Q(tried="")
                    & ~Q(seen="")
                    & ~Q(works_for="")
                    & ~Q(next_team="")
                ),
                name="learning_published_whole",
            ),
            models.CheckConstraint(
                condition=(Q(outcome="stopped") & ~Q(ground=""))
                | (~Q(outcome="stopped") & Q(ground="", kept_rule=False)),
                name="learning_stop_has_its_ground",
            ),
            models.CheckConstraint(
                condition=Q(outcome="stopped") | Q(spared_money=None, spared_hours=None),
                name="learning_stops_alone_spare",
            ),
            models.CheckConstraint(
                condition=(Q(spared_money=None) | Q(spared_money__gte=0))
                & (Q(spared_hours=None) | Q(spared_hours__gte=0)),
                name="learning_spared_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(kept_rule=False) | Q(ground__in=["rule", "safety"]),
                name="learning_rule_kept_by_its_ground",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="learning_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="learning_as_it_ended", fields=list(_AS_IT_ENDED)),
            pgtrigger.Protect(
                name="learning_stays_published",
                operation=pgtrigger.UpdateOf("version"),
                condition=pgtrigger.Q(new__version__lt=pgtrigger.F("old__version")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pilots:learning", kwargs={"pk": self.pk})

    @property
    def is_honoured(self) -> bool:
        """Whether it was stopped as its rule said."""
        return self.outcome == CardOutcome.STOPPED and self.kept_rule


class LearningVersion(models.Model):
    """The words of a card as they were published: each version stays."""

    card = models.ForeignKey(LearningCard, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    problem = models.TextField()
    tried = models.TextField()
    seen = models.TextField()
    works_for = models.TextField()
    next_team = models.TextField()
    ask = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["card", "version"], name="learning_version_once")
        ]
        triggers = [
            pgtrigger.Protect(
                name="learning_version_stays", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.card}, {self.version}"


class CardRead(models.Model):
    """Somebody of a pilot that is shaped read a card that resembles it, and said so by a press."""

    card = models.ForeignKey(LearningCard, on_delete=models.PROTECT, related_name="reads")
    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="cards_read")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "card", "person"], name="card_read_once_a_person"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="card_read_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.card}"
