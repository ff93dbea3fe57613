"""Products, evidence, and the reviews that it answers. What was answered and judged is never written over."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.assurance.areas import ReviewArea
from pilots.assurance.packs import PackQuestion, question_of
from pilots.lifecycle.models import Pilot

_APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
# Nobody judges what they have a part in: {who} in the pilot of assessment {of}.
_JUDGED_FROM_OUTSIDE = """
    IF EXISTS (
        SELECT 1 FROM pilots_assessment a JOIN pilots_pilot p ON p.id = a.pilot_id
        WHERE a.id = {of} AND (
            {who} IN (p.lead_id, p.opened_by_id)
            OR {who} IS NOT DISTINCT FROM p.sponsor_id
            OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id
                       AND t.person_id = {who})
            OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id
                       AND f.person_id = {who})
            OR EXISTS (SELECT 1 FROM pilots_declaredconflict c WHERE c.pilot_id = p.id
                       AND c.person_id = {who}))
    ) THEN
        RAISE EXCEPTION 'an assurance review is judged from outside the pilot'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_judged_from_outside';
    END IF;
    RETURN NEW;
"""


class Product(models.Model):
    """What is piloted, by whom it is made, and where its data go. Its version is the last of `versions`."""

    name = models.CharField(_("name"), max_length=120)
    maker = models.CharField(_("maker"), max_length=120)
    intended_use = models.TextField(_("intended use"), max_length=2000)
    # The way of the data, stop by stop.
    captured = models.TextField(_("what is captured, where"), max_length=1000)
    processed = models.TextField(_("where it is processed, by whom"), max_length=1000)
    kept = models.TextField(_("what is kept, where and how long"), max_length=1000)
    recorded = models.TextField(_("what goes into the record"), max_length=1000)
    readers = models.TextField(_("who can read it"), max_length=1000)
    # Why it is registered though one of this name and maker is there.
    again_because = models.TextField(blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                Lower("maker"),
                condition=Q(again_because=""),
                name="product_registered_once",
                violation_error_message=_(
                    "A product of this name and maker is registered already. Use that one, or say"
                    " why this is another."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(maker="") & ~Q(intended_use=""),
                name="product_says_what_it_is",
            ),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.name} ({self.maker})"

    def get_absolute_url(self) -> str:
        return reverse("pilots:product-detail", kwargs={"pk": self.pk})


class ProductVersion(models.Model):
    """A version of a product that came into use here, and what changed with it; the last one is in use."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(_("version"), max_length=60)
    changed = models.TextField(_("what changed"), max_length=2000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "version"],
                name="product_version_once",
                violation_error_message=_("This version was in use already."),
            ),
            models.CheckConstraint(condition=~Q(version=""), name="product_version_is_said"),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.product}, {self.version}"


