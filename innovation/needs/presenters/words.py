"""Needs in words: what a colleague would say about one, and rows as pages and API show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.needs import promise, queries
from innovation.needs.models import Need, SafetyConcern
from innovation.needs.states import SETTLED, NeedStatus
from innovation.people.models import User
from innovation.rules import dates, numbers

TONES = {
    NeedStatus.SUBMITTED: "open",
    NeedStatus.IN_TRIAGE: "active",
    NeedStatus.NEEDS_INFORMATION: "turn",
    NeedStatus.ACCEPTED: "active",
    NeedStatus.DECLINED: "stopped",
    NeedStatus.MERGED: "stopped",
    NeedStatus.IN_PILOT: "active",
    NeedStatus.MET: "done",
    NeedStatus.NOT_SHOWN: "open",
    NeedStatus.NOT_MET: "stopped",
}


# The words of each choice, which Django's own lookup would work out anew for every row.
_STATUS = {str(status.value): status.label for status in NeedStatus}
_SAFETY = {str(concern.value): concern.label for concern in SafetyConcern}


@dataclass(frozen=True)
class NeedRow:
    """A need as a line of a list; what a page does not show is not worked out."""

    need: Need
    further: int  # units other than its own whose people share it
    is_mine: bool
    since: datetime | None = None  # when it began to wait, in a queue
    at: datetime | None = None

    @property
    def key(self) -> str:
        return str(self.need.pk)

    @property
    def where(self) -> str:
        return where(self.need, self.further)

    @property
    def line(self) -> str:
        return line(self.need, self.further)

    @property
    def burden(self) -> str:
        return burden(self.need)

    @property
    def safety(self) -> str:
        return safety(self.need)

    @property
    def status(self) -> str:
        return status(self.need)

    @property
    def tone(self) -> str:
        return TONES[NeedStatus(self.need.status)]

    @property
    def takes_voices(self) -> bool:
        return self.need.status not in SETTLED

    @property
    def returned(self) -> bool:
        """Whether it came back after a first answer."""
        return self.need.first_answered_at is not None

    @cached_property
    def days(self) -> int:
        """Working days that it waits."""
        began = self.since or self.need.submitted_at
        return promise.working_days(dates.day_of(began), dates.day_of(self.at)) if self.at else 0

    @property
    def waits(self) -> str:
        return waited(self.days)

    @property
    def late(self) -> bool:
        return self.days > settings.TRIAGE_PROMISE_DAYS


def rows(
    needs: Iterable[Need], user: User, *, at: datetime | None = None, queue: bool = False
) -> list[NeedRow]:
    """Lines of a list: one query for the units that share them, whatever their number, and one
    more for how long each has been waiting where it is a queue."""
    listed = list(needs)
    further = queries.other_units(listed) if any(n.voice_count for n in listed) else {}
    since = queries.last_changes(n for n in listed if n.first_answered_at) if queue else {}
    return [
        NeedRow(
            need, further.get(need.pk, 0), need.submitted_by_id == user.pk, since.get(need.pk), at
        )
        for need in listed
    ]


def answered_line(answered: queries.AnsweredNeed) -> str:
    """Declined, 3 May: somebody else is at work on it."""
    said = status(answered.need)
    if answered.reason is None:
        return said
    return _("%(status)s, %(day)s: %(why)s") % {
        "status": said,
        "day": in_words(dates.day_of(answered.reason.at)),
        "why": answered.reason.reason,
    }


def where(need: Need, further: int) -> str:
    """4 West and 11 more units."""
    if not further:
        return need.unit.name
    return ngettext("%(unit)s and %(n)s more unit", "%(unit)s and %(n)s more units", further) % {
        "unit": need.unit.name,
        "n": further,
    }


def burden(need: Need) -> str:
    """126 h/week, or 40 min/week where it is less than an hour; a dash where nobody said."""
    minutes = need.burden_minutes
    if minutes is None:
        return numbers.NOTHING
    if minutes < 60:
        return _("%(n)s min/week") % {"n": numbers.number(round(minutes))}
    hours = minutes / 60
    places = 0 if hours >= 10 else 1
    return _("%(n)s h/week") % {"n": numbers.number(round(hours, places), places or None)}


def safety(need: Need) -> str:
    return str(_SAFETY[need.safety])


def status(need: Need) -> str:
    return str(_STATUS[need.status])


def waited(days: int) -> str:
    if days == 0:
        return _("today")
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def line(need: Need, further: int) -> str:
    """4 West and 11 more units · 58 people · in a pilot. The author is one of the people."""
    n = need.voice_count + 1
    people = ngettext("%(n)s person", "%(n)s people", n) % {"n": numbers.number(n)}
    return " · ".join([where(need, further), people, status(need).lower()])


def lede(need: Need, further: int) -> str:
    """Who recorded it, for whom, and who shares it: the sentence a need's page opens with."""
    values = {
        "who": need.submitter_name,
        "unit": need.unit.name,
        "day": in_words(dates.day_of(need.submitted_at)),
    }
    told = _("%(who)s recorded this for %(unit)s on %(day)s.") % values
    if need.status == NeedStatus.MERGED:
        return told
    return f"{told} {shared(need, further)}"


