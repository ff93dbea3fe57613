"""The answer of whoever leads the unit that somebody's time comes from."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import reasons
from innovation.rules.transactions import atomic
from pilots.staffing.actions.asking import check_still_to_come, locked, settle
from pilots.staffing.actions.shares import promise
from pilots.staffing.actions.telling import record_of_unit, tell_of_answer
from pilots.staffing.models import TimeAnswer, TimeRequest
from pilots.staffing.permissions import check_can_answer_for_unit, check_team_may_change


@atomic
def agree_for_unit(request: TimeRequest, *, words: str = "", by: User, at: datetime) -> TimeRequest:
    """The unit can spare the time: the person, who said yes before, is on the team."""
    pilot, person = locked(request), request.person
    check_can_answer_for_unit(by, request)
    unit = request.unit
    assert unit is not None  # or it was not for a unit to answer
    check_team_may_change(pilot)
    check_still_to_come(person, request.ends_on, at=at)
    settle(request, TimeAnswer.AGREED, words, by=by, at=at)
    record_of_unit("pilot.time_agreed_by_unit", request, unit, by=by, at=at)
    promise(request, by=by, at=at)
    tell_of_answer(
        request,
        _("%(person)s is on the team of “%(pilot)s”")
        % {"person": person.name, "pilot": pilot.title},
        by=by,
        at=at,
    )
    return request


@atomic
def refuse_for_unit(request: TimeRequest, *, words: str, by: User, at: datetime) -> TimeRequest:
    """The unit cannot spare it, and this is why."""
    pilot, person = locked(request), request.person
    check_can_answer_for_unit(by, request)
    unit = request.unit
    assert unit is not None  # or it was not for a unit to answer
    settle(request, TimeAnswer.REFUSED, reasons.required(words), by=by, at=at)
    record_of_unit("pilot.time_refused_by_unit", request, unit, by=by, at=at)
    tell_of_answer(
        request,
        _("%(unit)s cannot spare the time of %(person)s for “%(pilot)s”")
        % {"unit": unit, "person": person.name, "pilot": pilot.title},
        by=by,
        at=at,
    )
    return request
