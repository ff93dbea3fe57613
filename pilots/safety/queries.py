"""What safety reads: the pilots at hand, open stops, and reports."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q

from innovation.people.models import User
from pilots.lifecycle.models import Pilot, PilotQuerySet
from pilots.lifecycle.room import PilotsPermission
from pilots.safety.models import Harm, Incident, IncidentQuerySet, StopQuerySet, StopRequest
from pilots.safety.room import SafetyPermission


def at_hand(user: User) -> PilotQuerySet:
    """Pilots that run where the user works: in a unit within their reach, or in one above it unless the
    pilot says that it runs elsewhere; and those that they lead, sponsor or work on."""
    reach = user.reach(SafetyPermission.SPEAK_UP)
    above = user.above(SafetyPermission.SPEAK_UP)
    sites = Pilot.sites.through.objects
    here = sites.filter(unit_id__within=above).values("pilot_id")
    anywhere = sites.values("pilot_id")
    return Pilot.objects.filter(
        Q(unit_id__within=reach)
        | Q(pk__in=here)
        | (Q(unit_id__within=above) & ~Q(pk__in=anywhere))
        | (Q(lead=user.pk) | Q(sponsor=user.pk) | Q(team__person=user.pk))
    ).distinct()


def open_stops(pilot: Pilot) -> StopQuerySet:
    return StopRequest.objects.open().filter(pilot=pilot).select_related("asked_by").order_by("pk")


def stops_to_answer(user: User) -> StopQuerySet:
    """Open stops where this person judges safety, the most urgent first."""
    return (
        StopRequest.objects.open()
        .filter(pilot__unit_id__within=user.reach(PilotsPermission.JUDGE_SAFETY))
        .select_related("pilot__unit", "pilot__lead", "asked_by")
        .order_by("answer_by", "pk")
    )


def overdue_stops(at: datetime, *, told_before: datetime) -> StopQuerySet:
    """Open stops whose time is over, of which nobody was told since."""
    return (
        StopRequest.objects.open()
        .filter(answer_by__lte=at)
        .filter(Q(told_again_at=None) | Q(told_again_at__lte=told_before))
        .select_related("pilot__unit", "pilot__lead", "pilot__sponsor", "asked_by")
        .order_by("pk")
    )


def incidents_to_answer(user: User) -> IncidentQuerySet:
    """Reports that wait where this person judges safety, the oldest first."""
    return (
        Incident.objects.waiting()
        .filter(pilot__unit_id__within=user.reach(PilotsPermission.JUDGE_SAFETY))
        .select_related("pilot__unit", "pilot__lead")
        .order_by("pk")
    )


def counted(pilot: Pilot) -> dict[str, int]:
    """How many reports there are: all, those that wait, those with harm (as safety judged it)."""
    harmless = (Harm.NEAR_MISS, Harm.NONE)
    refused = Q(accepted=False)
    told: dict[str, int] = Incident.objects.filter(pilot=pilot).aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=Q(answered_at=None)),
        near_misses=Count(
            "pk",
            filter=(Q(harm_judged=Harm.NEAR_MISS) | Q(harm_judged="", harm=Harm.NEAR_MISS))
            & ~refused,
        ),
        harm=Count(
            "pk",
            filter=(
                (~Q(harm_judged="") & ~Q(harm_judged__in=harmless))
                | (Q(harm_judged="") & ~Q(harm__in=harmless))
            )
            & ~refused,
        ),
    )
    return told
