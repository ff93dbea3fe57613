"""Reports and hazards of a test, made the way people make them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from innovation.people.models import User
from pilots.hazards import actions as hazards
from pilots.hazards.models import Hazard, HazardControl, SignedHazardLog
from pilots.hazards.queries import digest, log_of
from pilots.lifecycle.models import Pilot
from pilots.safety import actions as safety
from pilots.safety.models import Harm, Incident, ToolPart
from tests.factories.cast import NOW, Cast


def told(pilot: Pilot, *, by: User, **fields: Any) -> Incident:
    """A near miss of yesterday in which the tool played a part."""
    return safety.report(
        pilot,
        by=by,
        **{
            "what": "A draft named the wrong drug; I saw it before it was signed.",
            "harm": Harm.NEAR_MISS,
            "tool": ToolPart.YES,
            "happened_on": (NOW - timedelta(days=1)).date(),
            "at": NOW,
            **fields,
        },
    )


def accepted(cast: Cast, incident: Incident, **fields: Any) -> Incident:
    return safety.answer(
        incident,
        **{
            "accepted": True,
            "harm": incident.harm,
            "words": "The list of drugs was mended.",
            "by": cast.helen,
            "at": NOW,
            **fields,
        },
    )


def recorded(cast: Cast, pilot: Pilot, **fields: Any) -> Hazard:
    """A hazard that its lead wrote down: rating 4, open."""
    return hazards.record(
        pilot,
        **{
            "title": "The draft leaves out what matters",
            "cause": "Two people speak at once.",
            "effect": "An allergy is missing when it is needed.",
            "controls": "The clinician reads it before it is signed.",
            "severity": 4,
            "likelihood": 4,
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def planned(cast: Cast, hazard: Hazard, **fields: Any) -> HazardControl:
    return hazards.plan_control(
        hazard,
        **{
            "text": "Allergies are read back aloud.",
            "owner": cast.jonas,
            "due_on": (NOW + timedelta(days=14)).date(),
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def judged(cast: Cast, hazard: Hazard, **fields: Any) -> Hazard:
    """What is left of it is rated 2."""
    return hazards.judge(
        hazard,
        **{
            "severity": 4,
            "likelihood": 1,
            "reason": "Read back in every visit of two weeks.",
            "by": cast.jonas,
            "at": NOW,
            **fields,
        },
    )


def signed(cast: Cast, pilot: Pilot, **fields: Any) -> SignedHazardLog:
    seen = digest(log_of(pilot).content)
    return hazards.sign(
        pilot,
        **{
            "seen": seen,
            "reason": "It is less than without.",
            "by": cast.helen,
            "at": NOW,
            **fields,
        },
    )
