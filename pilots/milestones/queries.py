"""The milestones of a pilot, and those that are late."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.milestones.models import Milestone


def of_pilot(pilot: Pilot) -> list[Milestone]:
    """All of them: the open ones by their day, then what became of the others."""
    found = Milestone.objects.filter(pilot=pilot).for_list()
    return sorted(found, key=lambda one: (bool(one.end), one.due_on, one.pk))


def late_for(user: User, *, today: date) -> list[Milestone]:
    """Those past their day of pilots that this person leads or sponsors, the latest last."""
    found = Milestone.objects.visible_to(user).open().filter(due_on__lt=today)
    own = found.filter(Q(pilot__lead=user.pk) | Q(pilot__sponsor=user.pk))
    return list(own.for_list().order_by("due_on", "pk"))
