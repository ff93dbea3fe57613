"""Reviews in words, for pages and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from pilots.assurance.areas import ReviewArea
from pilots.assurance.model_card import CardRow, ModelCard
from pilots.assurance.models import (
    AnswerVerdict,
    AssessmentCondition,
    ConditionReport,
    EvidenceItem,
    OpinionView,
    Product,
    SecondOpinion,
)
from pilots.assurance.packs import PackQuestion, QuestionPack, packs
from pilots.assurance.queries import (
    AnsweredQuestion,
    AreaCount,
    AssessmentState,
    PilotReviews,
    Turn,
)
from pilots.assurance.wording import said_of

TONES = {Turn.TEAM: "turn", Turn.REVIEWER: "active", Turn.DONE: "done"}


def turn_label(turn: Turn) -> str:
    return {
        Turn.TEAM: _("With the team"),
        Turn.REVIEWER: _("With the reviewer"),
        Turn.DONE: _("Reviewed"),
    }[turn]


@dataclass(frozen=True)
class ReviewLine:
    """One review in the reviewers' list; `mine` where this person could judge it now."""

    state: AssessmentState
    mine: object

    @property
    def said(self) -> str:
        return said_of(self.state)


@dataclass(frozen=True)
class AskedPack:
    """One review in the list of a pilot's reviews."""

    pack: QuestionPack
    state: AssessmentState | None

    @property
    def label(self) -> str:
        return turn_label(self.state.turn if self.state else Turn.TEAM)

    @property
    def tone(self) -> str:
        return TONES[self.state.turn if self.state else Turn.TEAM]

    @property
    def said(self) -> str:
        if self.state is None:
            return _("Nothing has been given yet: %(n)s questions.") % {
                "n": len(self.pack.questions)
            }
        return said_of(self.state)


@dataclass(frozen=True)
class TopicRow:
    """One topic: what is asked about it, in which reviews, and what answers it."""

    key: str
    asked: Sequence[tuple[QuestionPack, PackQuestion, AnsweredQuestion | None]]

    @property
    def title(self) -> str:
        return packs().topic(self.key)

    @property
    def items(self) -> list[EvidenceItem]:
        found = [row.answer.item for _pack, _one, row in self.asked if row and row.answer]
        return list({item.pk: item for item in found}.values())

    @property
    def open(self) -> int:
        return sum(row is None or row.with_team for _pack, _one, row in self.asked)

    @property
    def accepted(self) -> bool:
        return all(row is not None and row.accepted for _pack, _one, row in self.asked)

    @property
    def remarks(self) -> list[tuple[QuestionPack, AnsweredQuestion]]:
        """What reviewers asked back or refused, and why what was accepted is open again."""
        return [
            (pack, row)
            for pack, _one, row in self.asked
            if row and row.answer and (row.answer.remark or row.answer.reopened_because)
        ]

    @property
    def expired(self) -> bool:
        return any(row is not None and row.expired for _pack, _one, row in self.asked)


