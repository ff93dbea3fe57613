"""The verbs of safety: ask for a stop and answer it, report what happened and answer it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, dates, reasons
from innovation.rules.refusal import Conflict, Malformed
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.evidence import actions as evidence
from pilots.evidence.models import HappeningKind
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import HoldCause, Pilot
from pilots.lifecycle.permissions import open_hold
from pilots.lifecycle.queries import (
    concerned,
    judges_of_safety,
    mentors_of,
    owner_after_scaling,
)
from pilots.lifecycle.states import ENDED, PILOT, PilotStatus
from pilots.safety import queries, stop_rules
from pilots.safety.models import Harm, Incident, StopAnswer, StopRequest, ToolPart
from pilots.safety.permissions import check_can_ask_stop, check_can_judge, check_can_speak_up
from pilots.safety.states import INCIDENT

CLOCK = audit.System("Safety clock")
# An answer that is overdue is asked for again so often.
TOLD_AGAIN = timedelta(hours=24)
# Nobody reports later than this what a pilot did.
LONG_AGO = timedelta(days=366)
# What a report becomes in the charts.
LONGEST_MARK = 200


@atomic
def ask_stop(
    pilot: Pilot, *, what: str, by: User, at: datetime, warned: bool = False
) -> StopRequest:
    """Stop the pilot at once where its pathway says so; else ask safety, who must answer in time. `warned`
    says that its author was told that the words may name a patient and denied it."""
    workflow.lock(pilot)
    check_can_ask_stop(by, pilot)
    what = visible(what)
    if not what:
        raise Malformed(_("Say in a few words what you saw."))
    at_once = stop_rules.stops_at_once(pilot)
    with constraints.explained():
        asked = StopRequest.objects.create(
            pilot=pilot,
            asked_by=by,
            asked_at=at,
            what=what,
            at_once=at_once,
            answer_by=stop_rules.answer_due(pilot, at),
        )
    if at_once and open_hold(pilot) is None:
        lifecycle.hold(pilot, cause=HoldCause.STOP_BUTTON, reason=what, by=by, at=at, tell=False)
    due = dates.moment_in_words(asked.answer_by)
    if at_once:
        title = _("“%(pilot)s” was stopped where it runs") % {"pilot": pilot.title}
        text = _("%(who)s: “%(what)s” Safety says by %(due)s whether it goes on.")
    else:
        title = _("%(who)s asks to stop “%(pilot)s”") % {"who": by.name, "pilot": pilot.title}
        text = _("%(who)s: “%(what)s” Safety answers by %(due)s; until then it goes on.")
    text %= {"who": by.name, "what": what, "due": due}
    _tell(pilot, title=title, text=text, at=at, but=by, url=_answer_page(pilot))
    _tell_mentors(pilot, title=title, due=due, by=by, at=at)
    details: dict[str, Any] = {"warned_of_patient_data": True} if warned else {}
    if at_once:
        audit.record("pilot.stop_pressed", pilot, by=by, at=at, reason=what, **details)
    else:
        audit.record("pilot.stop_asked", pilot, by=by, at=at, reason=what, **details)
    return asked


@atomic
def answer_stops(
    pilot: Pilot, *, answer: str, reason: str, by: User, at: datetime
) -> list[StopRequest]:
    """Say of every open stop of the pilot at once whether it stops. Going on lifts what the button paused,
    and nothing else: a pause from before stays."""
    if answer not in StopAnswer.values:
        raise Malformed(_("Choose whether it stops or goes on."))
    workflow.lock(pilot)
    check_can_judge(by, pilot)
    stops = list(queries.open_stops(pilot).select_for_update(of=("self",)))
    if not stops:
        raise Conflict(_("This has been answered already. Nothing of yours was applied."))
    reason = reasons.required(reason)
    if (
        answer == StopAnswer.STOPS
        and open_hold(pilot) is None
        and pilot.status in (*PILOT["pause"].sources, PilotStatus.PAUSED)
    ):
        lifecycle.hold(pilot, cause=HoldCause.STOP_BUTTON, reason=reason, by=by, at=at, tell=False)
    for one in stops:
        one.answered_at, one.answered_by, one.answered_for = at, by, by.acting_for
        one.answer, one.reason = answer, reason
        one.save(update_fields=["answered_at", "answered_by", "answered_for", "answer", "reason"])
    held = open_hold(pilot)
    if answer == StopAnswer.GOES_ON and held and held.cause == HoldCause.STOP_BUTTON:
        lifecycle.resume(pilot, reason=reason, by=by, at=at)
    word = str(StopAnswer(answer).label)
    title = _("“%(pilot)s”: %(answer)s") % {"pilot": pilot.title, "answer": word.lower()}
    text = _("%(who)s: “%(reason)s”") % {"who": by.name, "reason": reason}
    if answer == StopAnswer.STOPS and pilot.status == PilotStatus.SCALED:
        text += " " + _("It was scaled, so %(who)s takes it out of use.") % {
            "who": owner_after_scaling(pilot).name
        }
    askers = [one.asked_by for one in stops]
    _tell(pilot, title=title, text=text, at=at, but=by, also=askers, url=_here(pilot))
    audit.record("pilot.stop_answered", pilot, by=by, at=at, answer=word, reason=reason)
    return stops


@atomic
def tell_again(*, at: datetime) -> int:
    """Tell of stops whose answer is overdue, once a day; how many."""
    overdue = queries.overdue_stops(at, told_before=at - TOLD_AGAIN)
    stops = list(overdue.select_for_update(of=("self",), skip_locked=True))
    for one in stops:
        one.told_again_at = at
        one.save(update_fields=["told_again_at"])
        _tell(
            one.pilot,
            title=_("Nobody has answered whether “%(pilot)s” stops") % {"pilot": one.pilot.title},
            text=_("%(who)s asked: “%(what)s” Safety was to answer by %(due)s.")
            % {
                "who": one.asked_by.name,
                "what": one.what,
                "due": dates.moment_in_words(one.answer_by),
            },
            at=at,
            url=_answer_page(one.pilot),
        )
        audit.record("pilot.stop_overdue", one.pilot, by=CLOCK, at=at)
    return len(stops)


@atomic
def report(
    pilot: Pilot,
    *,
    what: str,
    harm: str,
    tool: str,
    happened_on: date,
    by: User,
    at: datetime,
    anonymous: bool = False,
    warned: bool = False,
) -> Incident:
    """Tell what went wrong, or nearly did. Without a name nobody but the database knows whose it is, and
    the answer still reaches them."""
    check_can_speak_up(by, pilot)
    what = visible(what)
    if not what:
        raise Malformed(_("Say in a few words what happened."))
    if harm not in Harm.values or tool not in ToolPart.values:
        raise Malformed(_("Say how much harm there was, and whether the tool played a part."))
    if not dates.day_of(at - LONG_AGO) <= happened_on <= dates.day_of(at):
        raise Malformed(_("Give the day on which it happened, within the last year."))
    noted = dates.begins(dates.day_of(at)) if anonymous else at
    made = Incident.objects.create(
        pilot=pilot,
        reported_by=by,
        anonymous=anonymous,
        reported_at=noted,
        happened_on=happened_on,
        what=what,
        harm=harm,
        tool=tool,
    )
    who = _("Somebody who works there") if anonymous else by.name
    _tell(
        pilot,
        title=_("A report of “%(pilot)s”: %(harm)s")
        % {"pilot": pilot.title, "harm": str(Harm(harm).label)},
        text=_("%(who)s: “%(what)s”") % {"who": who, "what": what},
        at=at,
        but=by,
        url=made.get_absolute_url(),
        about=made,
    )
    details: dict[str, Any] = {"warned_of_patient_data": True} if warned else {}
    audit.record(
        "incident.reported",
        made,
        by=audit.Anonymous() if anonymous else by,
        at=noted,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        harm=str(Harm(harm).label),
        **details,
    )
    return made


@atomic
def look(incident: Incident, *, by: User, at: datetime) -> None:
    """Say that it is being looked at, so that its reporter knows."""
    workflow.move(
        INCIDENT,
        incident,
        "look",
        by=by,
        at=at,
        allow=lambda: check_can_judge(by, incident.pilot),
        also=(incident.pilot,),
        unit_id=incident.pilot.unit_id,
    )


@atomic
def answer(
    incident: Incident,
    *,
    accepted: bool,
    harm: str,
    words: str,
    by: User,
    at: datetime,
) -> Incident:
    """Answer a report: whether it was an incident of this pilot, how much harm there was, and what became
    of it. What is accepted is marked in the pilot's charts, until the pilot has ended."""
    if harm not in Harm.values:
        raise Malformed(_("Say how much harm there was."))
    pilot = incident.pilot
    workflow.lock(pilot)
    workflow.lock(incident)
    incident.pilot = pilot
    check_can_judge(by, pilot)
    if incident.answered_at is None:
        words = reasons.required(words)
    happening = None
    if accepted and incident.answered_at is None and pilot.status not in ENDED:
        happening = evidence.note_happening(
            pilot,
            kind=HappeningKind.INCIDENT,
            text=_mark(incident, harm),
            happened_on=incident.happened_on,
            by=by,
            at=at,
        )
    workflow.move(
        INCIDENT,
        incident,
        "answer",
        by=by,
        at=at,
        reason=words,
        fields={
            "answered_at": at,
            "answered_by": by,
            "answered_for": by.acting_for,
            "answer": words,
            "accepted": accepted,
            "harm_judged": harm,
            "happening": happening,
        },
        also=(pilot,),
        locked=True,
        unit_id=pilot.unit_id,
        accepted=_("an incident of the pilot") if accepted else _("none of the pilot"),
        harm=str(Harm(harm).label),
    )
    notices.notify(
        [incident.reported_by] if incident.reported_by.is_active else [],
        kind="safety",
        title=_("Your report of “%(pilot)s” was answered") % {"pilot": pilot.title},
        text=_("%(who)s: “%(reason)s”") % {"who": by.name, "reason": words},
        about=incident,
        url=incident.get_absolute_url(),
        at=at,
        but=by,
    )
    return incident


