"""What plans and metric panels put on other pages, and what waits for those who were invited."""

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
from pilots.planning import queries
from pilots.planning.models import MetricPanel
from pilots.planning.permissions import can_open_panel
from pilots.planning.presenters import PlanCard


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """Whether the plan can be answered, before the first day."""
    return _plan(user, pilot) if queries.is_planned(pilot) else None


def of_charter(user: User, pilot: Pilot) -> Panel:
    """The same beside the charter and the proposal, with the set that a panel chose."""
    return _plan(user, pilot)


def _plan(user: User, pilot: Pilot) -> Panel:
    panel = queries.last_panel(pilot)
    cards = (
        [PlanCard(one) for one in queries.planned_metrics(pilot, timezone.now())]
        if queries.is_planned(pilot)
        else []
    )
    return Panel(
        title="",
        template="pilots/planning/_plan.html",
        context={
            "cards": cards,
            "cannot": [card for card in cards if card.planned.cannot],
            "pilot": pilot,
            "panel": panel,
            "chosen": [
                one.name for one in panel.candidates.all() if one.chosen
            ] if panel is not None and panel.closed_at else [],
            "may_open": panel is None and bool(can_open_panel(user, pilot)),
        },
        bare=True,
    )  # fmt: skip


def way_to_the_planner(_user: User, pilot: Pilot) -> Panel:
    """Where it is said what the plan could promise."""
    return Panel(
        title=_("The plan"), template="pilots/planning/_to_planner.html", context={"pilot": pilot}
    )


def ratings_waiting(user: User) -> list[WaitingItem]:
    """Panels in which this person has not rated every candidate."""
    return [
        WaitingItem(
            title=panel.pilot.title,
            sentence=_("%(who)s asks what it should be judged by.") % {"who": panel.opened_by.name},
            url=reverse("pilots:metric-panel", args=[panel.pk]),
            since=panel.opened_at,
            kind=_("Metric panel"),
            action_label=_("Rate"),
        )
        for panel in queries.to_rate(user)
    ]


def skills_earned(user: User, people: Collection[int]) -> list[EarnedSkill]:
    """Who brought people together on what to measure. Who rated, and how, stays with the panel."""
    return earned(
        MetricPanel.objects.visible_to(user),
        people,
        skill="measuring",
        who="opened_by",
        at="opened_at",
        said=lambda n: (
            ngettext(
                "Brought people together on what to measure",
                "Brought people together on what to measure, %(n)s times",
                n,
            )
            % {"n": n}
        ),
    )
