"""Who ties pilots and metrics to key results."""

from typing import Protocol

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed
from okrs.goals.models import KeyResult
from okrs.goals.permissions import can_manage_goals, check_can_manage_goals
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_charter


def check_can_measure(user: User, key_result: KeyResult) -> None:
    """Which metric a key result stands on is the choice of those who set it."""
    check_can_manage_goals(user, key_result.objective.unit)


can_measure = derive(check_can_measure)


def check_can_contribute(user: User, pilot: Pilot, key_result: KeyResult | None = None) -> None:
    """A pilot's claim on a key result is part of its charter, and is fixed with it. Those who set
    the objectives where it runs may tie it to a key result of theirs: cycles change while pilots
    run."""
    units = [pilot.unit] if key_result is None else [pilot.unit, key_result.objective.unit]
    if not all(can_manage_goals(user, unit) for unit in units):
        check_can_edit_charter(user, pilot)


can_contribute = derive(check_can_contribute)


class Seen(Protocol):
    """Rows that are not for everybody."""

    def visible_to(self, user: User) -> QuerySet[Model]: ...


def check_sees(user: User, visible: Seen, thing: Model) -> None:
    """Nobody ties together what they may not see."""
    if not visible.visible_to(user).filter(pk=thing.pk).exists():
        raise NotAllowed(_("You cannot see “%s”, so you cannot link it.") % thing)
