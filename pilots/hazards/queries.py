"""What the hazard log reads: its content, what is signed of it, what is due, and what speaks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from innovation.audit import queries as audit_log
from innovation.people.models import User
from innovation.rules import dates
from pilots.evidence.models import Alarm, KeptVerdict
from pilots.hazards.matrix import TOO_HIGH
from pilots.hazards.models import Hazard, HazardControl, HazardQuerySet, SignedHazardLog
from pilots.hazards.states import HazardStatus
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import OUT_OF_USE
from pilots.metrics.models import Metric
from pilots.statistics.verdicts import Verdict


def hazards_of(pilot: Pilot) -> HazardQuerySet:
    return Hazard.objects.filter(pilot=pilot).for_list()


@dataclass(frozen=True)
class LogState:
    """How a pilot's hazard log stands: what it says now, and what was signed last."""

    hazards: list[Hazard]
    signed: SignedHazardLog | None
    content: dict[str, Any]

    @property
    def open(self) -> int:
        return sum(one.status == HazardStatus.OPEN for one in self.hazards)

    @property
    def too_high(self) -> list[Hazard]:
        return [one for one in self.hazards if one.residual and one.residual.rating >= TOO_HIGH]

    @property
    def is_signed(self) -> bool:
        """Whether what was signed last is what it says now; words that were taken out of both, as the
        log attests, make it no other."""
        if self.signed is None:
            return False
        now = digest(self.content)
        if self.signed.digest == now or digest(self.signed.content) != now:
            return self.signed.digest == now
        redacted = audit_log.attestations("sealed").get(f"signedhazardlog:{self.signed.pk}")
        return redacted is not None and redacted.digest == now


def log_of(pilot: Pilot) -> LogState:
    hazards = list(hazards_of(pilot))
    signed = SignedHazardLog.objects.filter(pilot=pilot).select_related("signed_by").first()
    return LogState(hazards, signed, content_of(hazards))


def content_of(hazards: list[Hazard]) -> dict[str, Any]:
    """All that a signature is under, in words and numbers that stay readable by themselves."""
    return {
        "hazards": [
            {
                "number": one.pk,
                "title": one.title,
                "cause": one.cause,
                "effect": one.effect,
                "controls": one.controls,
                "severity": one.severity,
                "likelihood": one.likelihood,
                "status": one.status,
                "residual_severity": one.residual_severity,
                "residual_likelihood": one.residual_likelihood,
                "residual_why": one.residual_why,
                "further": [
                    {
                        "text": control.text,
                        "owner": control.owner.name,
                        "due_on": control.due_on.isoformat(),
                        "done_on": control.done_at and dates.day_of(control.done_at).isoformat(),
                        "metric": control.metric and control.metric.name,
                    }
                    for control in one.further.all()
                ],
                "reports": sorted(incident.pk for incident in one.incidents.all()),
            }
            for one in hazards
        ]
    }


def digest(content: dict[str, Any]) -> str:
    said = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def numbers_to_watch(user: User, pilot: Pilot) -> QuerySet[Metric]:
    return Metric.objects.visible_to(user).filter(pilot=pilot).order_by("name")


def spoken_of() -> Iterator[tuple[Hazard, Metric]]:
    """Controlled hazards of which a number that watches one of their controls says harm since they were
    judged, each with the first such number."""
    watched = (
        HazardControl.objects.filter(metric__isnull=False, hazard__status=HazardStatus.CONTROLLED)
        .select_related("hazard__pilot__unit", "hazard__pilot__lead", "metric")
        .order_by("pk")
    )
    controls = list(watched)
    metrics = {one.metric_id for one in controls}
    harm = KeptVerdict.objects.filter(metric__in=metrics, verdict=Verdict.HARM_SIGNAL)
    since = dict(harm.values_list("metric", "since"))
    alarms = Alarm.objects.filter(metric__in=metrics).order_by("pk")
    raised = dict(alarms.values_list("metric", "raised_at"))
    told: set[int] = set()
    for one in controls:
        if one.hazard_id in told or one.metric is None or one.hazard.judged_at is None:
            continue
        spoke = [found[one.metric.pk] for found in (since, raised) if one.metric.pk in found]
        if any(at > one.hazard.judged_at for at in spoke):
            told.add(one.hazard_id)
            yield one.hazard, one.metric


def controls_due(user: User, until: date) -> list[HazardControl]:
    """What this person is to put in place by then, the most urgent first."""
    found = HazardControl.objects.filter(owner=user.pk, done_at=None, due_on__lte=until)
    found = found.exclude(hazard__pilot__status__in=OUT_OF_USE).select_related("hazard__pilot")
    return list(found.order_by("due_on", "pk")[:30])


def logs_to_sign(user: User) -> list[Pilot]:
    """Pilots in use whose hazards are all controlled, where this person judges safety."""
    within = Pilot.objects.filter(
        unit_id__within=user.reach(PilotsPermission.JUDGE_SAFETY), hazards__isnull=False
    )
    ready = within.exclude(hazards__status=HazardStatus.OPEN).exclude(status__in=OUT_OF_USE)
    return list(ready.distinct().for_list()[:30])