@dataclass(frozen=True)
class ReviewsPage:
    """Everything that the page of a pilot's reviews says."""

    reviews: PilotReviews

    @property
    def rows(self) -> list[AskedPack]:
        return [AskedPack(pack, self.reviews.states.get(pack.key)) for pack in self.reviews.asked]

    @property
    def topics(self) -> list[TopicRow]:
        rows = {
            (state.assessment.pack, row.question.key): row
            for state in self.reviews.states.values()
            for row in state.questions
        }
        return [
            TopicRow(
                topic,
                [
                    (pack, one, rows.get((pack.key, one.key)))
                    for pack, one in self.reviews.questions
                    if one.topic == topic
                ],
            )
            for topic in self.reviews.topics
        ]

    @property
    def is_asked(self) -> bool:
        return bool(self.reviews.asked or self.reviews.short)

    @property
    def done(self) -> int:
        states = self.reviews.states.values()
        return sum(state.turn is Turn.DONE for state in states)

    @property
    def headline(self) -> str:
        """Before everything else: what stands between the pilot and its start."""
        missing = [pack for pack in self.reviews.short if self.reviews.attested(pack) is None]
        of = len(self.reviews.asked)
        if not self.is_asked:
            return _("Answer the short questionnaire first: the pathway says what is reviewed.")
        if missing:
            return _("The short form on privacy and security is not filled in yet.")
        if not of:
            return _("The short form is filled in, and every line holds: no review is asked for.")
        if self.done == of:
            blocking = sum(len(one.blocking) for one in self.reviews.states.values())
            if blocking:
                return ngettext(
                    "Every review is done; one condition keeps it from its next gate.",
                    "Every review is done; %(n)s conditions keep it from its next gate.",
                    blocking,
                ) % {"n": blocking}
            return _("Every review that its pathway asks for is done.")
        with_team = sum(
            state is None or state.turn is Turn.TEAM
            for state in (self.reviews.states.get(pack.key) for pack in self.reviews.asked)
        )
        return _(
            "%(done)s of %(of)s reviews done; %(team)s with the team, %(reviewers)s with reviewers."
        ) % {
            "done": self.done,
            "of": of,
            "team": with_team,
            "reviewers": of - self.done - with_team,
        }

    @property
    def short_forms(self) -> list[tuple[QuestionPack, object]]:
        return [(pack, self.reviews.attested(pack)) for pack in self.reviews.short]

    @property
    def conditions(self) -> list[tuple[AssessmentState, AssessmentCondition]]:
        return [(state, one) for state in self.reviews.states.values() for one in state.conditions]


@dataclass(frozen=True)
class ReadRow:
    """One part of a model card as it is shown before it is kept."""

    row: CardRow
    product: Product | None

    @property
    def shown(self) -> str:
        """Its beginning, line by line."""
        return Truncator(self.row.text).chars(400)

    @property
    def becomes(self) -> str:
        """Where it goes, in words; or why it is not read."""
        part = self.row.part
        if not self.row.is_read:
            return str(part.unread_because)
        topic = part.topic and packs().topic(part.topic)
        return " · ".join(filter(None, (topic, self._of_product)))

    @property
    def _of_product(self) -> str:
        name = self.row.part.product_field
        if not name:
            return ""
        if self.product is None:
            return _("Begins the register's own words")
        # A version is put into use; all else of a registered product stays as it is.
        if name == "version":
            return _("The version in use")
        there = str(getattr(self.product, name))
        if there == self.row.text:
            return _("As it is registered")
        return _("Registered as: %(words)s") % {"words": Truncator(there).words(12)}


def card_rows(card: ModelCard, product: Product | None) -> list[ReadRow]:
    return [ReadRow(one, product) for one in card.rows]


class AssessmentStateOut(serializers.Serializer[AskedPack]):
    pack = serializers.CharField(source="pack.key")
    area = serializers.CharField(source="pack.area")
    version = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField(help_text="team, reviewer or done: whose turn it is.")
    since = serializers.SerializerMethodField()
    reviewer = serializers.SerializerMethodField()
    questions = serializers.SerializerMethodField()
    accepted = serializers.SerializerMethodField()
    said = serializers.CharField()

    def get_version(self, row: AskedPack) -> int:
        return row.state.assessment.pack_version if row.state else row.pack.version

    def get_state(self, row: AskedPack) -> str:
        return (row.state.turn if row.state else Turn.TEAM).value

    def get_since(self, row: AskedPack) -> str | None:
        return row.state.since.isoformat() if row.state else None

    def get_reviewer(self, row: AskedPack) -> str | None:
        reviewer = row.state.assessment.reviewer if row.state else None
        return reviewer.name if reviewer else None

    def get_questions(self, row: AskedPack) -> int:
        return len(row.state.questions if row.state else row.pack.questions)

    def get_accepted(self, row: AskedPack) -> int:
        return row.state.accepted if row.state else 0


class ReviewsOut(serializers.Serializer[ReviewsPage]):
    headline = serializers.CharField()
    reviews = AssessmentStateOut(many=True, source="rows")


