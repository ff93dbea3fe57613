"""What patients and staff of one pilot say, instrument by instrument: closed rounds that five or more answered."""

from __future__ import annotations

from dataclasses import dataclass

from pilots.lifecycle.models import Pilot
from pilots.surveys import queries as surveys
from pilots.surveys.library import ADKAR
from pilots.surveys.models import Instrument, SurveyRound
from pilots.surveys.queries import RoundReading
from pilots.time_returned.queries.where import INSTRUMENT

# Of these two there is a place of their own: readiness, and where hours went.
_ELSEWHERE = {ADKAR.key, INSTRUMENT}


@dataclass(frozen=True)
class ExperienceSeries:
    """An instrument that the pilot's people were asked; of each wave what may be shown, the oldest first."""

    instrument: Instrument
    waves: list[RoundReading]


def experience_of(pilot: Pilot) -> list[ExperienceSeries]:
    """In the order in which they were asked first; also those of which nothing may be shown yet."""
    rounds = surveys.rounds_of(pilot)
    asked = {one.instrument.key: one.instrument for one in rounds}
    return [
        ExperienceSeries(instrument, _waves(rounds, key))
        for key, instrument in asked.items()
        if key not in _ELSEWHERE
    ]


def _waves(rounds: list[SurveyRound], key: str) -> list[RoundReading]:
    found = surveys.waves_together(one for one in rounds if one.instrument.key == key)
    return [reading for _pilot, reading in found]
