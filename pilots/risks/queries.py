"""The risks of a pilot, those whose day has come, and what of them is kept with a decision."""

from __future__ import annotations

from datetime import date

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED
from pilots.protected_time import presenters
from pilots.protected_time import queries as time_kept
from pilots.risks.models import PilotRisk


def of_pilot(pilot: Pilot) -> list[PilotRisk]:
    """All of them: open before closed, the highest first."""
    found = PilotRisk.objects.filter(pilot=pilot).for_list()
    return sorted(
        found,
        key=lambda one: (one.closed_at is not None, -one.weight * one.chance, one.look_on, one.pk),
    )


def due_for(user: User, *, today: date) -> list[PilotRisk]:
    """Those that this person is to look at again by now, the longest over first."""
    found = PilotRisk.objects.open().filter(owner=user.pk, look_on__lte=today)
    return list(found.for_list().order_by("look_on", "pk"))


def seen_by_itself(pilot: Pilot, *, today: date) -> list[str]:
    """Risks that nobody has to write down, as sentences: they come and go with what is measured."""
    if pilot.status in ENDED:
        return []
    kept = time_kept.too_little(pilot, today=today)
    return [] if kept is None else [presenters.too_little_in_words(kept)]


def known(pilot: Pilot) -> list[dict[str, object]]:
    """What could still happen, as it is known at a decision: plain JSON to keep."""
    return [
        {
            "what": one.what,
            "rated": one.rated,
            "weight": one.weight,
            "chance": one.chance,
            "high": one.is_high,
            "done": one.done,
            "owner": one.owner.name,
            "look_on": str(one.look_on),
        }
        for one in of_pilot(pilot)
        if one.closed_at is None
    ]