class ProductUse(models.Model):
    """Which product a pilot tries. Another one is a row of its own: the last one counts."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="product_uses")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="uses")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.pilot}: {self.product}"


class EvidenceKind(models.TextChoices):
    TEXT = "text", _("In words")
    LINK = "link", _("A link")
    FILE = "file", _("A file")


class EvidenceItem(models.Model):
    """What a team gives on one topic. It answers every question of that topic; what is of a product answers
    them for all pilots of it. Newer evidence is a row of its own. What came with a product's model card is of
    no pilot."""

    pilot = models.ForeignKey(
        Pilot, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence_items"
    )
    product_version = models.ForeignKey(
        ProductVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    topic = models.CharField(max_length=40)
    kind = models.CharField(max_length=4, choices=EvidenceKind.choices)
    text = models.TextField(_("in words"), max_length=6000, blank=True)
    link = models.URLField(_("link"), max_length=600, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    content = models.BinaryField(default=b"")
    sha256 = models.CharField(max_length=64, blank=True)
    site = models.CharField(_("holds at"), max_length=120, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who keeps it up to date"),
    )
    expires_on = models.DateField(_("holds until"), null=True, blank=True)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=EvidenceKind.TEXT, link="", file_name="") & ~Q(text="")
                | Q(kind=EvidenceKind.LINK, file_name="") & ~Q(link="")
                | Q(kind=EvidenceKind.FILE, link="")
                & ~Q(file_name="")
                & ~Q(sha256="")
                & ~Q(media_type=""),
                name="evidence_item_is_of_its_kind",
                violation_error_message=_("Give words, a link, or a file."),
            ),
            models.CheckConstraint(condition=~Q(topic=""), name="evidence_item_has_a_topic"),
            models.CheckConstraint(
                condition=Q(pilot__isnull=False) | Q(product_version__isnull=False),
                name="evidence_item_is_about_something",
            ),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.topic}, {self.pilot or self.product_version}"


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> AssessmentQuerySet:
        """Those of the pilots that the user sees."""
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> AssessmentQuerySet:
        return self.select_related("pilot__unit", "pilot__lead", "reviewer").prefetch_related(
            "answers",
            "conditions__reports",
            "opinions__asked_of",
            "pilot__team",
            "pilot__former_team",
            "pilot__declared_conflicts",
        )


class Assessment(models.Model):
    """The review of a pilot in one area: the questions as they were asked, and who looks at the answers."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="assessments")
    pack = models.CharField(max_length=40)
    pack_version = models.PositiveSmallIntegerField()
    area = models.CharField(max_length=20, choices=ReviewArea.choices)
    questions = models.JSONField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    conclusion = models.TextField(_("conclusion"), max_length=2000, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "pack"], name="assessment_once_a_pilot"),
            models.CheckConstraint(
                condition=Q(reviewer=None, taken_at=None)
                | Q(reviewer__isnull=False, taken_at__isnull=False),
                name="assessment_reviewer_and_taken_at_together",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, conclusion="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(conclusion="")),
                name="assessment_reviewed_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="asked_stays",
                operation=pgtrigger.UpdateOf(
                    "pilot_id", "pack", "pack_version", "area", "questions", "opened_at",
                    "opened_by_id",
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="reviewed_when_all_is_accepted",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("reviewed_at") | pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.reviewed_at IS NOT NULL"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM jsonb_array_elements(NEW.questions) asked
                        WHERE NOT EXISTS (
                            SELECT 1 FROM pilots_assessmentanswer given
                            WHERE given.assessment_id = NEW.id AND given.superseded_at IS NULL
                                AND given.question = asked->>'key' AND given.verdict = 'accepted')
                    ) THEN
                        RAISE EXCEPTION 'a review is done when every answer was accepted'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'assessment_reviewed_when_all_is_accepted';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="reviewed_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("reviewed_at") | pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.reviewed_at IS NOT NULL"),
                func=_JUDGED_FROM_OUTSIDE.format(who="NEW.reviewed_by_id", of="NEW.id"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_area_display()}, {self.pilot}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:assessment-detail", kwargs={"pk": self.pk})

    @property
    def unit_id(self) -> int:
        return self.pilot.unit_id

    @cached_property
    def asked(self) -> list[PackQuestion]:
        return [question_of(one) for one in self.questions]


