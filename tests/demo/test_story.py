"""The demo reaches back eighteen months in one pilot, within its clock: pulses, waves and the weekly meter."""

from __future__ import annotations

from itertools import pairwise

from demo.adoption import STORIES
from demo.pilots import PILOTS
from demo.protected_time import TEAMS
from demo.surveys import BEFORE_LIVE, COUNTED, PULSES
from pilots.lifecycle.run_time import LONGEST

EIGHTEEN_MONTHS = 78  # weeks
LONG = 16


def test_the_bed_board_tells_of_eighteen_months_within_its_clock() -> None:
    told = PILOTS["beds"]
    assert told.live is not None and told.extended is not None
    pulses = (told.live + BEFORE_LIVE, *PULSES["beds"])
    waves = [one.live for one in STORIES["beds"].waves if one.live is not None]
    assert min(pulses[0], max(waves), TEAMS["beds"].weeks_ago) >= EIGHTEEN_MONTHS
    assert all(before - after <= LONG for before, after in pairwise(pulses))
    assert pulses[-1] <= LONG and COUNTED["beds"][-1] <= LONG
    allowed = LONGEST["clinical_workflow"]
    assert told.weeks <= allowed.weeks
    assert allowed.weeks < told.live - told.extended.until
    assert told.live - told.extended.until <= allowed.weeks + allowed.extension_weeks
    # Waves go live while it runs: none between the question for more time and its answer.
    assert not any(told.extended.decided <= one <= told.extended.asked for one in waves)
