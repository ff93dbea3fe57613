"""Reports as FHIR R4 AdverseEvent resources for a safety event system. Nobody is named: neither who was
harmed, whom we do not know, nor who told it. https://hl7.org/fhir/R4/adverseevent.html"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from innovation.rules import dates
from pilots.safety.models import Harm, Incident, ToolPart
from pilots.safety.states import IncidentStatus

_SYSTEM = "http://terminology.hl7.org/CodeSystem/"
_SEVERITY = {
    Harm.LOW: "mild",
    Harm.MODERATE: "moderate",
    Harm.SEVERE: "severe",
    Harm.FATAL: "severe",
}
_SERIOUS = (Harm.SEVERE, Harm.FATAL)


def adverse_event(incident: Incident, *, base: str) -> dict[str, Any]:
    """One report; `base` is the address of this installation."""
    harm = Harm(incident.harm_judged or incident.harm)
    found: dict[str, Any] = {
        "resourceType": "AdverseEvent",
        "id": f"incident-{incident.pk}",
        "identifier": {"system": f"{base}/incidents", "value": str(incident.pk)},
        "actuality": "potential" if harm == Harm.NEAR_MISS else "actual",
        "category": [
            {"coding": [{"system": f"{_SYSTEM}adverse-event-category", "code": _of(incident)}]}
        ],
        "event": {"text": incident.what},
        # R4 asks for a subject; a group that is only described is nobody.
        "subject": {"type": "Group", "display": f"Patients of {incident.pilot.unit.name}"},
        "date": incident.happened_on.isoformat(),
        "recordedDate": dates.day_of(incident.reported_at).isoformat(),
        "seriousness": _coded(
            "adverse-event-seriousness", "serious" if harm in _SERIOUS else "non-serious"
        ),
        "outcome": _coded("adverse-event-outcome", "fatal" if harm == Harm.FATAL else "unknown"),
        "location": {"display": incident.pilot.unit.name},
    }
    if harm in _SEVERITY:
        found["severity"] = _coded("adverse-event-severity", _SEVERITY[harm])
    if incident.tool != ToolPart.NO:
        found["suspectEntity"] = [{"instance": {"type": "Device", "display": incident.pilot.title}}]
    return found


def bundle(incidents: Iterable[Incident], *, base: str) -> dict[str, Any]:
    """Reports that safety has not turned down, as one collection."""
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "fullUrl": f"{base}{one.get_absolute_url()}",
                "resource": adverse_event(one, base=base),
            }
            for one in incidents
            if not (one.status == IncidentStatus.ANSWERED and one.accepted is False)
        ],
    }


def _of(incident: Incident) -> str:
    return "product-problem" if incident.tool == ToolPart.YES else "product-use-error"


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{_SYSTEM}{system}", "code": code}]}
