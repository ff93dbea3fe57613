"""Second opinions: a reviewer asks another who could judge the same review, and both words stay."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import reasons
from innovation.rules.constraints import explained
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.assurance.actions.assessments import lock, record, tell
from pilots.assurance.models import Assessment, OpinionView, SecondOpinion
from pilots.assurance.permissions import can_review, check_can_answer_opinion, check_can_ask_opinion


@atomic
def ask_opinion(
    assessment: Assessment, *, of: User, question: str, by: User, at: datetime
) -> SecondOpinion:
    """Ask somebody who holds the same permission, and has no part in the pilot either."""
    lock(assessment)
    check_can_ask_opinion(by, assessment)
    question = reasons.required(question)
    if of.pk in by.interests:
        raise Refused(_("A second opinion is another person's."))
    allowed = can_review(of, assessment)
    if not allowed:
        raise Refused(
            _("%(person)s cannot be asked: %(why)s") % {"person": of.name, "why": allowed.reason}
        )
    with explained():
        made = SecondOpinion.objects.create(
            assessment=assessment, question=question, asked_of=of, asked_at=at, asked_by=by
        )
    tell(
        [of],
        assessment,
        title=_("%(who)s asks for your opinion: %(area)s of “%(pilot)s”"),
        text=question,
        url=reverse("pilots:second-opinion", args=[made.pk]),
        by=by,
        at=at,
    )
    record(
        "assessment.opinion_asked",
        assessment,
        by=by,
        at=at,
        also=(of,),
        person=audit.named(of),
        reason=question,
    )
    return made


@atomic
def answer_opinion(
    opinion: SecondOpinion, *, view: str, text: str, by: User, at: datetime
) -> SecondOpinion:
    """Say whether one agrees with how the reviewer sees it, and why. The review stays with its reviewer."""
    lock(opinion.assessment)
    workflow.lock(opinion)
    check_can_answer_opinion(by, opinion)
    if view not in OpinionView.values:
        raise Malformed(_("Say whether you agree, or see it otherwise."))
    opinion.view, opinion.text = view, reasons.required(text)
    opinion.answered_at, opinion.answered_by = at, by
    opinion.save(update_fields=["view", "text", "answered_at", "answered_by"])
    assessment = opinion.assessment
    tell(
        [opinion.asked_by, *filter(None, [assessment.reviewer])],
        assessment,
        title=_("%(who)s gave a second opinion: %(area)s of “%(pilot)s”"),
        text=f"{opinion.get_view_display()}. {opinion.text}",
        url=assessment.get_absolute_url(),
        by=by,
        at=at,
    )
    record(
        "assessment.opinion_given",
        assessment,
        by=by,
        at=at,
        also=(opinion.asked_by,),
        person=audit.named(opinion.asked_by),
        reason=opinion.text,
    )
    return opinion
