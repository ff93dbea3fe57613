"""Questions to a group, and how often each answer was given. No row holds what one person answered.

Who is asked by name is kept apart from the counts, without a time; so is the slip by which an answer
that is sent twice counts once. Neither outlives the round by more than it takes not to ask the same
people again too soon.
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.rules.small_cells import MINIMUM
from innovation.web.typed_forms import Words
from pilots.lifecycle.models import Pilot
from pilots.surveys.library import BUILT_IN, BuiltInItem
from pilots.surveys.scoring import Scale

_USED = """
    IF TG_OP = 'INSERT' THEN used := NEW.{column}; ELSE used := OLD.{column}; END IF;
    -- Waits for a round that is being opened with it.
    PERFORM 1 FROM pilots_instrument WHERE id = used FOR UPDATE;
    IF EXISTS (SELECT 1 FROM pilots_surveyround r WHERE r.instrument_id = used) THEN
        RAISE EXCEPTION 'a round was asked with it, so it stays'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'used_instrument_stays';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;
"""
# Shared, so that answers do not wait for each other; whoever closes the round waits for them all.
_OPEN = """
    SELECT r.closed_at, i.id, i.lowest, i.highest INTO asked
    FROM pilots_surveyround r JOIN pilots_instrument i ON i.id = r.instrument_id
    WHERE r.id = NEW.round_id FOR SHARE OF r;
    IF asked.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'the round is closed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'round_takes_answers';
    END IF;
    {check}
    RETURN NEW;
