"""Offers, thanks and parts of a test, made by the verbs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pilots.incentives import actions
from pilots.incentives.models import CreditClaim, Incentive, Thanks
from pilots.lifecycle.models import Pilot
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import TODAY
from tests.factories.remembered import remembered

OFFER: dict[str, Any] = {
    "kind": "protected_time",
    "what": "Two hours a week off the ward",
    "for_whom": "The champions of 4 West",
    "starts_on": TODAY,
    "ends_on": TODAY + timedelta(days=180),
    "why_fits": "They asked for time before anything else.",
    "must_not": "Leave the others with more patients.",
}


@remembered
def offer(cast: Cast, pilot: Pilot, **fields: Any) -> Incentive:
    """Jonas plans what the pilot offers its people."""
    return actions.plan(pilot, **{"by": cast.jonas, "at": NOW, **OFFER, **fields})


@remembered
def thank(cast: Cast, pilot: Pilot, *, at: datetime = NOW, **fields: Any) -> Thanks:
    """Ana thanks Jonas for everybody to read."""
    given = {
        "text": "You asked us first, and you came at night.",
        "people": [cast.jonas],
        "public": True,
        "by": cast.ana,
        **fields,
    }
    return actions.thank(pilot, at=at, **given)


@remembered
def claim(cast: Cast, pilot: Pilot, **fields: Any) -> CreditClaim:
    """Ana says what she also did."""
    given = {"what": "Trained the night shift", "by": cast.ana, "at": NOW, **fields}
    return actions.claim(pilot, **given)
