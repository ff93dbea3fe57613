"""Who answers a guardrail alarm, and who notes what else happened."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.evidence.models import Alarm, AlarmAnswer
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_pause, check_judges_from_outside, is_on_team
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED


def check_can_answer(user: User, alarm: Alarm, answer: str = "") -> None:
    """Pausing is for whoever may pause the pilot; after its end, taking out of use what it tried is.
    Keeping it running against an alarm is for those who answer for safety, are not on its team nor were, and
    neither opened, sponsor nor own it. Without an answer: whether there is one that they may give."""
    ended = alarm.pilot.status in ENDED
    answer = answer or (AlarmAnswer.ACT if ended else AlarmAnswer.PAUSE)
    if answer == AlarmAnswer.PAUSE and ended:
        raise Refused(
            _("The pilot is over, so there is nothing to pause: say how it was put right.")
        )
    if answer == AlarmAnswer.ACT:
        if not ended:
            raise Refused(_("The pilot is not over: pause it, or keep it running."))
        check_can_pause(user, alarm.pilot)
        return
    if answer == AlarmAnswer.PAUSE:
        check_can_pause(user, alarm.pilot)
        return
    if not user.may(PilotsPermission.ANSWER_ALARMS, alarm.pilot.unit_id):
        raise NotAllowed(
            _("To keep a pilot running against an alarm takes a safety reviewer or an executive.")
        )
    check_judges_from_outside(user, alarm.pilot)


can_answer = derive(check_can_answer)


def answers_open_to(user: User, alarm: Alarm) -> list[tuple[str, str]]:
    """The answers that this person may give, to choose from."""
    return [
        (value, str(label))
        for value, label in AlarmAnswer.choices
        if can_answer(user, alarm, value)
    ]


def check_can_note(user: User, pilot: Pilot) -> None:
    """Note what happened, or take it back: as the log is written, and whoever answers for safety."""
    if not (
        is_on_team(user, pilot)
        or user.may(PilotsPermission.OPEN, pilot.unit_id)
        or user.may(PilotsPermission.ANSWER_ALARMS, pilot.unit_id)
    ):
        raise NotAllowed(
            _(
                "What happened is noted by the pilot's team, the innovation office and whoever answers"
                " for safety."
            )
        )
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; what was noted stays as it is."))


can_note = derive(check_can_note)
