"""How a week of promised time went: said by its person, in one press."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import constraints, dates
from innovation.rules.refusal import Malformed
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from pilots.lifecycle.models import Pilot
from pilots.protected_time.models import ProtectedWeek, WeekKept, WeekLostTo
from pilots.protected_time.permissions import check_answers_for_oneself, check_week_is_open

NOT_PROMISED = "protected_week_was_promised"


@atomic
def answer_week(
    pilot: Pilot,
    *,
    week: date,
    kept: str,
    why: str = "",
    words: str = "",
    by: User,
    at: datetime,
) -> ProtectedWeek:
    """Say how the week went, or say it anew until it is closed. What was said of why stays where it is lost
    still and nothing else is said. No event says that it was answered: two within seconds are an answer and
    its reason, and a reason is given only where time was lost."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two presses at once wait
    check_answers_for_oneself(by)
    check_week_is_open(week, today=dates.day_of(at))
    if kept not in WeekKept.values:
        raise Malformed(_("Say whether you had the time: all of it, part of it, or none."))
    found = ProtectedWeek.objects.filter(person=by, pilot=pilot, week=week).first()
    answer = found or ProtectedWeek(person=by, pilot=pilot, week=week)
    answer.kept, answer.unit, answer.answered_at = kept, by.unit, at
    _put_why(answer, why=why, words=words)
    with constraints.explained(
        {
            NOT_PROMISED: _("You had promised no time to “%(pilot)s” in that week.")
            % {"pilot": pilot}
        }
    ):
        answer.save()
    return answer


@atomic
def say_why(
    answer: ProtectedWeek, *, why: str, words: str = "", by: User, at: datetime
) -> ProtectedWeek:
    """What came between; the words are for oneself alone."""
    return answer_week(
        answer.pilot, week=answer.week, kept=answer.kept, why=why, words=words, by=by, at=at
    )


def _put_why(answer: ProtectedWeek, *, why: str, words: str) -> None:
    words = visible(words)
    if why and why not in WeekLostTo.values:
        raise Malformed(_("Choose what came between."))
    if answer.kept == WeekKept.GOT:
        answer.why = answer.words = ""
    elif why or words:
        answer.why, answer.words = why, words
