"""Who plans the change that a pilot brings."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.adoption.models import AffectedGroup, Champion, SupportStep, TrainingSession
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.staffing.room import StaffingPermission


def check_can_plan_change(user: User, pilot: Pilot) -> None:
    """The team and the office, from the first draft of the charter until the pilot has ended."""
    check_can_edit_pilot(user, pilot)
    check_goes_on(pilot)


can_plan_change = derive(check_can_plan_change)


def check_can_answer_as_champion(user: User, champion: Champion) -> None:
    """Only who is asked, and nobody who acts for them: a yes is one's own."""
    if user.pk != champion.person_id or user.acting_for is not None:
        raise NotAllowed(_("This is asked of %(person)s.") % {"person": champion.person.name})


can_answer_as_champion = derive(check_can_answer_as_champion)


def check_can_keep_names(user: User, group: AffectedGroup) -> None:
    """Who of a group must be trained and who is: whoever leads its unit, or one above it, and who runs its
    training. The pilot's team reads counts."""
    where = group.unit_id or group.site_id
    if not (
        user.may(StaffingPermission.AGREE, where)
        or TrainingSession.objects.standing().filter(group=group, trainer=user.pk).exists()
    ):
        raise NotAllowed(
            _("Names stay with the unit: whoever leads %(where)s, or runs the training, sees them.")
            % {"where": group.where}
        )


can_keep_names = derive(check_can_keep_names)


def check_can_ask(user: User, pilot: Pilot) -> None:
    """Whoever sees the pilot, until it has ended."""
    if not user.may(PilotsPermission.READ, pilot.unit_id):
        raise NotAllowed(_("Questions are asked by those who see the pilot."))
    check_goes_on(pilot)


can_ask = derive(check_can_ask)


def check_can_end_support(user: User, step: SupportStep) -> None:
    """Who was to see to it, the team and the office."""
    if step.owner_id != user.pk:
        check_can_edit_pilot(user, step.pilot)
    check_goes_on(step.pilot)


can_end_support = derive(check_can_end_support)


def check_goes_on(pilot: Pilot) -> None:
    if pilot.status in ENDED:
        raise Refused(_("The pilot has ended; how its change was prepared stays as it is."))
