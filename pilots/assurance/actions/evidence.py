"""What teams do: give evidence, which answers every question of its topic, and attest the short form."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.constraints import explained
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.assurance import queries
from pilots.assurance.actions.assessments import tell_reviewers
from pilots.assurance.areas import ReviewArea
from pilots.assurance.file_kinds import LARGEST, kind_of
from pilots.assurance.models import (
    Assessment,
    AssessmentAnswer,
    Attestation,
    EvidenceItem,
    EvidenceKind,
    ProductVersion,
)
from pilots.assurance.packs import packs
from pilots.assurance.permissions import check_can_attest, check_can_give
from pilots.assurance.queries import Turn
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot


@dataclass(frozen=True)
class GivenEvidence:
    """Evidence as it was given: words, a link, or a file; its scope, who keeps it, and how long it holds."""

    topic: str
    text: str = ""
    link: str = ""
    file_name: str = ""
    content: bytes = b""
    of_product: bool = False
    site: str = ""
    owner: User | None = None
    expires_on: date | None = None


@atomic
def give(pilot: Pilot, given: GivenEvidence, *, by: User, at: datetime) -> EvidenceItem:
    """Give evidence on a topic. It answers every question of the topic that is not answered and accepted
    already, in all reviews of the pilot; reviewers whose turn it is then are told."""
    workflow.lock(pilot)
    check_can_give(by, pilot)
    open_reviews(pilot, by=by, at=at)
    reviews = _standing(pilot, at)
    if given.topic not in reviews.topics:
        raise Refused(_("No review of this pilot asks about this."))
    version = _version(pilot) if given.of_product else None
    item = _item(pilot, given, version=version, by=by, at=at)
    areas = answer_with(pilot, [item], by=by, at=at)
    if not areas:
        raise Refused(
            _(
                "What is asked about this was answered and accepted. It is opened again when it expires."
            )
        )
    audit.record(
        "assessment.evidence_given",
        pilot,
        by=by,
        at=at,
        topic=packs().topic(given.topic),
        areas=areas_said(areas),
        pilot=audit.named(pilot),
    )
    return item


@atomic
def attest(
    pilot: Pilot, pack: str, *, holds: Mapping[str, tuple[bool, str]], by: User, at: datetime
) -> Attestation:
    """Say of each line of the short form whether it holds. What does not is looked at by reviewers, and is so
    for good: a form filled in anew does not take it back."""
    workflow.lock(pilot)
    check_can_attest(by, pilot)
    reviews = _standing(pilot, at)
    asked = next((one for one in reviews.short if one.key == pack), None)
    if asked is None:
        raise Refused(_("This pilot's pathway does not ask for the short form."))
    if set(holds) != {one.key for one in asked.questions}:
        raise Malformed(_("Say of every line whether it holds."))
    answers = []
    for question in asked.questions:
        held, note = holds[question.key]
        if not held and not visible(note):
            raise Malformed(_("Say in a sentence what does not hold: reviewers start from it."))
        answers.append({**question.as_asked(), "holds": held, "note": visible(note)})
    made = Attestation.objects.create(
        pilot=pilot,
        pack=asked.key,
        pack_version=asked.version,
        answers=answers,
        all_hold=all(held for held, _note in holds.values()),
        at=at,
        by=by,
    )
    if not made.all_hold:
        open_reviews(pilot, by=by, at=at)
    not_held = sum(not held for held, _note in holds.values())
    audit.record(
        "assessment.attested",
        pilot,
        by=by,
        at=at,
        pilot=audit.named(pilot),
        what=_("every line holds")
        if made.all_hold
        else _("%(n)s of %(of)s lines do not hold") % {"n": not_held, "of": len(answers)},
    )
    return made


def open_reviews(pilot: Pilot, *, by: User, at: datetime) -> None:
    """Begin the reviews that are asked of the pilot and not begun, and answer them with what is there."""
    there = set(Assessment.objects.filter(pilot=pilot).values_list("pack", flat=True))
    begun = [
        Assessment.objects.create(
            pilot=pilot,
            pack=pack.key,
            pack_version=pack.version,
            area=pack.area,
            questions=[one.as_asked() for one in pack.questions],
            opened_at=at,
            opened_by=by,
        )
        for pack in queries.asked_of(pilot, Gate.GO_LIVE)
        if not pack.self_attested and pack.key not in there
    ]
    if begun:
        answer_with(pilot, queries.evidence_for(pilot).order_by("-pk"), by=by, at=at)


def answer_with(
    pilot: Pilot,
    items: Iterable[EvidenceItem],
    *,
    only_unanswered: bool = False,
    by: User,
    at: datetime,
) -> list[str]:
    """Let this evidence (the first of a topic before the others) answer what it may; in which areas it did.
    What was accepted stays, until what it rests on has expired; `only_unanswered`: and so does what waits or
    was sent back."""
    today = dates.day_of(at)
    best: dict[str, EvidenceItem] = {}
    for item in items:
        if not queries.is_expired(item, today=today):
            best.setdefault(item.topic, item)
    areas = []
    found = Assessment.objects.filter(pilot=pilot).select_for_update(no_key=True).order_by("pk")
    for assessment in found.prefetch_related("answers__item"):
        assessment.pilot = pilot
        before = queries.state_of(assessment, today=today)
        answered = 0
        for row in before.questions:
            chosen = best.get(row.question.topic)
            if chosen is None or row.accepted or (only_unanswered and row.answer is not None):
                continue
            if row.answer is not None and row.answer.item_id == chosen.pk:
                continue
            if row.answer is not None:
                supersede(row.answer, at=at)
            AssessmentAnswer.objects.create(
                assessment=assessment,
                question=row.question.key,
                item=chosen,
                given_at=at,
                given_by=by,
            )
            answered += 1
        if answered:
            areas.append(assessment.area)
            take_back_review(assessment)
            _tell_when_complete(assessment, before=before.turn, by=by, at=at)
    return areas


def supersede(answer: AssessmentAnswer, *, at: datetime) -> None:
    answer.superseded_at = at
    answer.save(update_fields=["superseded_at"])


def reopen(answer: AssessmentAnswer, *, because: str, by: User, at: datetime) -> None:
    """The same evidence, to be judged anew."""
    supersede(answer, at=at)
    AssessmentAnswer.objects.create(
        assessment=answer.assessment,
        question=answer.question,
        item=answer.item,
        given_at=at,
        given_by=by,
        reopened_because=because,
    )


def take_back_review(assessment: Assessment) -> bool:
    """A review that was done is open again, because an answer of it is."""
    if assessment.reviewed_at is None:
        return False
    assessment.reviewed_at = assessment.reviewed_by = None
    assessment.conclusion = ""
    assessment.save(update_fields=["reviewed_at", "reviewed_by", "conclusion"])
    return True


def areas_said(areas: Iterable[str]) -> str:
    return get_text_list([str(ReviewArea(one).label) for one in areas], _("and"))


def _tell_when_complete(assessment: Assessment, *, before: Turn, by: User, at: datetime) -> None:
    fresh = Assessment.objects.prefetch_related("answers__item", "conditions").get(pk=assessment.pk)
    now = queries.state_of(fresh, today=dates.day_of(at))
    if now.turn is Turn.REVIEWER and before is not Turn.REVIEWER:
        tell_reviewers(
            assessment,
            title=_("“%(pilot)s” waits for its review: %(area)s"),
            text=_("Every question has its evidence."),
            by=by,
            at=at,
        )


def _standing(pilot: Pilot, at: datetime) -> queries.PilotReviews:
    fresh = Pilot.objects.prefetch_related(*queries.READS).get(pk=pilot.pk)
    return queries.reviews_of(fresh, today=dates.day_of(at))


def _version(pilot: Pilot) -> ProductVersion:
    product = queries.product_of(pilot)
    if product is None:
        raise Refused(_("Say first which product this pilot tries."))
    return queries.version_in_use(product)


def _item(
    pilot: Pilot,
    given: GivenEvidence,
    *,
    version: ProductVersion | None,
    by: User,
    at: datetime,
) -> EvidenceItem:
    text, link = visible(given.text), visible(given.link)
    media_type = sha256 = name = ""
    if given.content or given.file_name:
        if len(given.content) > LARGEST:
            raise Malformed(_("The file is larger than 10 MB."))
        found = kind_of(given.content)
        if found is None:
            raise Malformed(
                _("Files that are taken: PDF, PNG, JPEG, text, and Word or Excel without macros.")
            )
        kind, media_type = EvidenceKind.FILE, found.media_type
        sha256 = hashlib.sha256(given.content).hexdigest()
        stem = given.file_name.rpartition(".")[0] or given.file_name or "file"
        name = stem[:180] + found.ending
    else:
        kind = EvidenceKind.LINK if link else EvidenceKind.TEXT
    if given.expires_on is not None and given.expires_on <= dates.day_of(at):
        raise Malformed(_("Evidence holds until a day to come."))
    with explained():
        return EvidenceItem.objects.create(
            pilot=pilot,
            product_version=version,
            topic=given.topic,
            kind=kind,
            text=text,
            link=link,
            file_name=name,
            media_type=media_type,
            content=given.content,
            sha256=sha256,
            site=visible(given.site),
            owner=given.owner or by,
            expires_on=given.expires_on,
            given_at=at,
            given_by=by,
        )
