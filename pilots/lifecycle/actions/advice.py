"""A mentor's advice, and the lead's answer to it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import reasons
from innovation.rules.refusal import Conflict, Malformed
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle.models import Advice, Pilot
from pilots.lifecycle.permissions import check_can_advise, check_can_answer_advice


@atomic
def advise(pilot: Pilot, *, text: str, by: User, at: datetime) -> Advice:
    """Leave advice for the team; the lead is told, and how the pilot stands is not touched."""
    check_can_advise(by, pilot)
    text = visible(text)
    if not text:
        raise Malformed(_("Write what you advise."))
    advice = Advice.objects.create(pilot=pilot, text=text, by=by, at=at)
    audit.record("pilot.advised", pilot, by=by, at=at)
    _tell(advice, pilot.lead, _("%(who)s advises “%(pilot)s”"), text=text, by=by, at=at)
    return advice


@atomic
def answer_advice(
    advice: Advice, *, taken_up: bool, answer: str = "", by: User, at: datetime
) -> Advice:
    """Say that it was taken up, or why not."""
    pilot = advice.pilot
    workflow.lock(advice)
    check_can_answer_advice(by, pilot)
    if advice.answered_by is not None:
        raise Conflict(_("%(who)s answered it already.") % {"who": advice.answered_by})
    advice.taken_up = taken_up
    advice.answer = visible(answer) if taken_up else reasons.required(answer)
    advice.answered_by, advice.answered_at = by, at
    advice.save(update_fields=["taken_up", "answer", "answered_by", "answered_at"])
    if taken_up:
        audit.record("pilot.advice_taken_up", pilot, by=by, at=at, also=(advice.by,))
        title = _("Your advice on “%(pilot)s” was taken up")
    else:
        audit.record("pilot.advice_left", pilot, by=by, at=at, also=(advice.by,))
        title = _("Your advice on “%(pilot)s” was answered")
    _tell(advice, advice.by, title, text=advice.answer, by=by, at=at)
    return advice


def _tell(advice: Advice, person: User, title: str, *, text: str, by: User, at: datetime) -> None:
    notices.notify(
        [person] if person.is_active else [],
        kind="pilots",
        title=title % {"pilot": advice.pilot.title, "who": by.name},
        text=text,
        about=advice.pilot,
        url=advice.get_absolute_url(),
        at=at,
        but=by,
    )
