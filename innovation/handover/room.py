"""The door plate: what those who have left still answer for, and who takes it over."""

from innovation.house import Fills, Room, Scheduled

ROOM = Room(
    panels=(
        Fills("people-tabs", by="tabs_of_people", order=20),
        Fills("person", by="still_held", order=10),
        Fills("waiting", by="waiting", order=15),
    ),
    scheduled=(
        # Who keeps people where a leaver held something is told; the row of the closed account waits.
        Scheduled("tell_of_leavers", seconds=30),
    ),
)
