"""A lead records what a silent run counted, on a phone and from a file; safety ends it against the promise."""

from __future__ import annotations

from pilots.lifecycle.models import Pilot
from tests.factories import accuracy as make_run
from tests.factories.cast import Cast
from tests.journeys.visitor import Live

WEEKS = """from,until,true_positive,false_positive,false_negative,true_negative
2026-11-02,2026-11-08,80,100,20,800
2026-11-09,2026-11-15,82,98,18,802
"""


def test_silent_run_is_counted_judged_and_ended_against_its_promise(live: Live, cast: Cast) -> None:
    pilot = make_run.silent_pilot(cast)
    jonas = live(cast.jonas, device="phone")
    jonas.open(pilot.get_absolute_url())
    jonas.sees("Accuracy in the silent run")
    jonas.press("Record a result")
    jonas.look()
    jonas.fill("From", "2026-10-26")
    jonas.fill("Until, included", "2026-11-01")
    jonas.fill("What counted as truth, and who judged it", "Two reviewers.")
    jonas.fill("Flagged, and had the condition", "84")
    jonas.press("Record it")
    jonas.sees("A 2 × 2 table has all four counts")
    jonas.look()
    jonas.fill("Flagged, and did not have it", "96")
    jonas.fill("Not flagged, and had it", "16")
    jonas.fill("Not flagged, and did not have it", "804")
    jonas.press("Record it")
    jonas.sees("cannot be told yet")
    jonas.look()

    jonas.press("From a file")
    jonas.fill("Or the rows themselves", WEEKS.replace(",100,", ",many,"))
    jonas.press("Record all rows")
    jonas.sees("Row 2: “false_positive” is a whole number")
    jonas.look()
    jonas.fill("Or the rows themselves", WEEKS)
    jonas.press("Record all rows")
    jonas.sees("2 results recorded.", "short of the 90% promised")
    jonas.look()

    helen = live(cast.helen, scheme="dark", javascript=True)
    helen.open(pilot.get_absolute_url())
    helen.press("End the silent run")
    helen.sees("short of the 90% promised", "Why although this is missing")
    helen.look()
    helen.fill("Why", "The wards ask for it.")
    helen.fill("Why although this is missing", "Nobody finds more today.")
    helen.press("Show its output")
    helen.sees("Its output is shown from now on.")
    assert not Pilot.objects.get(pk=pilot.pk).silent
    helen.press("Tables, charts and groups")
    helen.sees("Although something was missing", "Nobody finds more today.")
    helen.look()
