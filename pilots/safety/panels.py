"""What safety puts on other pages: the way to stop and to tell, what waits, and how much was told."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.people.models import User
from innovation.web.panels import EarnedSkill, Panel, WaitingItem
from pilots.lifecycle.earned import earned
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import judges_safety
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.safety import permissions, presenters, queries, stop_rules
from pilots.safety.models import Incident, StopRequest

_SHOWN = 30


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """Open stops for everybody, the ways to speak up, and how many reports there are."""
    if pilot.went_live_on is None and pilot.status not in (
        *stop_rules.STOPPABLE,
        PilotStatus.PAUSED,
    ):
        return None
    stops = list(queries.open_stops(pilot))
    for one in stops:
        one.pilot = pilot
    return Panel(
        title="",
        template="pilots/safety/_of_pilot.html",
        context={
            "pilot": pilot,
            "stops": presenters.by_pilot(stops, timezone.now()),
            "may_answer": bool(stops) and judges_safety(user, pilot),
            "may_speak_up": permissions.can_speak_up(user, pilot),
            "may_stop": permissions.can_ask_stop(user, pilot)
            and pilot.status != PilotStatus.PAUSED,
            "at_once": stop_rules.stops_at_once(pilot),
            "counted": queries.counted(pilot),
        },
        bare=True,
    )


def of_gate(user: User, pilot: Pilot) -> Panel | None:
    """Before those who decide on the outcome: what was told of it."""
    if pilot.went_live_on is None:
        return None
    return Panel(
        title=_("Incidents and near misses"),
        template="pilots/safety/_counted.html",
        context={"pilot": pilot, "counted": queries.counted(pilot)},
    )


def waiting(user: User) -> list[WaitingItem]:
    """Stops and reports that safety answers here, and the alarms of nobody else."""
    if not user.may(PilotsPermission.JUDGE_SAFETY):
        return []
    items = [
        WaitingItem(
            title=one.pilot.title,
            sentence=one.sentence,
            url=reverse("pilots:stop-answer", args=[one.pilot.pk]),
            since=one.first.asked_at,
            kind=_("Stop: overdue") if one.overdue else _("Stop"),
            action_label=_("Answer"),
        )
        for one in presenters.stops_by_pilot(user, timezone.now())
        if judges_safety(user, one.pilot)
    ]
    items += [
        WaitingItem(
            title=one.pilot.title,
            sentence=f"{one.graded}. {presenters.IncidentRow(one).short}",
            url=one.get_absolute_url(),
            since=one.reported_at,
            kind=_("Report"),
            action_label=_("Look at it"),
        )
        for one in queries.incidents_to_answer(user)[:_SHOWN]
        if judges_safety(user, one.pilot)
    ]
    return items


def skills_earned(user: User, people: Collection[int]) -> list[EarnedSkill]:
    """Who answered a stop or a report. Who spoke up is not told here, with a name or without."""
    return [
        *earned(
            StopRequest.objects.visible_to(user),
            people,
            skill="safety",
            who="answered_by",
            at="answered_at",
            said=lambda n: (
                ngettext(
                    "Answered a stop that was asked for",
                    "Answered %(n)s stops that were asked for",
                    n,
                )
                % {"n": n}
            ),
        ),
        *earned(
            Incident.objects.visible_to(user),
            people,
            skill="safety",
            who="answered_by",
            at="answered_at",
            said=lambda n: (
                ngettext(
                    "Answered %(n)s report of what went wrong",
                    "Answered %(n)s reports of what went wrong",
                    n,
                )
                % {"n": n}
            ),
        ),
    ]
