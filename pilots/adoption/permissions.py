"""Who plans the change that a pilot brings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from innovation.web import panels
from pilots.adoption import queries
from pilots.adoption.models import (
    AffectedGroup,
    BarrierAction,
    Champion,
    SupportStep,
    TrainingSession,
)
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_pilot, check_judges_from_outside
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED
from pilots.staffing.room import StaffingPermission
from pilots.surveys import permissions as asking


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


judges_from_outside = derive(check_judges_from_outside)


def check_can_keep_names(user: User, group: AffectedGroup) -> None:
    """Who of a group must be trained and who is: whoever leads its unit, or one above it, and who runs its
    training without a part in the pilot. The pilot's team reads counts: they choose who runs the training,
    and would choose themselves."""
    if user.may(StaffingPermission.AGREE, group.where_id):
        return
    if not (
        TrainingSession.objects.standing().filter(group=group, trainer=user.pk).exists()
        and judges_from_outside(user, group.pilot)
    ):
        raise NotAllowed(
            _(
                "Names stay with the unit: whoever leads %(where)s sees them, or runs the training without a "
                "part in the pilot."
            )
            % {"where": group.where}
        )


can_keep_names = derive(check_can_keep_names)


def check_can_mark_attended(user: User, session: TrainingSession) -> None:
    """Whoever keeps the names, and who ran the session: with a part in the pilot by addresses alone."""
    if user.pk != session.trainer_id or user.acting_for is not None:
        check_can_keep_names(user, session.group)


can_mark_attended = derive(check_can_mark_attended)


def check_can_move(user: User, group: AffectedGroup, *, to: int | None) -> None:
    """Where a group works says who sees its names: once somebody is named, whoever leads the place that
    they are to leave moves it."""
    if to == group.where_id or not group.members.exists():
        return
    if not user.may(StaffingPermission.AGREE, group.where_id):
        raise NotAllowed(
            _(
                "People of %(group)s are named, and their names stay with %(where)s: whoever leads it may "
                "say that they work elsewhere."
            )
            % {"group": group.name, "where": group.where}
        )


def check_may_turn(user: User, groups: Iterable[AffectedGroup], *, at: datetime) -> None:
    """How many people a group is and which share is asked decide when it is trained: whoever reads counts
    does not turn them while the count is hidden."""
    for one in queries.held_still(groups, day=dates.day_of(at)):
        if not can_keep_names(user, one):
            raise Refused(
                _(
                    "Of %(group)s too few are trained, or not trained, to show a number of. Until then how many "
                    "they are and the share that is asked stay as they are."
                )
                % {"group": one.name}
            )


def check_not_decided_on(pilot: Pilot) -> None:
    """What a gate asks is asked of the groups as they are shown to who decides, also while the pilot is paused.
    What is decided on is said in the place "decision-waits": `fn(pilot) -> list[str]`."""
    if gates := list(panels.gather(str, "decision-waits", pilot)):
        raise Refused(
            _(
                "Somebody decides on this pilot (%(gate)s). Until then its groups and waves stay as they are."
            )
            % {"gate": ", ".join(gates)}
        )


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


def check_can_say_help_done(user: User, helped: BarrierAction) -> None:
    """Who took it on, and whoever may ask the groups of the pilot."""
    if user.pk != helped.owner_id or user.acting_for is not None:
        asking.check_can_ask(user, helped.group.pilot)


can_say_help_done = derive(check_can_say_help_done)
