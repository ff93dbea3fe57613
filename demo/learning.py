"""What the leads of pilots that ended wrote down for the next team."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CardStory:
    """How many weeks ago its lead completed it, and what they said."""

    weeks: int
    problem: str
    tried: str
    seen: str
    works_for: str
    next_team: str


CARDS: dict[str, CardStory] = {
    "reminders": CardStory(
        18,
        "Patients miss one clinic visit in eight, and the slot stays empty while others wait for it.",
        "A recorded call two days before the visit asked whether the patient could come; a pressed key freed the"
        " slot for somebody else. All clinics, twenty weeks.",
        "As many visits were missed as before. We read sixty of the answers by hand: people know about the visit. They"
        " cannot get there, because of their shift, the bus or a child.",
        "Perhaps for visits that were booked months ahead, which some had forgotten. Not for shift workers, and not"
        " where the bus is the reason.",
        "Ask first why people do not come: sixty answers took an afternoon. We would begin with rides and with hours"
        " after work, and leave the telephone alone. The call service can be hired by the month.",
    ),
    "beds": CardStory(
        33,
        "Nobody knew that a bed was clean until somebody called the bed office.",
        "Housekeeping marked a bed clean on the ward phone, with one button; the board and the emergency department saw"
        " it at once.",
        "A clean bed was known seventeen minutes sooner, and none was marked clean that was not.",
        "Any ward with a phone that stays on the ward. Where housekeeping changes wards within a shift, the phone has to"
        " go along.",
        "Show it to the night teams in their own hand-over: half of them are new each season. Keep the bed office's"
        " telephone for the first month.",
    ),
}