def shared(need: Need, further: int) -> str:
    voices = need.voice_count
    if not voices:
        return _("Nobody else has added a voice yet.")
    if not further:
        return ngettext("%(n)s colleague shares it.", "%(n)s colleagues share it.", voices) % {
            "n": numbers.number(voices)
        }
    units = ngettext("%(n)s other unit", "%(n)s other units", further) % {"n": further}
    return ngettext(
        "%(n)s colleague shares it, from %(units)s.",
        "%(n)s colleagues share it, also in %(units)s.",
        voices,
    ) % {"n": numbers.number(voices), "units": units}


def standing(need: Need, at: datetime, *, looking: str = "", is_author: bool = False) -> str:
    """Where a need stands, in a sentence that says who is to move next. `looking` is the name of
    whoever said last that they look at it."""
    match need.status:
        case NeedStatus.SUBMITTED:
            due = answer_due(need)
            if dates.day_of(at) > due:
                return _(
                    "It waits for a first answer, and for longer than the %(days)s working days "
                    "we promise. The innovation office sees it at the top of its list."
                ) % {"days": settings.TRIAGE_PROMISE_DAYS}
            return _("It waits for a first answer. A person answers by %(day)s.") % {
                "day": in_words(due)
            }
        case NeedStatus.IN_TRIAGE:
            if looking:
                return _("%(who)s of the innovation office is looking at it.") % {"who": looking}
            return _("The innovation office is looking at it.")
        case NeedStatus.NEEDS_INFORMATION:
            if is_author:
                return _("The office has a question for you; it waits for your answer.")
            return _("The office has asked its author a question and waits for the answer.")
        case NeedStatus.ACCEPTED:
            return _("It was accepted. Next, somebody opens a pilot that sets out to meet it.")
        case NeedStatus.DECLINED:
            return _("It was declined, for the reason below.")
        case NeedStatus.MERGED:
            return _("It was merged into another need that says the same; its voices count there.")
        case NeedStatus.IN_PILOT:
            return _("A pilot is at work on it.")
        case NeedStatus.MET:
            return _("It has been met: a pilot was measured, and is being scaled.")
        case NeedStatus.NOT_SHOWN:
            return _(
                "A pilot answered it, and what it tried goes on. The numbers do not show that it made"
                " things better, so nobody says that the need is met. It can be opened again."
            )
        case _status:
            return _("A pilot tried and did not meet it. What was learned is below.")


def answer_due(need: Need) -> date:
    """The last day on which a first answer keeps the promise."""
    day = dates.day_of(need.submitted_at)
    while promise.working_days(dates.day_of(need.submitted_at), day) < settings.TRIAGE_PROMISE_DAYS:
        day += timedelta(days=1)
    return day


def queue_lede(queue: queries.Queue) -> str:
    """23 needs wait for a first answer; 2 are past the five days we promise."""
    if not queue.first and not queue.returned:
        return _("Nothing waits for an answer.")
    sentences = []
    if queue.first:
        if queue.exact:
            text = ngettext(
                "%(n)s need waits for a first answer", "%(n)s needs wait for a first answer",
                queue.first,
            ) % {"n": numbers.number(queue.first)}  # fmt: skip
        else:
            text = _("More than %(n)s needs wait for a first answer") % {
                "n": numbers.number(queue.first + queue.returned - 1)
            }
        if queue.late:
            late = ngettext(
                "%(n)s is past the %(days)s days we promise",
                "%(n)s are past the %(days)s days we promise",
                queue.late,
            ) % {"n": numbers.number(queue.late), "days": days_in_words()}
            text = f"{text}; {late}" if queue.exact else text
        elif queue.exact:
            text = _("%(waiting)s; none is past the %(days)s days we promise") % {
                "waiting": text,
                "days": days_in_words(),
            }
        sentences.append(f"{text}.")
    if queue.returned:
        sentences.append(
            ngettext(
                "%(n)s came back with an answer or was reopened.",
                "%(n)s came back with an answer or were reopened.",
                queue.returned,
            )
            % {"n": numbers.number(queue.returned)}
        )
    return " ".join(sentences)


def in_words(day: date) -> str:
    """18 November; with the year where it is not this one."""
    return dates.short_day(day, dates.today())


def days_in_words() -> str:
    """Five, as people say it; figures from ten on."""
    words = [_("zero"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six"),
             _("seven"), _("eight"), _("nine")]  # fmt: skip
    days = settings.TRIAGE_PROMISE_DAYS
    return words[days] if days < len(words) else str(days)


def late_before(at: datetime) -> datetime:
    """Whatever came in before this moment is past the promise."""
    return dates.begins(promise.kept_from(dates.day_of(at), settings.TRIAGE_PROMISE_DAYS))