class AreaCountOut(serializers.Serializer[AreaCount]):
    area = serializers.ChoiceField(ReviewArea.choices)
    with_reviewers = serializers.IntegerField()
    with_teams = serializers.IntegerField()
    oldest = serializers.DateTimeField(
        allow_null=True, help_text="Since when the oldest waits for a reviewer."
    )
    done = serializers.IntegerField(help_text="Finished in the last year.")
    median_days = serializers.FloatField(allow_null=True)


class QueuedReviewOut(serializers.Serializer[AssessmentState]):
    id = serializers.IntegerField(source="assessment.pk")
    area = serializers.ChoiceField(ReviewArea.choices, source="assessment.area")
    pilot = serializers.IntegerField(source="assessment.pilot_id")
    title = serializers.CharField(source="assessment.pilot.title")
    turn = serializers.ChoiceField(
        [(one.value, one.name.title()) for one in Turn], help_text="Whose turn it is."
    )
    since = serializers.DateTimeField()
    reviewer = serializers.CharField(
        source="assessment.reviewer.name", default=None, allow_null=True
    )
    questions = serializers.SerializerMethodField()
    accepted = serializers.IntegerField()
    page = serializers.CharField(source="assessment.get_absolute_url")

    def get_questions(self, state: AssessmentState) -> int:
        return len(state.questions)


class ReviewQueueOut(serializers.Serializer[Mapping[str, object]]):
    areas = AreaCountOut(many=True)
    reviews = QueuedReviewOut(many=True)


class ConditionReportOut(serializers.ModelSerializer[ConditionReport]):
    by = serializers.CharField(source="by.name")

    class Meta:
        model = ConditionReport
        fields = ("note", "by", "at", "missing", "answered_at")
        read_only_fields = fields


class ReviewConditionOut(serializers.ModelSerializer[AssessmentCondition]):
    owner = serializers.CharField(source="owner.name")
    reports = ConditionReportOut(many=True)

    class Meta:
        model = AssessmentCondition
        fields = ("id", "text", "owner", "due_on", "met_at", "met_note", "reports")
        read_only_fields = fields


class SecondOpinionOut(serializers.ModelSerializer[SecondOpinion]):
    asked_by = serializers.CharField(source="asked_by.name")
    asked_of = serializers.CharField(source="asked_of.name")
    view = serializers.ChoiceField(OpinionView.choices, allow_blank=True, read_only=True)

    class Meta:
        model = SecondOpinion
        fields = (
            "id",
            "question",
            "asked_by",
            "asked_of",
            "asked_at",
            "view",
            "text",
            "answered_at",
        )
        read_only_fields = fields


class GivenAnswerOut(serializers.Serializer[AnsweredQuestion]):
    """A question of a review with what answers it now."""

    key = serializers.CharField(source="question.key")
    topic = serializers.CharField(source="question.topic")
    text = serializers.CharField(source="question.text")
    answer = serializers.IntegerField(
        source="answer.pk", default=None, allow_null=True, help_text="By which it is judged."
    )
    evidence = serializers.CharField(source="answer.item.text", default="")
    link = serializers.CharField(source="answer.item.link", default="")
    file = serializers.CharField(source="answer.item.file_name", default="")
    verdict = serializers.ChoiceField(
        AnswerVerdict.choices, source="answer.verdict", default="", allow_blank=True, read_only=True
    )
    remark = serializers.CharField(source="answer.remark", default="")
    reopened_because = serializers.CharField(source="answer.reopened_because", default="")
    expired = serializers.BooleanField()


class AssessmentOut(QueuedReviewOut):
    """One review: each question, its conditions, and what others were asked about it."""

    questions = GivenAnswerOut(many=True)  # type: ignore[assignment]
    conclusion = serializers.CharField(source="assessment.conclusion")
    reviewed_at = serializers.DateTimeField(source="assessment.reviewed_at", allow_null=True)
    conditions = ReviewConditionOut(many=True)
    opinions = SecondOpinionOut(many=True, source="assessment.opinions.all")
