"""When a pilot's people are to be asked again where the hours went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.small_cells import MINIMUM
from pilots.adoption.models import AffectedGroup
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.surveys.models import SurveyRound
from pilots.time_returned.models import TimeDeclaration
from pilots.time_returned.queries.where import INSTRUMENT

# Later nobody remembers where the time went.
ASK_AGAIN = timedelta(weeks=6)


@dataclass(frozen=True)
class DueToAsk:
    """A pilot whose people were asked last, or began to work with it, more than six weeks ago."""

    pilot: Pilot
    asked_at: datetime | None
    since: datetime


def due_to_ask(lead: User, *, at: datetime) -> list[DueToAsk]:
    """Running pilots of this lead that say that they give hours back; the longest due first. Where
    all groups are too small to be asked without a name, nobody is asked to."""
    groups = AffectedGroup.objects.standing().filter(pilot=OuterRef("pilot"))
    newest = (
        TimeDeclaration.objects.filter(
            pilot__lead=lead.pk,
            pilot__status=PilotStatus.RUNNING,
            pilot__went_live_on__isnull=False,
        )
        .filter(~Exists(groups) | Exists(groups.filter(people__gte=MINIMUM)))
        .select_related("pilot")
        .current()
    )
    said = [one for one in newest if one.metric_id is not None]
    asked = _asked_last(one.pilot_id for one in said)
    found = []
    for one in said:
        live_on, asked_at = one.pilot.went_live_on, asked.get(one.pilot_id)
        assert live_on is not None
        begun = asked_at or max(one.at, dates.begins(live_on))
        if begun + ASK_AGAIN <= at:
            found.append(DueToAsk(one.pilot, asked_at, begun + ASK_AGAIN))
    return sorted(found, key=lambda one: (one.since, one.pilot.pk))


def _asked_last(pilots: Iterable[int]) -> dict[int, datetime]:
    keys = list(pilots)
    if not keys:
        return {}
    rounds = SurveyRound.objects.filter(instrument__key=INSTRUMENT, pilot__in=keys).order_by()
    return dict(rounds.values_list("pilot").annotate(Max("opened_at")))
