"""Who covers meanwhile, and who pays: said when time is asked for or later, and said anew where it changes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, dates
from innovation.rules.money import money
from innovation.rules.numbers import number
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.funding.models import BudgetLine
from pilots.funding.queries import left_to_promise
from pilots.protected_time import queries
from pilots.protected_time.models import Backfill
from pilots.protected_time.permissions import check_can_plan_cover
from pilots.staffing.models import TimeRequest

MOST_HOURS = 80


@atomic
def plan_backfill(
    asked: TimeRequest,
    *,
    hours: Decimal,
    person: User | None = None,
    words: str = "",
    line: BudgetLine | None = None,
    rate: Decimal | None = None,
    by: User,
    at: datetime,
) -> Backfill:
    """Say who covers, for how many hours a week, and which budget line pays; none: nobody pays. What was
    planned before stays in the record, and counts no more."""
    workflow.lock(asked.pilot)
    workflow.lock(asked)
    check_can_plan_cover(by, asked)
    words = visible(words)
    if (person is None) == (not words):
        raise Malformed(_("Say who covers: a person of the house, or in words."))
    if person is not None and person.pk == asked.person_id:
        raise Malformed(_("Nobody covers for themselves."))
    if not 0 < hours <= MOST_HOURS:
        raise Malformed(_("Say how many hours a week are covered."))
    if line is None and rate is not None:
        raise Malformed(_("An hour costs something where a budget line pays for it."))
    if rate is not None and rate <= 0:
        raise Malformed(_("An hour costs more than nothing; leave it empty where it is not known."))
    if line is not None and line not in queries.lines_for(asked.pilot):
        raise Refused(_("That line is not of this pilot's budget."))
    before = queries.current_backfill(asked)
    planned = Backfill(
        request=asked,
        person=person,
        words=words,
        hours=hours,
        line=line,
        line_category=line.category if line is not None else "",
        line_name=line.description if line is not None else "",
        rate=rate,
        by=by,
        at=at,
    )
    planned.cost = None if rate is None else planned.cost_of(rate)
    with constraints.explained({"backfill_within_its_line": lambda: _too_much(planned)}):
        planned.save()
    _tell(planned, before, by=by, at=at)
    audit.record(
        "pilot.cover_planned",
        asked.pilot,
        by=by,
        at=at,
        also=(asked.person,),
        person=audit.named(asked.person),
        who=planned.who,
        paid=planned.paid_from,
    )
    return planned


def _too_much(planned: Backfill) -> str:
    assert planned.line is not None  # or there is nothing to hold
    left = left_to_promise([planned.line], but_cover=planned.request_id)[planned.line.pk]
    return _(
        "That costs %(cost)s, and of “%(line)s” there is %(left)s left beside what is promised or spent."
    ) % {
        "cost": money(planned.cost),
        "line": planned.line_name,
        "left": money(max(left, Decimal(0))),
    }


def _tell(planned: Backfill, before: Backfill | None, *, by: User, at: datetime) -> None:
    """Whoever is named, and whoever is not any more: nobody covers without knowing of it."""
    asked, newly = planned.request, planned.person
    formerly = None if before is None else before.person
    named = {"person": asked.person.name, "pilot": asked.pilot.title}
    if newly is not None and (newly != formerly or before is None or before.hours != planned.hours):
        title = _("You are named as who covers for %(person)s") % named
        text = _(
            "%(hours)s hours a week from %(first)s until %(last)s, while they work for “%(pilot)s”."
            " If you did not know of it, speak with %(by)s."
        ) % {
            **named,
            "hours": number(planned.hours),
            "first": dates.day_in_words(asked.starts_on),
            "last": dates.day_in_words(asked.ends_on),
            "by": by.name,
        }
        _notify(newly, title, text, asked, by=by, at=at)
    if formerly is not None and formerly != newly:
        title = _("You are not named any more as who covers for %(person)s") % named
        text = _("While they work for “%(pilot)s”, it is covered otherwise.") % named
        _notify(formerly, title, text, asked, by=by, at=at)


def _notify(
    person: User, title: str, text: str, asked: TimeRequest, *, by: User, at: datetime
) -> None:
    notices.notify(
        [person] if person.is_active else [],
        kind="protected_time",
        title=title,
        text=text,
        about=asked.pilot,
        url=reverse("pilots:my-time"),
        at=at,
        but=by,
    )
