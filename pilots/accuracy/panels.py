"""What this room puts on the pilot's page, beside its charter, before those who decide, and where its output is
about to be shown."""

from __future__ import annotations

from innovation.people.models import User
from innovation.web.panels import Panel
from pilots.accuracy import permissions, queries
from pilots.accuracy.presenters import AccuracyPage
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """The verdict in short, where the pilot gives advice."""
    if not permissions.is_judged_for_accuracy(pilot) or pilot.status == PilotStatus.SHAPING:
        return None
    return _panel(user, pilot)


def of_charter(user: User, pilot: Pilot) -> Panel | None:
    """What it promises, beside the charter and before those who decide on the resources."""
    return _panel(user, pilot) if permissions.is_judged_for_accuracy(pilot) else None


def of_gate(user: User, pilot: Pilot) -> Panel | None:
    """Before those who decide on the outcome; on the resources they see it beside the charter."""
    if pilot.went_live_on is None or not permissions.is_judged_for_accuracy(pilot):
        return None
    return _panel(user, pilot)


def before_output_is_shown(user: User, pilot: Pilot) -> Panel | None:
    return _panel(user, pilot) if permissions.is_judged_for_accuracy(pilot) else None


def _panel(user: User, pilot: Pilot) -> Panel:
    return Panel(
        title="",
        template="pilots/accuracy/_accuracy.html",
        context={
            "page": AccuracyPage(queries.accuracy_of(pilot)),
            "pilot": pilot,
            "may_promise": permissions.can_promise(user, pilot),
            "may_record": permissions.can_record(user, pilot),
        },
        bare=True,
    )
