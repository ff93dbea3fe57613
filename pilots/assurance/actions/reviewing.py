"""What reviewers do: take a review, judge its answers, say that it is done, and step back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.constraints import explained
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.assurance import queries
from pilots.assurance.actions.assessments import lock, record, tell
from pilots.assurance.models import (
    AnswerVerdict,
    Assessment,
    AssessmentAnswer,
    DeclaredConflict,
)
from pilots.assurance.permissions import (
    can_review,
    check_can_declare,
    check_can_judge,
    check_can_review,
)
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED


@dataclass(frozen=True)
class GivenVerdict:
    """What a reviewer says of one answer."""

    answer_id: int
    verdict: str
    remark: str = ""


@atomic
def take(assessment: Assessment, *, by: User, at: datetime) -> None:
    """This reviewer looks at it from now on; the others see who does."""
    lock(assessment)
    check_can_judge(by, assessment)
    if assessment.reviewer_id is not None:
        raise Refused(_("You have taken this review already."))
    _give_to(assessment, by, at=at)
    record("assessment.taken", assessment, by=by, at=at)


@atomic
def hand_over(
    assessment: Assessment, *, to: User, reason: str = "", by: User, at: datetime
) -> None:
    """Give the review to another who may judge it: one's own, or that of a colleague who is away."""
    lock(assessment)
    check_can_review(by, assessment)
    allowed = can_review(to, assessment)
    if not allowed:
        raise Refused(
            _("%(person)s cannot take this review: %(why)s")
            % {"person": to.name, "why": allowed.reason}
        )
    if assessment.reviewer_id == to.pk:
        raise Refused(_("%(person)s has it already.") % {"person": to.name})
    _give_to(assessment, to, at=at)
    tell(
        [to],
        assessment,
        title=_("%(who)s handed a review to you: %(area)s of “%(pilot)s”"),
        text=visible(reason),
        url=assessment.get_absolute_url(),
        by=by,
        at=at,
    )
    record(
        "assessment.handed_over",
        assessment,
        by=by,
        at=at,
        also=(to,),
        person=audit.named(to),
        reason=visible(reason),
    )


@atomic
def judge(
    assessment: Assessment, verdicts: Sequence[GivenVerdict], *, by: User, at: datetime
) -> None:
    """Accept, ask back or refuse answers. Who judges first has taken the review; the team is told of what
    came back."""
    lock(assessment)
    check_can_judge(by, assessment)
    if not verdicts:
        raise Malformed(_("Choose what you say of at least one answer."))
    answers = {
        one.pk: one
        for one in assessment.answers.filter(superseded_at=None).select_for_update(no_key=True)
    }
    asked = {one.key: one.text for one in assessment.asked}
    back = []
    for one in verdicts:
        answer = answers.get(one.answer_id)
        if answer is None or answer.verdict:
            raise Conflict(_("An answer has changed meanwhile. Look at the page anew."))
        if one.verdict not in AnswerVerdict.values:
            raise Malformed(_("Accept, ask back or refuse."))
        if one.verdict != AnswerVerdict.ACCEPTED and not visible(one.remark):
            raise Malformed(_("Say what is missing, or why it is refused."))
        _judge(answer, one, by=by, at=at)
        if one.verdict != AnswerVerdict.ACCEPTED:
            back.append(f"{asked[answer.question]} – {visible(one.remark)}")
    if assessment.reviewer_id is None:
        _give_to(assessment, by, at=at)
    if back:
        _tell_team(
            assessment,
            title=_("%(area)s of “%(pilot)s”: something was asked back"),
            text="\n".join(back),
            by=by,
            at=at,
        )
    record(
        "assessment.judged",
        assessment,
        by=by,
        at=at,
        accepted=len(verdicts) - len(back),
        back=len(back),
    )


@atomic
def conclude(assessment: Assessment, *, conclusion: str, by: User, at: datetime) -> None:
    """Say that the review is done: every answer was accepted, and what holds is said in a sentence."""
    lock(assessment)
    check_can_judge(by, assessment)
    conclusion = reasons.required(conclusion)
    if assessment.reviewed_at is not None:
        raise Refused(_("This review is done already."))
    state = _state(assessment, at)
    if state.accepted < len(state.questions):
        raise Refused(
            _("%(left)s of %(of)s answers are not accepted. A review is done when all are.")
            % {"left": len(state.questions) - state.accepted, "of": len(state.questions)}
        )
    if assessment.reviewer_id is None:
        _give_to(assessment, by, at=at)
    assessment.reviewed_at, assessment.reviewed_by, assessment.conclusion = at, by, conclusion
    assessment.save(update_fields=["reviewed_at", "reviewed_by", "conclusion"])
    _tell_team(
        assessment,
        title=_("%(area)s of “%(pilot)s” was reviewed"),
        text=conclusion,
        by=by,
        at=at,
    )
    record("assessment.reviewed", assessment, by=by, at=at, reason=conclusion)


@atomic
def declare_conflict(pilot: Pilot, *, reason: str, by: User, at: datetime) -> DeclaredConflict:
    """Step back from all reviews of a pilot, for good. What one had taken is free again, and others are told."""
    workflow.lock(pilot)
    check_can_declare(by, pilot)
    reason = reasons.required(reason)
    with explained():
        made = DeclaredConflict.objects.create(pilot=pilot, person=by, reason=reason, at=at)
    for assessment in pilot.assessments.filter(reviewer=by).order_by("pk"):
        assessment.pilot = pilot
        assessment.reviewer = assessment.taken_at = None
        assessment.save(update_fields=["reviewer", "taken_at"])
        if assessment.reviewed_at is None:
            tell(
                queries.reviewers(assessment),
                assessment,
                title=_("A review is free again: %(area)s of “%(pilot)s”"),
                text=_("%(who)s declared a conflict.") % {"who": by.name},
                url=assessment.get_absolute_url(),
                by=by,
                at=at,
            )
    audit.record(
        "assessment.conflict_declared",
        pilot,
        by=by,
        at=at,
        pilot=audit.named(pilot),
        reason=reason,
    )
    return made


def _judge(answer: AssessmentAnswer, given: GivenVerdict, *, by: User, at: datetime) -> None:
    if by.pk == answer.given_by_id:
        raise Refused(_("Nobody judges what they gave themselves."))
    answer.verdict, answer.remark = given.verdict, visible(given.remark)
    answer.judged_at, answer.judged_by = at, by
    answer.save(update_fields=["verdict", "remark", "judged_at", "judged_by"])


def _give_to(assessment: Assessment, person: User, *, at: datetime) -> None:
    assessment.reviewer, assessment.taken_at = person, at
    assessment.save(update_fields=["reviewer", "taken_at"])


def _state(assessment: Assessment, at: datetime) -> queries.AssessmentState:
    fresh = Assessment.objects.prefetch_related("answers__item", "conditions").get(pk=assessment.pk)
    return queries.state_of(fresh, today=dates.day_of(at))


def _tell_team(assessment: Assessment, *, title: str, text: str, by: User, at: datetime) -> None:
    pilot = assessment.pilot
    if pilot.status in ENDED:
        return
    given = [one.given_by for one in assessment.answers.filter(superseded_at=None)]
    tell([pilot.lead, *given], assessment, title=title, text=text, by=by, at=at)