def _mark(incident: Incident, harm: str) -> str:
    """In a sentence beside the charts, for everybody who sees the pilot: no words of the report."""
    said = _("Report %(number)s: %(harm)s") % {
        "number": incident.pk,
        "harm": str(Harm(harm).label),
    }
    return said[:LONGEST_MARK]


def _tell(
    pilot: Pilot,
    *,
    title: str,
    text: str,
    at: datetime,
    url: str,
    but: User | None = None,
    also: Iterable[User] = (),
    about: Incident | None = None,
) -> None:
    """The lead, the sponsor, whoever answers alarms and who judges safety, each once."""
    people = {
        one.pk: one for one in (*concerned(pilot), *judges_of_safety(pilot), *also) if one.is_active
    }
    notices.notify(
        people.values(),
        kind="safety",
        title=title,
        text=text,
        about=about or pilot,
        url=url,
        at=at,
        but=but,
    )


def _tell_mentors(pilot: Pilot, *, title: str, due: str, by: User, at: datetime) -> None:
    """That it was, and none of the words, which are for who answers."""
    told = {one.pk for one in (*concerned(pilot), *judges_of_safety(pilot))}
    notices.notify(
        [one for one in mentors_of(pilot) if one.pk not in told],
        kind="safety",
        title=title,
        text=_("Safety says by %(due)s whether it goes on.") % {"due": due},
        about=pilot,
        url=pilot.get_absolute_url(),
        at=at,
        but=by,
    )


def _here(pilot: Pilot) -> str:
    return reverse("pilots:pilot-here", args=[pilot.pk])


def _answer_page(pilot: Pilot) -> str:
    return reverse("pilots:stop-answer", args=[pilot.pk])
