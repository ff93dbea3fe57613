"""Calling for help, offering it, and answering kindly. Nothing here puts anybody on a team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, dates
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.talent import permissions, queries
from innovation.talent.actions.profiles import chosen_skills
from innovation.talent.models import HelpCall, HelpOffer, HelpTime, OfferAnswer
from innovation.web.panels import HelpSubject
from innovation.workflow import actions as workflow

# Open calls about one thing: more are read by nobody.
MOST_OPEN = 5


@atomic
def ask(
    *,
    about: str,
    what: str,
    time: str,
    until: date,
    by: User,
    at: datetime,
    skills: Iterable[str] = (),
) -> HelpCall:
    """Call for help with a need, an idea or a pilot."""
    subject = queries.subject_of(by, about)
    if subject is not None:
        workflow.lock(subject.thing)
    permissions.check_can_call(by, subject)
    assert subject is not None
    what = visible(what)
    if not what:
        raise Malformed(_("Say what you need."))
    if time not in HelpTime.values:
        raise Malformed(_("Say how much time it takes."))
    if until < dates.day_of(at):
        raise Malformed(_("Give a day that is still to come."))
    check_near(until, at=at)
    open_now = HelpCall.objects.open(today=dates.day_of(at)).filter(about=subject.ref)
    if open_now.count() >= MOST_OPEN:
        raise Refused(_("%(n)s calls are open for it. Close one first.") % {"n": MOST_OPEN})
    made = HelpCall.objects.create(
        about=subject.ref,
        unit_id=subject.unit_id,
        what=what,
        skills=chosen_skills(skills),
        time=time,
        until=until,
        asked_by=by,
        asked_at=at,
    )
    audit.record(
        "call.asked", made, by=by, at=at, also=[subject.thing], about=audit.named(subject.thing)
    )
    return made


@atomic
def offer(call: HelpCall, *, by: User, at: datetime, words: str = "") -> HelpOffer:
    """ "I can help": whoever asked is told, and nobody else."""
    workflow.lock(call)
    subject = queries.subject_of(by, call.about)
    permissions.check_can_offer(by, call, subject)
    assert subject is not None
    permissions.check_is_open(call, subject, at=at)
    with constraints.explained(
        {"help_offered_once": _("You offered your help already; it has been passed on.")}
    ):
        made = HelpOffer.objects.create(call=call, person=by, words=visible(words), at=at)
    _tell(
        call.asked_by,
        _("%(who)s can help with “%(what)s”") % {"who": by.name, "what": subject.title},
        made.words,
        call,
        at=at,
    )
    audit.record("call.help_offered", call, by=by, at=at, about=audit.named(subject.thing))
    return made


@atomic
def take_back(offered: HelpOffer, *, by: User, at: datetime) -> HelpOffer:
    """One's own offer; whoever asked is told."""
    about = _answered(offered, OfferAnswer.WITHDRAWN, "", by=by, at=at)
    if offered.call.asked_by.is_active:
        title = _("%(who)s cannot help after all") % {"who": by.name}
        _tell(offered.call.asked_by, title, str(offered.call), offered.call, at=at)
    audit.record("call.help_taken_back", offered.call, by=by, at=at, about=about)
    return offered


@atomic
def accept(offered: HelpOffer, *, by: User, at: datetime, words: str = "") -> HelpOffer:
    """Say yes. It makes no time of theirs the team's: that is asked for where a team's time is."""
    about = _answered(offered, OfferAnswer.ACCEPTED, words, by=by, at=at)
    title = _("%(who)s is glad of your help") % {"who": by.name}
    _tell(offered.person, title, offered.answer_words or str(offered.call), offered.call, at=at)
    audit.record(
        "call.help_accepted", offered.call, by=by, at=at, about=about,
        person=audit.named(offered.person),
    )  # fmt: skip
    return offered


@atomic
def decline(offered: HelpOffer, *, by: User, at: datetime, words: str = "") -> HelpOffer:
    """Say no, with thanks. It is between the two: no event says that somebody was turned down, as beside that
    of the offer it would say who."""
    _answered(offered, OfferAnswer.DECLINED, words, by=by, at=at)
    title = _("%(who)s thanks you, and has enough help this time") % {"who": by.name}
    _tell(offered.person, title, offered.answer_words or str(offered.call), offered.call, at=at)
    return offered


@atomic
def close(call: HelpCall, *, by: User, at: datetime) -> HelpCall:
    """No more help is needed. Whoever offered and has no answer yet is thanked."""
    workflow.lock(call)
    subject = queries.subject_of(by, call.about)
    permissions.check_can_close(by, call, subject)
    if call.closed_at is not None:
        raise Conflict(_("This call is closed already."))
    call.closed_at, call.closed_by = at, by
    call.save(update_fields=["closed_at", "closed_by"])
    waiting = call.offers.filter(answer="").select_related("person")
    for one in list(waiting):
        one.answer, one.answered_at = OfferAnswer.CLOSED, at
        one.save(update_fields=["answer", "answered_at"])
        _tell(one.person, _("The call for help is closed. Thank you"), str(call), call, at=at)
    audit.record("call.closed", call, by=by, at=at, about=_about(subject, call))
    return call


def _answered(
    offered: HelpOffer, answer: OfferAnswer, words: str, *, by: User, at: datetime
) -> dict[str, str]:
    """Keep the answer, once; what the call is about, for the log."""
    workflow.lock(offered.call)
    workflow.lock(offered)
    if answer == OfferAnswer.WITHDRAWN:
        permissions.check_can_take_back(by, offered)
    else:
        permissions.check_can_answer_offer(by, offered)
    if offered.answer:
        raise Conflict(
            _("This was answered already: %(answer)s.") % {"answer": offered.get_answer_display()}
        )
    offered.answer, offered.answered_at, offered.answer_words = answer, at, visible(words)
    offered.save(update_fields=["answer", "answered_at", "answer_words"])
    return _about(queries.subject_of(by, offered.call.about), offered.call)


def _about(subject: HelpSubject | None, call: HelpCall) -> dict[str, str]:
    return (
        audit.named(subject.thing)
        if subject is not None
        else {"ref": call.about, "name": str(call)}
    )


def _tell(person: User, title: str, text: str, call: HelpCall, *, at: datetime) -> None:
    if person.is_active:
        notices.notify(
            [person],
            kind="help",
            title=title,
            text=text,
            about=call,
            url=call.get_absolute_url(),
            at=at,
        )
