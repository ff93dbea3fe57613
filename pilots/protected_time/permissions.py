"""Who says how a week went, and who sees whose time is promised."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from pilots.lifecycle.permissions import check_can_edit_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.protected_time import weeks
from pilots.staffing.models import TimeAnswer, TimeRequest
from pilots.staffing.room import StaffingPermission


def check_answers_for_oneself(user: User) -> None:
    """Nobody says it for somebody else, no deputy either."""
    if user.acting_for is not None:
        raise NotAllowed(
            _("You act for %(person)s, whose own time it is: they say how it went.")
            % {"person": user.acting_for.name}
        )


answers_for_oneself = derive(check_answers_for_oneself)


def check_week_is_open(week: date, *, today: date) -> None:
    """From its Monday until the week after it is over."""
    if week != weeks.monday_of(week):
        raise Malformed(_("Name a week by its Monday."))
    if week > today:
        raise Malformed(_("That week has not begun."))
    if weeks.is_closed(week, today=today):
        raise Conflict(_("That week is closed. One says how a week went until the next is over."))


def check_can_see_promised(user: User) -> None:
    """Whoever answers for people's time, or staffs pilots with it."""
    if not (user.may(StaffingPermission.AGREE) or user.may(PilotsPermission.OPEN)):
        raise NotAllowed(
            _("Whose time is promised where is shown to those who lead units and to the office.")
        )


can_see_promised = derive(check_can_see_promised)


def check_can_plan_cover(user: User, asked: TimeRequest) -> None:
    """Whoever may ask for the time: the team and the office, until the pilot is over, and while the request
    is open or agreed."""
    check_can_edit_pilot(user, asked.pilot)
    if asked.pilot.status in ENDED:
        raise Refused(_("The pilot has ended; its people are free again."))
    if asked.answer not in ("", TimeAnswer.AGREED):
        raise Refused(_("This time is not given, so nobody has to cover for it."))


can_plan_cover = derive(check_can_plan_cover)
