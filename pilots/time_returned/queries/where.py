"""Where hours went by what groups said: from closed rounds of the two questions that five or more answered."""

from __future__ import annotations

from pilots.lifecycle.models import Pilot
from pilots.surveys import queries as surveys
from pilots.surveys.queries import RoundReading
from pilots.time_returned.account import GroupSaid
from pilots.time_returned.models import TimeUse

# The instrument of the two questions, and what its answers mean (a test holds it to the library).
INSTRUMENT = "hours"
FELT, WENT = 1, 2
USES = dict(enumerate(TimeUse.values, start=1))
STEPS = 5


def asked_of(pilot: Pilot) -> list[tuple[RoundReading, GroupSaid]]:
    """What was said in each wave, the oldest first; waves of which nothing may be shown are left out."""
    found = []
    for reading in surveys.waves_of(pilot, INSTRUMENT):
        said = _said(reading)
        if said is not None:
            found.append((reading, said))
    return found


def _said(reading: RoundReading) -> GroupSaid | None:
    felt, went = (
        next((one for one in reading.items if one.item.position == place), None)
        for place in (FELT, WENT)
    )
    if felt is None or felt.mean is None or went is None:
        return None
    # Of all who answered: those whose answer is hidden, or who could not say, stay unknown.
    shares = {use: went.counts.get(value, 0) / reading.n for value, use in USES.items()}
    share = (felt.mean - 1) / (STEPS - 1)
    return GroupSaid(reading.wave.replace(day=1), share, {use: n for use, n in shares.items() if n})
