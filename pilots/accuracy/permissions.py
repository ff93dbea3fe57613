"""Who promises an accuracy, who records what a silent run counted, and who may change either."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.accuracy.models import SilentRunResult
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.pathway import SILENT_FIRST
from pilots.lifecycle.permissions import check_can_edit_pilot, check_judges_from_outside
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ACTIVE, ENDED, PilotStatus

# Who may change what an approved pilot promised: as with its metrics, nobody of its team.
AMENDS = (PilotsPermission.DECIDE_RESOURCES, PilotsPermission.ANSWER_ALARMS)


def is_judged_for_accuracy(pilot: Pilot) -> bool:
    """Whether the pilot gives advice that runs silently first."""
    return pilot.pathway in SILENT_FIRST


def is_promise_approved(pilot: Pilot) -> bool:
    """Whether the pilot has its resources and is under way: what it promised was agreed on."""
    return pilot.status in ACTIVE


def check_can_promise(user: User, pilot: Pilot) -> None:
    """The team, while the charter is shaped. Once the pilot is approved somebody who decides or answers for
    safety, and has no part in it: a promise is not made smaller by those who are judged by it."""
    if not is_judged_for_accuracy(pilot):
        check_can_edit_pilot(user, pilot)
        raise Refused(_("Accuracy is promised on the pathways of decision support and of devices."))
    if is_promise_approved(pilot):
        if not any(user.may(each, pilot.unit_id) for each in AMENDS):
            raise NotAllowed(
                _(
                    "What was promised was approved with the pilot. It is changed by an executive or a"
                    " clinical safety reviewer who is not on the team."
                )
            )
        check_judges_from_outside(user, pilot)
        return
    check_can_edit_pilot(user, pilot)
    if pilot.status != PilotStatus.SHAPING:
        raise Refused(
            _("What is promised is locked while the pilot is “%(status)s”.")
            % {"status": pilot.get_status_display()}
        )


can_promise = derive(check_can_promise)


def check_can_record(user: User, pilot: Pilot) -> None:
    """The team and the office, from the first day of a silent run until the pilot has ended."""
    check_can_edit_pilot(user, pilot)
    if not is_judged_for_accuracy(pilot):
        raise Refused(_("Accuracy is recorded on the pathways of decision support and of devices."))
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended, and what was recorded with it."))
    if pilot.went_live_on is None:
        raise Refused(_("Nothing is recorded before the first day of the silent run."))


can_record = derive(check_can_record)


def check_can_correct(user: User, result: SilentRunResult) -> None:
    """As recording; what was corrected or taken back stays as it is."""
    check_can_record(user, result.pilot)
    if result.superseded_at is not None:
        raise Refused(_("This was corrected or taken back already, and stays as it was."))


can_correct = derive(check_can_correct)
