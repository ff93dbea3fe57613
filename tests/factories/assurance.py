"""Reviews of a test's pilots, passed the way people pass them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from innovation.people.models import User
from innovation.rules import dates
from pilots.assurance import actions, queries
from pilots.assurance.actions import GivenEvidence, GivenVerdict, evidence
from pilots.assurance.areas import JUDGED_BY, ReviewArea
from pilots.assurance.models import Assessment, EvidenceItem, EvidenceKind, Product
from pilots.assurance.presenters import ReviewsPage
from pilots.assurance.room import AssurancePermission
from pilots.hazards.queries import log_of
from pilots.hazards.requirements import SIGNED_FOR
from pilots.lifecycle.models import Pilot
from tests.factories import safety
from tests.factories.cast import NOW, Cast, somebody
from tests.factories.remembered import remembered

ROLES = {
    AssurancePermission.REVIEW_SECURITY: "security_privacy_reviewer",
    AssurancePermission.REVIEW_SAFETY: "clinical_safety_reviewer",
    AssurancePermission.REVIEW_DATA_AI: "data_ai_reviewer",
    AssurancePermission.REVIEW_OPERATIONS: "operations_reviewer",
}
SAID = "It looks at the note, and nothing leaves the hospital."


def reviewer(cast: Cast, area: str) -> User:
    """Whoever of the cast judges this area, or somebody who now does."""
    permission = JUDGED_BY[area]
    found = User.objects.holding(permission, cast.lakeshore).order_by("pk").first()
    return found or somebody(ROLES[permission], at=cast.lakeshore)


def standing(pilot: Pilot, *, at: datetime = NOW) -> queries.PilotReviews:
    fresh = Pilot.objects.prefetch_related(*queries.READS).get(pk=pilot.pk)
    return queries.reviews_of(fresh, today=dates.day_of(at))


def attest(
    pilot: Pilot, *, doubts: tuple[str, ...] = (), by: User | None = None, at: datetime = NOW
) -> None:
    """The short form: every line holds but these."""
    (pack,) = standing(pilot, at=at).short
    holds = {
        one.key: (one.key not in doubts, "Nobody knows." if one.key in doubts else "")
        for one in pack.questions
    }
    actions.attest(pilot, pack.key, holds=holds, by=by or pilot.lead, at=at)


@transaction.atomic
@remembered
def give_all(pilot: Pilot, *, at: datetime = NOW, **fields: Any) -> None:
    """Evidence on every topic that is asked about and not answered; at once, where it is plain words: a topic
    after the other takes most of a second for each pilot of a test."""
    page = ReviewsPage(standing(pilot, at=at))
    topics = [row.key for row in page.topics if row.open]
    if fields:
        for topic in topics:
            given = GivenEvidence(topic=topic, text=SAID, **fields)
            actions.give(pilot, given, by=pilot.lead, at=at)
        return
    evidence.open_reviews(pilot, by=pilot.lead, at=at)
    items = EvidenceItem.objects.bulk_create(
        EvidenceItem(
            pilot=pilot, topic=topic, kind=EvidenceKind.TEXT, text=SAID, owner=pilot.lead,
            given_at=at, given_by=pilot.lead,
        )
        for topic in topics
    )  # fmt: skip
    evidence.answer_with(pilot, items, by=pilot.lead, at=at)


@remembered
def accept(assessment: Assessment, *, by: User, at: datetime = NOW) -> None:
    """Every answer that waits."""
    waiting = assessment.answers.filter(superseded_at=None, verdict="")
    verdicts = [GivenVerdict(one.pk, "accepted") for one in waiting]
    actions.judge(assessment, verdicts, by=by, at=at)


@remembered
def pass_reviews(cast: Cast, pilot: Pilot, *, at: datetime = NOW) -> None:
    """Whatever the pilot's pathway asks before it goes live."""
    asked = standing(pilot, at=at)
    if asked.short:
        attest(pilot, at=at)
    if asked.asked:
        give_all(pilot, at=at)
    for assessment in pilot.assessments.select_related("pilot"):
        by = reviewer(cast, assessment.area)
        accept(assessment, by=by, at=at)
        actions.conclude(assessment, conclusion="Nothing stands against it.", by=by, at=at)
    if pilot.pathway in SIGNED_FOR:
        sign_hazards(cast, pilot, at=at)


@remembered
def sign_hazards(cast: Cast, pilot: Pilot, *, at: datetime = NOW) -> None:
    """One hazard where the log is empty, all judged, and the log signed."""
    if not pilot.hazards.exists():
        safety.recorded(cast, pilot, by=pilot.lead, at=at)
    for hazard in pilot.hazards.filter(status="open").select_related("pilot"):
        safety.judged(cast, hazard, by=pilot.lead, at=at)
    if not log_of(pilot).is_signed:
        safety.signed(cast, pilot, by=reviewer(cast, ReviewArea.SAFETY), at=at)


@remembered
def make_product(cast: Cast, *, by: User | None = None, **fields: str) -> Product:
    return actions.register_product(
        **{
            "name": "Scribe",
            "maker": "Quiet Room",
            "version": "2.1",
            "intended_use": "Drafts the note of a visit for a clinician to sign.",
            "captured": "Sound in the consulting room.",
            "processed": "On the maker's servers in this country.",
            "kept": "Nothing beyond the day.",
            "recorded": "The note that was signed.",
            "readers": "The clinician of the visit.",
            **fields,
        },
        by=by or cast.jonas,
        at=NOW,
    )  # fmt: skip
