"""What this room puts on other pages: a pilot's metrics, its alarms, and what waits for whom."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.web.panels import Panel, SearchHit, WaitingItem
from pilots.evidence import permissions, queries
from pilots.evidence.presenters import MetricCard, in_order
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import owner_after_scaling
from pilots.lifecycle.states import PilotStatus
from pilots.metrics import permissions as metric_permissions
from pilots.metrics.models import Metric
from pilots.metrics.room import MetricsPermission

FOUND = 8


def alarms_waiting(user: User) -> list[WaitingItem]:
    """Open alarms that this person may answer."""
    if not user.may(MetricsPermission.READ):
        return []
    found = queries.open_alarms(user).select_related(
        "pilot__unit", "pilot__lead", "pilot__sponsor", "metric"
    )
    return [
        WaitingItem(
            title=alarm.pilot.title,
            sentence=alarm.sentence,
            url=reverse("pilots:alarm-answer", args=[alarm.pk]),
            since=alarm.raised_at,
            kind=_("Alarm"),
            action_label=_("Answer"),
        )
        for alarm in found[:50]
        if permissions.answers_open_to(user, alarm)
    ]


def alarms_of_pilot(user: User, pilot: Pilot) -> Panel | None:
    alarms = list(pilot.alarms.open().select_related("metric"))
    if not alarms:
        return None
    for alarm in alarms:
        alarm.pilot = pilot
    rows = [(alarm, bool(permissions.answers_open_to(user, alarm))) for alarm in alarms]
    return Panel(
        title="",
        template="pilots/evidence/_alarms.html",
        context={
            "rows": rows,
            "owner": owner_after_scaling(pilot) if pilot.status == PilotStatus.SCALED else None,
        },
        bare=True,
    )


def troubles_of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """Sources of the pilot that fail or are stuck, at the top of its page."""
    cards = _cards(pilot)
    troubled = [card for card in cards if card.reading.freshness.troubled]
    if not troubled:
        return None
    return Panel(
        title="",
        template="pilots/evidence/_troubles.html",
        context={"cards": troubled},
        bare=True,
    )


def metrics_of_pilot(user: User, pilot: Pilot) -> Panel:
    return Panel(
        title="",
        template="pilots/evidence/_metrics.html",
        context={
            "cards": _cards(pilot),
            "pilot": pilot,
            "can_plan": metric_permissions.can_plan(user, pilot=pilot),
        },
        bare=True,
    )


def _cards(pilot: Pilot) -> list[MetricCard]:
    """The pilot's metrics as cards, in the order in which they are shown."""
    return in_order([MetricCard(one) for one in queries.readings_of(pilot, timezone.now())])


def find_metrics(user: User, text: str) -> list[SearchHit]:
    if not user.may(MetricsPermission.READ):
        return []
    found = Metric.objects.visible_to(user).named(text)[:FOUND]
    return [
        SearchHit(
            title=metric.name,
            sentence=metric.definition,
            url=reverse("pilots:metric-detail", args=[metric.pk]),
            kind=_("Metric"),
        )
        for metric in found
    ]