"""


class Scoring(models.TextChoices):
    MEAN = "mean", _("The mean of the answers")
    SUM = "sum", _("The sum of the answers")


class Instrument(models.Model):
    """A set of questions with one scale, and how a score is made of the answers."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    about = models.TextField(_("what it asks about"), max_length=600, blank=True)
    lowest = models.SmallIntegerField(_("lowest answer"))
    highest = models.SmallIntegerField(_("highest answer"))
    low_label = models.CharField(_("what the lowest answer says"), max_length=60)
    high_label = models.CharField(_("what the highest answer says"), max_length=60)
    scoring = models.CharField(_("score"), max_length=4, choices=Scoring.choices)
    missing_allowed = models.PositiveSmallIntegerField(
        _("questions that may be left out"), default=0
    )
    built_in = models.BooleanField(default=False)
    licence = models.CharField(_("who holds the licence"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lowest__gte=0, highest__gt=F("lowest"), highest__lte=F("lowest") + 10),
                name="instrument_scale",
            ),
            models.CheckConstraint(
                condition=Q(built_in=True, by=None)
                | (Q(built_in=False, by__isnull=False) & ~Q(licence="")),
                name="instrument_says_its_licence",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="used_instrument_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(
                    "key",
                    "lowest",
                    "highest",
                    "low_label",
                    "high_label",
                    "scoring",
                    "missing_allowed",
                )
                | pgtrigger.Delete,
                declare=[("used", "bigint")],
                func=_USED.format(column="id"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pilots:instrument", kwargs={"pk": self.pk})

    @property
    def title(self) -> Words:
        """The name in the reader's language, where it comes with Pilotlight."""
        given = BUILT_IN.get(self.key) if self.built_in else None
        return given.name if given else self.name

    @property
    def ends(self) -> tuple[Words, Words]:
        """What the lowest and the highest answer say."""
        given = BUILT_IN.get(self.key) if self.built_in else None
        return (given.low_label, given.high_label) if given else (self.low_label, self.high_label)

    @property
    def is_worded(self) -> bool:
        """Whether its answers say something of their own, so that the ends of a scale say nothing."""
        given = BUILT_IN.get(self.key) if self.built_in else None
        return given is not None and all(item.answers for item in given.items)

    @property
    def is_about_pilot(self) -> bool:
        """Whether the same people's answers on two pilots are of two things."""
        given = BUILT_IN.get(self.key) if self.built_in else None
        return given is not None and given.about_pilot

    @property
    def scale(self) -> Scale:
        return Scale(self.lowest, self.highest)


class InstrumentItem(models.Model):
    """One question of an instrument."""

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("question"), max_length=300)
    short = models.CharField(_("in one word"), max_length=40, blank=True)
    reversed = models.BooleanField(_("a high answer is the bad one"), default=False)

    class Meta:
        ordering = ["instrument", "position"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "position"], name="one_item_a_position"),
            models.CheckConstraint(condition=~Q(text=""), name="item_asks_something"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="item_keeps_its_instrument", operation=pgtrigger.UpdateOf("instrument_id")
            ),
            pgtrigger.Trigger(
                name="used_items_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("used", "bigint")],
                func=_USED.format(column="instrument_id"),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def asks(self) -> Words:
        """The question in the reader's language, where it comes with Pilotlight."""
        given = BUILT_IN.get(self.instrument.key) if self.instrument.built_in else None
        return given.items[self.position - 1].text if given else self.text

    @property
    def answers(self) -> tuple[Words, ...]:
        """What each answer says, the lowest first, where each says something of its own."""
        given = self._built_in
        return given.answers if given else ()

    @property
    def counts_kinds(self) -> bool:
        """Whether its answers are kinds of things, of which there is no mean."""
        given = self._built_in
        return given is not None and given.kinds

    @property
    def values(self) -> range:
        """The answers that there are."""
        lowest, highest = self.instrument.lowest, self.instrument.highest
        return range(lowest, lowest + len(self.answers) if self.answers else highest + 1)

    @property
    def _built_in(self) -> BuiltInItem | None:
        given = BUILT_IN.get(self.instrument.key) if self.instrument.built_in else None
        return given.items[self.position - 1] if given else None

    @property
    def heading(self) -> Words:
        """What heads its column."""
        given = BUILT_IN.get(self.instrument.key) if self.instrument.built_in else None
        return given.items[self.position - 1].short if given else self.short or self.text


class SurveyRoundQuerySet(models.QuerySet["SurveyRound"]):
    def visible_to(self, user: User) -> SurveyRoundQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> SurveyRoundQuerySet:
        return self.select_related("pilot__unit", "pilot__lead", "instrument", "opened_by")


class SurveyRound(models.Model):
    """One group is asked the questions of an instrument, for some days."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="survey_rounds")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="rounds")
    label = models.CharField(_("whom it asks"), max_length=120)
    wave = models.DateField()  # what is asked of several groups together shares it
    asked = models.PositiveIntegerField(_("how many are asked"))
    by_name = models.BooleanField()  # of people who sign in, each once; else by its link
    key = models.CharField(max_length=32, unique=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    closes_at = models.DateTimeField()
    again_from = models.DateTimeField()  # from when the same people may be asked the same
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SurveyRoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        indexes = [models.Index(fields=["pilot", "instrument", "wave"], name="rounds_of_a_wave")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(label="") & Q(asked__gte=MINIMUM), name="round_asks_enough"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opened_at"), again_from__gte=F("closes_at")),
                name="round_in_order",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__gte=F("opened_at")),
                name="round_closed_after_it_opened",
            ),
            ExclusionConstraint(
                name="group_asked_once_at_a_time",
                expressions=[
                    ("pilot", RangeOperators.EQUAL),
                    ("instrument", RangeOperators.EQUAL),
                    (Lower("label"), RangeOperators.EQUAL),
                    (
                        Func(
                            F("opened_at"),
                            F("again_from"),
                            Value("[)"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_(
                    "This group was asked the same lately. Two readings close together could tell who "
                    "answered what."
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="round_asked_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "instrument_id", "label", "wave", "asked", "by_name", "key",
                    "opened_at", "opened_by_id", "closes_at", "again_from",
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="closed_round_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("pilots:survey", kwargs={"pk": self.pk})


class AskedPerson(models.Model):
    """Somebody who is asked by name, and whether they have answered: without a time, and never shown."""

    round = models.ForeignKey(SurveyRound, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    answered = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="asked_once_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.round}"


class SurveySlip(models.Model):
    """An answer by the link was counted, so that the same sent twice is counted once."""

    # Random, so their order says nothing.
    slip = models.CharField(max_length=32, primary_key=True)
    round = models.ForeignKey(SurveyRound, on_delete=models.CASCADE, related_name="slips")

    def __str__(self) -> str:
        return f"a slip of {self.round}"


class AnswerTally(models.Model):
    """How often a question of a round was answered so."""

    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="tallies")
    item = models.ForeignKey(InstrumentItem, on_delete=models.PROTECT, related_name="+")
    value = models.SmallIntegerField()
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "item", "value"], name="one_tally_an_answer"),
            models.CheckConstraint(condition=Q(n__gte=1), name="tally_counts_somebody"),
        ]
        triggers = [
            pgtrigger.Protect(name="tally_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="tally_only_grows",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__n__gt=pgtrigger.F("new__n")),
            ),
            pgtrigger.Protect(
                name="tally_counts_the_same",
                operation=pgtrigger.UpdateOf("round_id", "item_id", "value"),
            ),
            pgtrigger.Trigger(
                name="round_takes_answers",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("asked", "record")],
                func=_OPEN.format(
                    check="""
                    IF NEW.value NOT BETWEEN asked.lowest AND asked.highest OR NOT EXISTS (
                        SELECT 1 FROM pilots_instrumentitem t
                        WHERE t.id = NEW.item_id AND t.instrument_id = asked.id
                    ) THEN
                        RAISE EXCEPTION 'no such answer'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'answer_on_the_scale';
                    END IF;
                """
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.value}"


class ScoreTally(models.Model):
    """How often the answers of one person came to so many points."""

    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="scores")
    points = models.SmallIntegerField()
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "points"], name="one_tally_a_score"),
            models.CheckConstraint(condition=Q(n__gte=1), name="score_counts_somebody"),
        ]
        triggers = [
            pgtrigger.Protect(name="score_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="score_only_grows",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__n__gt=pgtrigger.F("new__n")),
            ),
            pgtrigger.Protect(
                name="score_counts_the_same", operation=pgtrigger.UpdateOf("round_id", "points")
            ),
            pgtrigger.Trigger(
                name="round_takes_scores",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("asked", "record"), ("items", "integer")],
                func=_OPEN.format(
                    check="""
                    SELECT count(*) INTO items FROM pilots_instrumentitem t
                    WHERE t.instrument_id = asked.id;
                    IF NEW.points NOT BETWEEN asked.lowest * items AND asked.highest * items THEN
                        RAISE EXCEPTION 'no such score'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'score_on_the_scale';
                    END IF;
                """
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.points}"
