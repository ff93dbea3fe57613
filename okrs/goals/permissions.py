"""Who may set objectives and key results."""

from django.utils.translation import gettext as _

from innovation.people.models import Unit, User
from innovation.people.permissions import check_holds
from innovation.rules.checks import derive
from okrs.goals.room import GoalsPermission


def check_can_manage_goals(user: User, unit: Unit | None = None) -> None:
    """Objectives are set by executives and the innovation office of the unit, or of one above."""
    check_holds(
        user,
        GoalsPermission.MANAGE,
        unit.pk if unit is not None else None,
        _("Objectives are set by the executives and the innovation office of the unit."),
    )


can_manage_goals = derive(check_can_manage_goals)


def check_can_open_cycle(user: User, unit: Unit | None = None) -> None:
    """A cycle is one unit's, and of those below it. What is shown to everybody first is the whole
    organisation's, which takes the say there."""
    check_holds(
        user,
        GoalsPermission.MANAGE,
        unit.pk if unit else None,
        _("A unit's cycle is opened by who sets its objectives."),
    )


can_open_cycle = derive(check_can_open_cycle)