class AnswerVerdict(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    ASKED = "asked", _("Asked back")
    REFUSED = "refused", _("Refused")


class AssessmentAnswer(models.Model):
    """What answers one question of a review, and what the reviewer said of it. Another answer, and a judgement
    that is opened again, are rows of their own."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=40)
    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="answers")
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Why it is judged anew though the evidence is the same: what it rests on has changed.
    reopened_because = models.TextField(blank=True)
    verdict = models.CharField(max_length=8, choices=AnswerVerdict.choices, blank=True)
    remark = models.TextField(_("remark"), max_length=2000, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question"],
                condition=Q(superseded_at=None),
                name="assessment_answer_one_counts",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", judged_at=None, judged_by=None)
                | (~Q(verdict="") & Q(judged_at__isnull=False, judged_by__isnull=False)),
                name="assessment_answer_judged_whole",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["", AnswerVerdict.ACCEPTED]) | ~Q(remark=""),
                name="assessment_answer_sent_back_says_why",
                violation_error_message=_("Say what is missing, or why it is refused."),
            ),
            models.CheckConstraint(
                condition=Q(judged_by=None) | ~Q(judged_by=F("given_by")),
                name="assessment_answer_judged_by_another",
                violation_error_message=_("Nobody judges what they gave themselves."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="answered_stays",
                operation=pgtrigger.UpdateOf(
                    "assessment_id", "question", "item_id", "given_at", "given_by_id",
                    "reopened_because",
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="judged_stays",
                operation=pgtrigger.UpdateOf("verdict", "remark", "judged_at", "judged_by_id"),
                condition=pgtrigger.Condition("OLD.verdict <> '' OR OLD.superseded_at IS NOT NULL"),
            ),
            pgtrigger.Trigger(
                name="judged_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("verdict") | pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.verdict <> ''"),
                func=_JUDGED_FROM_OUTSIDE.format(who="NEW.judged_by_id", of="NEW.assessment_id"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.assessment}, {self.question}"


class AssessmentCondition(models.Model):
    """A finding of a review that the team has to put right: before the start, or by a day."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField(_("what has to be done"), max_length=1000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who does it"),
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    met_note = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="assessment_condition_says_what"),
            models.CheckConstraint(
                condition=Q(met_at=None, met_by=None, met_note="")
                | (Q(met_at__isnull=False, met_by__isnull=False) & ~Q(met_note="")),
                name="assessment_condition_met_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="set_stays",
                operation=pgtrigger.UpdateOf(
                    "assessment_id", "text", "owner_id", "due_on", "set_at", "set_by_id"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="met_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__met_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="met_is_said_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("met_at"),
                condition=pgtrigger.Condition("NEW.met_at IS NOT NULL"),
                func=_JUDGED_FROM_OUTSIDE.format(who="NEW.met_by_id", of="NEW.assessment_id"),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class ConditionReport(models.Model):
    """The team says that a condition is done, and how. A reviewer sees it met, or says what is missing."""

    condition = models.ForeignKey(
        AssessmentCondition, on_delete=models.PROTECT, related_name="reports"
    )
    note = models.TextField(_("what was done"), max_length=1000)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Empty in an answered one: it was seen met.
    missing = models.TextField(_("what is missing"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition"],
                condition=Q(answered_at=None),
                name="condition_report_one_open",
                violation_error_message=_("It was said already that this is done."),
            ),
            models.CheckConstraint(condition=~Q(note=""), name="condition_report_says_what"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, missing="")
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="condition_report_answered_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="report_stays",
                operation=pgtrigger.UpdateOf("condition_id", "note", "at", "by_id")
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="answered_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("answered_at") | pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.answered_at IS NOT NULL"),
                func=_JUDGED_FROM_OUTSIDE.format(
                    who="NEW.answered_by_id",
                    of="(SELECT c.assessment_id FROM pilots_assessmentcondition c"
                    " WHERE c.id = NEW.condition_id)",
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.note


class OpinionView(models.TextChoices):
    AGREES = "agrees", _("Agrees")
    OTHERWISE = "otherwise", _("Sees it otherwise")


class SecondOpinion(models.Model):
    """A reviewer asks another, who could judge it too, about a review. It decides nothing and keeps nobody from
    concluding; question and answer stay."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="opinions")
    question = models.TextField(_("your question"), max_length=1000)
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    view = models.CharField(max_length=9, choices=OpinionView.choices, blank=True)
    text = models.TextField(_("what you see"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # Who was asked, or their deputy.
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "asked_of"],
                condition=Q(answered_at=None),
                name="second_opinion_one_open_a_person",
                violation_error_message=_("They were asked already and have not answered yet."),
            ),
            models.CheckConstraint(
                condition=~Q(question="") & ~Q(asked_of=F("asked_by")),
                name="second_opinion_asked_of_another",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, view="", text="")
                | (
                    Q(answered_at__isnull=False, answered_by__isnull=False)
                    & ~Q(view="")
                    & ~Q(text="")
                ),
                name="second_opinion_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("asked_by")),
                name="second_opinion_of_another",
                violation_error_message=_("A second opinion is another person's."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="question_stays",
                operation=pgtrigger.UpdateOf(
                    "assessment_id", "question", "asked_of_id", "asked_at", "asked_by_id"
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="opinion_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="opinion_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("answered_at") | pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.answered_at IS NOT NULL"),
                func=_JUDGED_FROM_OUTSIDE.format(who="NEW.answered_by_id", of="NEW.assessment_id"),
            ),
        ]

    def __str__(self) -> str:
        return self.question


class DeclaredConflict(models.Model):
    """A reviewer said that they are too near to a pilot: they review nothing of it any more."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="declared_conflicts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "person"],
                name="declared_conflict_once",
                violation_error_message=_("This was declared already."),
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="declared_conflict_says_why"),
        ]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.person} · {self.pilot}"


class Attestation(models.Model):
    """The short form of the fast lane: for each line whether it holds, by the lead. The last one counts; a line
    that once did not hold stays with the reviewers."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="attestations")
    pack = models.CharField(max_length=40)
    pack_version = models.PositiveSmallIntegerField()
    answers = models.JSONField()  # key, text, whether it holds, and a note
    all_hold = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        triggers = [_APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.pilot}, {self.pack}"
